import { parseAptPreferences } from '../../text/apt-preferences.ts';
import { packageCommand } from '../../text/shell/package-tools.ts';
import type { Place, ShellCommand } from '../../text/shell/shell-command.ts';
import { globsOverlap } from '../package-glob.ts';
import type { Policy } from '../policy.ts';
import type { ScriptFacts } from './script-rule.ts';

/** Packages of kernels that no pack names; a hold of one of them counts as care taken. */
const kernelPackages = [
  'linux-image*',
  'linux-modules*',
  'raspberrypi-kernel*',
  'nvidia-l4t-kernel*',
  'linux-generic*',
];

interface Guard {
  readonly order: number;
  readonly place: Place;
  readonly globs: readonly string[];
  /** What is held is not known (`apt-mark hold $(…)`). */
  readonly open: boolean;
}

/** The holds and pins that a document sets up, in order. */
export class HeldPackages {
  readonly #guards: readonly Guard[];
  readonly #policy: Policy;

  constructor(facts: ScriptFacts) {
    this.#policy = facts.policy;
    this.#guards = [...holds(facts.commands), ...selections(facts), ...pins(facts)];
  }

  /** Globs that should be held before this command and are not; the first few kernel packages where no policy says. */
  missingBefore(command: ShellCommand): readonly string[] {
    const guards = this.#guards.filter((guard) => guard.order < command.order && samePlace(guard.place, command.place));
    if (guards.some((guard) => guard.open)) return [];
    const wanted = this.#policy.requireHold;
    const isHeld = (glob: string): boolean =>
      guards.some((guard) => guard.globs.some((held) => globsOverlap(held, glob)));
    if (wanted.length === 0) return kernelPackages.some(isHeld) ? [] : ['linux-image-*'];
    // One hold of the family shows that it was thought of; what is still missing is the gate's concern.
    return wanted.some(isHeld) ? [] : wanted;
  }
}

function samePlace(one: Place, two: Place): boolean {
  return one.kind === two.kind || one.kind === 'here';
}

function holds(commands: readonly ShellCommand[]): Guard[] {
  return commands.flatMap((command): Guard[] => {
    const tool = packageCommand(command);
    if (tool?.action !== 'hold') return [];
    const globs = tool.packages.map((item) => item.name);
    return [{ order: command.order, place: command.place, globs, open: !tool.complete }];
  });
}

/** `echo "pkg hold" | dpkg --set-selections` */
function selections({ commands, document, edits }: ScriptFacts): Guard[] {
  return commands.flatMap((command): Guard[] => {
    if (command.name !== 'dpkg' || !command.argv.some((word) => word.value === '--set-selections')) return [];
    const line = edits.lineOf(command);
    const from = document.lines.lineStart(Math.max(0, line - 20));
    const before = document.text.slice(from, document.lines.lineEnd(line + 20));
    const globs = [...before.matchAll(/([a-z0-9][a-z0-9.+*-]+)[ \t]+hold\b/g)].map((match) => match[1] ?? '');
    return [{ order: command.order, place: command.place, globs, open: globs.length === 0 && /\bhold\b/.test(before) }];
  });
}

function pins({ writes }: ScriptFacts): Guard[] {
  return writes.flatMap((file): Guard[] => {
    if (!/preferences(\.d\/|$)/.test(file.path.value ?? '') && !/Pin-Priority/.test(file.content?.text ?? ''))
      return [];
    if (file.content === undefined) return [{ order: file.order, place: file.place, globs: [], open: true }];
    const globs = parseAptPreferences(file.content.text)
      .value.filter((entry) => entry.priority !== undefined && (entry.priority < 0 || entry.freezes))
      .flatMap((entry) => entry.packages.map((item) => item.name));
    return [{ order: file.order, place: file.place, globs, open: false }];
  });
}
