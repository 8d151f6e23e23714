import type { FileKind } from '../../text/file-kind.ts';
import type { ShellCommand } from '../../text/shell/shell-command.ts';
import { patternOf } from '../../text/shell/word.ts';
import type { ScriptRule } from './script-rule.ts';

const targets =
  /^(modules|modules_install|modules_prepare|prepare|scripts|vmlinux|bzImage|zImage|uImage|Image(\.gz)?|dtbs|bindeb-pkg|deb-pkg|binrpm-pkg|tarbz2-pkg|olddefconfig|defconfig|\w+_defconfig)$/;

/** What stands in these runs in a container already. */
const inContainer: ReadonlySet<FileKind> = new Set(['dockerfile', 'compose']);

/** Kernel or modules built on the host, where the project's policy wants its container. */
export const hostBuild: ScriptRule = {
  rule: 'host-build',
  *check({ commands, policy, document }) {
    if (!policy.containerOnly || inContainer.has(document.kind)) return;
    for (const command of commands) {
      if (command.place.kind === 'container' || !buildsKernel(command)) continue;
      yield {
        rule: 'host-build',
        start: command.start,
        end: command.end,
        subject: command.name,
        message: `${command.name} builds on the host, with its compiler and headers; the policy says containerOnly, since another toolchain gives another vermagic and other CRCs. Run it in the project's container.`,
        fixes: [{ title: 'Rebuild in Container instead', command: 'vermagic.rebuildInContainer', arguments: [] }],
      };
    }
  },
};

function buildsKernel(command: ShellCommand): boolean {
  const words = command.argv.slice(1).map(patternOf);
  if (command.name === 'dkms') return words.some((word) => /^(build|install|autoinstall|mkdeb)$/.test(word));
  if (!/^g?make$/.test(command.name)) return false;
  if (words.some((word) => /^(clean|mrproper|distclean|help)$/.test(word))) return false;
  const outside = words.some((word) => /^(M|SUBDIRS|KBUILD_EXTMOD)=/.test(word));
  return (
    outside || words.some((word) => targets.test(word)) || words.some((word) => /\/lib\/modules\/.*\/build$/.test(word))
  );
}
