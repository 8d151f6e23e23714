// biome-ignore-all lint/suspicious/noTemplateCurlyInString: the scripts are shell.
import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { missingHolds } from '../../../server/src/gate/findings/hold-findings.ts';
import { nodeGrammarLoader } from '../../../server/src/node/node-grammar-loader.ts';
import { Policy } from '../../../server/src/rules/policy.ts';
import { ShellParser } from '../../../server/src/text/shell/shell-parser.ts';
import { MemoryFileSystem } from '../support/memory-file-system.ts';

const kernel = 'Package: nvidia-l4t-kernel\nStatus: install ok installed\nVersion: 5\n\n';
const bootloader = kernel.replace('l4t-kernel', 'l4t-bootloader');
const pin = 'Package: nvidia-l4t-*\nPin: release *\nPin-Priority: -1\n';
const firstBoot = '/r/opt/stack/scripts/first_boot.sh';

async function found(files: Readonly<Record<string, string>>, status = kernel): Promise<string[]> {
  const findings = await missingHolds({
    files: new MemoryFileSystem({ '/r/var/lib/dpkg/status': status, ...files }),
    decompressor: { unpack: async () => ({ problem: 'not packed' }) },
    root: 'file:///r',
    live: false,
    kernels: [],
    markerFolders: [],
    policy: new Policy({ packs: ['jetson-l4t'] }),
    readImage: async () => undefined,
    readShell: () => ShellParser.create(nodeGrammarLoader()),
  });
  return findings.map(({ rule, path, message }) => `${rule} ${path} ${message}`);
}

/** Rules that find something where a script runs at the first boot. */
async function rulesOf(script: string, status = kernel): Promise<string[]> {
  const findings = await found({ [firstBoot]: `#!/bin/bash\n${script}` }, status);
  return findings.map((line) => line.split(' ', 1)[0] ?? '');
}

describe('holds that a first-boot script sets', () => {
  const held = {
    'by name': 'apt-mark hold nvidia-l4t-kernel\n',
    'by a pattern': "apt-mark hold 'nvidia-l4t-*'\n",
    'in a loop': 'for p in nvidia-l4t-kernel nvidia-l4t-bootloader; do apt-mark hold "$p"; done\n',
    'in a function': 'keep() { apt-mark hold "$@"; }\nkeep nvidia-l4t-kernel\n',
    'from an array': 'PKGS=(nvidia-l4t-kernel\n nvidia-l4t-initrd)\nsudo apt-mark hold "${PKGS[@]}"\n',
    'through selections': 'echo "nvidia-l4t-kernel hold" | dpkg --set-selections\n',
    'released for a while': 'apt-mark unhold nvidia-l4t-kernel\napt-get update\napt-mark hold nvidia-l4t-kernel\n',
    'released only in a branch':
      'apt-mark hold nvidia-l4t-kernel\nif [ "$1" = update ]; then apt-mark unhold nvidia-l4t-kernel; fi\n',
    'from a list that is not known': 'apt-mark hold $(dpkg-query -W -f \'${Package} \' "nvidia-l4t-*")\n',
    'from a pipe': "dpkg -l | awk '/l4t/ {print $2}' | xargs apt-mark hold\n",
    'of a name known in part': 'apt-mark hold "nvidia-l4t-$PART"\n',
  };
  for (const [name, script] of Object.entries(held)) {
    it(`counts one set ${name}`, async () => assert.deepEqual(await rulesOf(script), ['pin-missing']));
  }

  const unheld = {
    'of another package': 'apt-mark hold docker-ce\napt-get install -y --only-upgrade nvidia-l4t-kernel\n',
    'that is only released': 'apt-mark hold docker-ce\napt-mark unhold nvidia-l4t-kernel\n',
    'that is released later': 'apt-mark hold nvidia-l4t-kernel\napt-mark unhold nvidia-l4t-kernel\n',
    'in a message': 'echo "run apt-mark hold nvidia-l4t-kernel"\n',
    'in a comment behind a command': 'true # apt-mark hold nvidia-l4t-kernel\n',
    'in another root': 'chroot /mnt apt-mark hold nvidia-l4t-kernel\n',
  };
  for (const [name, script] of Object.entries(unheld)) {
    it(`does not count one ${name}`, async () =>
      assert.deepEqual(await rulesOf(script), ['hold-missing', 'pin-missing']));
  }

  it('does not judge scripts in other languages', async () => {
    const python = "#!/usr/bin/python3\nimport os\nos.system('apt-mark hold ' + name)\n";
    assert.match((await found({ '/r/opt/setup': python })).join('\n'), /^pin-missing [^\n]*$/);
  });
});

