import { type OptionGrammar, type ParsedOption, parseArguments } from './option-grammar.ts';
import type { ShellCommand } from './shell-command.ts';
import type { Word } from './word.ts';
import { grammar } from './wrappers.ts';

/** kmod's tools read their options with getopt_long and no `+`: options count wherever they stand. */
const kmodModprobe = grammar(
  'arw:RibfDcnC:d:S:sqvVh',
  'all remove remove-dependencies remove-holders wait= resolve-alias first-time ignore-install ignore-remove use-blacklist force force-modversion force-vermagic show-depends showconfig show-config show-modversions dump-modversions show-exports dry-run show config= dirname= set-version= syslog quiet verbose version help',
  { permutes: true },
);
const kmodInsmod = grammar('psfvVh', 'force force-modversion force-vermagic syslog verbose version help', {
  permutes: true,
});
const kmodRmmod = grammar('fsvVwh', 'force syslog verbose version wait help', { permutes: true });

/** BusyBox: insmod takes no options at all, modprobe has no `-f`, rmmod has. */
const busyboxModprobe = grammar('alrqsvDbwi', '', { permutes: true });
const busyboxRmmod = grammar('wfa', '', { permutes: true });
const busyboxInsmod = grammar('', '', { permutes: false });

/** What each force option lets pass. */
export type Forced = 'vermagic' | 'versions' | 'both' | 'use';

export interface ForceOption {
  readonly option: ParsedOption;
  readonly forces: Forced;
  /** The option comes from the variable MODPROBE_OPTIONS. */
  readonly fromEnvironment: boolean;
}

export interface ModuleCommand {
  readonly tool: 'insmod' | 'modprobe' | 'rmmod';
  /** `query`: prints, or does nothing. */
  readonly action: 'load' | 'unload' | 'query';
  readonly force: readonly ForceOption[];
  /** The file (insmod) or the names. */
  readonly modules: readonly Word[];
}

const queries: ReadonlySet<string> = new Set([
  'n',
  'dry-run',
  'show',
  'D',
  'show-depends',
  'c',
  'showconfig',
  'show-config',
  'R',
  'resolve-alias',
  'show-modversions',
  'dump-modversions',
  'show-exports',
  'V',
  'version',
  'h',
  'help',
]);

/** Reads insmod, modprobe and rmmod as they read their arguments themselves; `undefined` for any other command. */
export function moduleCommand(command: ShellCommand): ModuleCommand | undefined {
  let read = readBefore.get(command);
  if (read === undefined) {
    read = readCommand(command) ?? null;
    readBefore.set(command, read);
  }
  return read ?? undefined;
}

/** Every rule asks about every command; each is read once. */
const readBefore = new WeakMap<ShellCommand, ModuleCommand | null>();

function readCommand(command: ShellCommand): ModuleCommand | undefined {
  const argv = command.name === 'kmod' ? command.argv.slice(1) : command.argv;
  const tool = command.name === 'kmod' ? argv[0]?.value : command.name;
  if (tool !== 'insmod' && tool !== 'modprobe' && tool !== 'rmmod') return undefined;
  const parsed = parseArguments(argv.slice(1), grammarOf(tool, command.applet !== undefined));
  const fromVariable = tool === 'modprobe' ? environmentOptions(command) : [];
  const all = [
    ...fromVariable.map((option) => ({ option, fromEnvironment: true })),
    ...parsed.options.map((option) => ({ option, fromEnvironment: false })),
  ];
  const has = (...names: string[]): boolean => all.some(({ option }) => names.includes(option.name));
  const removes = tool === 'rmmod' || has('r', 'remove', 'remove-dependencies', 'remove-holders');
  const asks =
    tool === 'modprobe' ? all.some(({ option }) => queries.has(option.name)) : has('V', 'version', 'h', 'help');
  const force = all.flatMap(({ option, fromEnvironment }): ForceOption[] => {
    const forces = forcedBy(option.name, removes);
    return forces === undefined ? [] : [{ option, forces, fromEnvironment }];
  });
  const single = tool === 'insmod' || (tool === 'modprobe' && !removes && !has('a', 'all'));
  return {
    tool,
    action: asks ? 'query' : removes ? 'unload' : 'load',
    force,
    modules: single ? parsed.operands.slice(0, 1) : parsed.operands,
  };
}

function grammarOf(tool: 'insmod' | 'modprobe' | 'rmmod', applet: boolean): OptionGrammar {
  if (tool === 'insmod') return applet ? busyboxInsmod : kmodInsmod;
  if (tool === 'rmmod') return applet ? busyboxRmmod : kmodRmmod;
  return applet ? busyboxModprobe : kmodModprobe;
}

function forcedBy(name: string, removes: boolean): Forced | undefined {
  if (name === 'f' || name === 'force') return removes ? 'use' : 'both';
  if (removes) return undefined;
  if (name === 'force-vermagic') return 'vermagic';
  return name === 'force-modversion' ? 'versions' : undefined;
}

/** modprobe puts the words of MODPROBE_OPTIONS before its own arguments. */
function environmentOptions(command: ShellCommand): readonly ParsedOption[] {
  const words = (command.environment.get('MODPROBE_OPTIONS') ?? []).flatMap((part): Word[] => {
    const exact = part.end - part.start === (part.text ?? '').length;
    return [...(part.text ?? '').matchAll(/\S+/g)].map((match) => {
      const start = exact ? part.start + match.index : part.start;
      const end = exact ? start + match[0].length : part.end;
      const own = { ...part, text: match[0], start, end };
      return { parts: [own], start, end, value: match[0], elastic: false, indirect: false };
    });
  });
  return parseArguments(words, kmodModprobe).options;
}
