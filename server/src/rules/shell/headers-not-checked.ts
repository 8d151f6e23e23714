import { packageCommand } from '../../text/shell/package-tools.ts';
import type { ShellCommand } from '../../text/shell/shell-command.ts';
import { displayOf, patternOf, type Word } from '../../text/shell/word.ts';
import type { ScriptRule } from './script-rule.ts';

/** Words that show that headers of the running kernel were thought of. */
const headers =
  /(linux|kernel)-headers|linux-kbuild|\/lib\/modules\/.*\/(build|source)|\/usr\/src\/(linux|kernel)|kernel-devel|KERNELDIR=|KDIR=|--kernelsourcedir|IGNORE_CC_MISMATCH|-headers-/;

export function mentionsHeaders(text: string): boolean {
  return headers.test(text);
}

/** Installers that build modules behind the scenes. */
const installer = /^(NVIDIA-Linux-.*|ZED_SDK_.*|VBoxLinuxAdditions|cuda_\d.*_linux)\.run$/i;

/** DKMS, or an installer that uses it, run with nothing before it that makes sure of matching headers. */
export const headersNotChecked: ScriptRule = {
  rule: 'headers-not-checked',
  *check({ commands, writes }) {
    const candidates = commands.flatMap((command) => {
      const word = buildsBehind(command);
      return word === undefined ? [] : [{ command, word }];
    });
    if (candidates.length === 0) return;
    const steps = [
      ...commands.filter((command) => command.argv.some(isAboutHeaders)).map((command) => command.order),
      ...writes.filter((file) => isAboutHeaders(file.path)).map((file) => file.order),
    ];
    const first = Math.min(...steps);
    for (const { command, word } of candidates) {
      if (first <= command.order) continue;
      yield {
        rule: 'headers-not-checked',
        start: word.start,
        end: word.end,
        subject: command.name,
        message: `${command.name === 'dkms' ? `dkms ${displayOf(word)}` : displayOf(word)} builds modules against whatever headers are there. Expected before it: headers that match the running kernel, such as a test for /lib/modules/$(uname -r)/build or the kernel's own linux-headers package.`,
      };
    }
  },
};

function isAboutHeaders(word: Word): boolean {
  return mentionsHeaders(word.value ?? word.parts.map((part) => part.text ?? part.source ?? '').join(''));
}

/** The word to point at, when a command builds modules on its own account. */
function buildsBehind(command: ShellCommand): Word | undefined {
  const [program, ...args] = command.argv;
  if (command.name === 'dkms') {
    const verb = args.find((word) => !patternOf(word).startsWith('-'));
    return /^(build|install|autoinstall)$/.test(verb?.value ?? '') ? verb : undefined;
  }
  if (installer.test(command.name)) {
    const skips = args.some((word) =>
      /skip_drivers|--no-kernel-module|runtime_only|--silent-runtime/.test(word.value ?? ''),
    );
    return skips ? undefined : program;
  }
  const tool = packageCommand(command);
  if (tool?.action !== 'install' || tool.harmless) return undefined;
  return tool.packages.find((item) => /-dkms$/.test(item.name))?.word;
}