describe('pins that a first-boot script writes', () => {
  const hold = 'apt-mark hold nvidia-l4t-kernel nvidia-l4t-bootloader\n';
  const to = '/etc/apt/preferences.d/nv';
  const pinned = {
    'by printf and tee': `printf 'Package: nvidia-l4t-*\\nPin: release *\\nPin-Priority: -1\\n' | sudo tee ${to} >/dev/null\n`,
    'by echo of three lines': `echo "${pin}" > ${to}\n`,
    'by three echoes': `{ echo "Package: nvidia-l4t-*"; echo "Pin: release *"; echo "Pin-Priority: -1"; } > ${to}.pref\n`,
    'line by line': `echo "Package: nvidia-l4t-*" > ${to}\necho "Pin: release *" >> ${to}\necho "Pin-Priority: -1" >> ${to}\n`,
    'by an indented here-document': `tee ${to} >/dev/null <<-EOF\n${pin.replace(/^(?=.)/gm, '\t')}\tEOF\n`,
    'by echo -e': `echo -e "Package: nvidia-l4t-*\\nPin: release *\\nPin-Priority: -1" > ${to}\n`,
    'in a loop': `for p in nvidia-l4t-kernel nvidia-l4t-bootloader; do\ncat >> ${to} <<EOF\nPackage: $p\nPin: release *\nPin-Priority: -1\n\nEOF\ndone\n`,
    'in a loop, indented': `for p in nvidia-l4t-kernel nvidia-l4t-bootloader; do\n\tcat > ${to}-$p <<-EOF\n\tPackage: $p\n\tPin: release *\n\tPin-Priority: -1\n\tEOF\ndone\n`,
    'in a loop of echoes': `for p in nvidia-l4t-kernel nvidia-l4t-bootloader; do\n{ echo "Package: $p"; echo "Pin: release *"; echo "Pin-Priority: -1"; echo; } >> ${to}\ndone\n`,
    'by an expression': `cat > ${to} <<'EOF'\nPackage: /^nvidia-l4t-/\nPin: release *\nPin-Priority: -1\nEOF\n`,
    'in a folder that is not known': `cat > "$TARGET/nv" <<EOF\n${pin}EOF\n`,
    'with a text that is not known': `curl -fsSL https://example.org/nv.pref | tee ${to}\n`,
  };
  for (const [name, script] of Object.entries(pinned)) {
    it(`counts them ${name}`, async () => assert.deepEqual(await rulesOf(hold + script, kernel + bootloader), []));
  }

  const unpinned = {
    'for another package': `cat > ${to} <<EOF\n${pin.replace('nvidia-l4t-*', 'docker-ce')}EOF\n`,
    'that prefer': `cat > ${to} <<EOF\n${pin.replace('-1', '1001')}EOF\n`,
    'in a comment': pin.replace(/^/gm, '# '),
    'in a file that apt passes over': `cat > ${to}.conf <<EOF\n${pin}EOF\n`,
  };
  for (const [name, script] of Object.entries(unpinned)) {
    it(`does not count them ${name}`, async () => assert.deepEqual(await rulesOf(hold + script), ['pin-missing']));
  }
});

describe('files in preferences.d', () => {
  const status = kernel.replace('install ok', 'hold ok');
  for (const name of ['nv', 'nv.pref', '99-nv_kernel.1.pref']) {
    it(`counts ${name}`, async () =>
      assert.deepEqual(await found({ [`/r/etc/apt/preferences.d/${name}`]: pin }, status), []));
  }
  for (const [name, better] of [
    ['nv.conf', 'nv.pref'],
    ['99 nv', '99_nv.pref'],
    ['nv.pref.bak', 'nv.pref'],
    ['.nv', 'nv.pref'],
  ] as const) {
    it(`says that apt passes over ${name}`, async () => {
      const at = `etc/apt/preferences.d/${name}`;
      const [line] = await found({ [`/r/${at}`]: pin }, status);
      assert.equal(
        line,
        `pin-missing ${at} No apt preference keeps nvidia-l4t-kernel away. ${at} says so, but apt passes over a file of that name: expected no extension or .pref, and letters, digits, "_", "-" and "." only. Rename it to ${better}`,
      );
    });
  }
});
