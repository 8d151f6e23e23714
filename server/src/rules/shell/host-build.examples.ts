import type { RuleExample } from './script-rule.ts';

const policy = { containerOnly: true };

export const hostBuildExamples: readonly RuleExample[] = [
  { name: 'an external module', policy, text: '⟦make -C /lib/modules/$(uname -r)/build M=$PWD modules⟧\n' },
  { name: 'the kernel', policy, text: '⟦make -j8 ARCH=arm64 Image modules dtbs⟧\n' },
  { name: 'dkms', policy, text: 'sudo ⟦dkms build hello/1.0⟧\n' },
  { name: 'in the container', policy, text: 'docker run --rm -v $PWD:/w builder make -C /w M=$PWD modules\n' },
  { name: 'in an image', policy, path: 'Dockerfile', text: 'FROM debian\nRUN make modules\n' },
  { name: 'another program', policy, text: 'make all\nmake install\nmake modules clean\n' },
  { name: 'no such policy', text: 'make -C /src M=$PWD modules\n' },
];
