import { quote } from '../dot-config-syntax.ts';
import type { TextSpan } from '../source-map.ts';
import { sedConfigEdits } from './sed-config-edits.ts';
import type { ShellCommand } from './shell-command.ts';
import { patternOf, type Word } from './word.ts';

/** What a command does to one symbol of a kernel configuration. */
export interface ConfigEdit extends TextSpan {
  /** The configuration; `undefined`: `.config` in the current folder. */
  readonly file: Word | undefined;
  /** Without `CONFIG_`. */
  readonly name: string;
  /** As a configuration writes it (`y`, `n`, `"-tegra"`); `undefined` when only the shell or Kconfig can tell. */
  readonly value: string | undefined;
  /** Every symbol that begins so: an expression without an end. */
  readonly isPrefix?: true;
}

/** What the kernel's own `scripts/config` and `sed -i` do to a configuration, in order. */
export function configEdits(command: ShellCommand): readonly ConfigEdit[] {
  if (command.name === 'sed') return sedConfigEdits(command);
  const [program, ...words] = command.argv;
  if (program === undefined || !isConfigTool(patternOf(program))) return [];
  return toolEdits(words, command);
}

export function isConfigTool(path: string): boolean {
  return /(^|\/)scripts\/config$/.test(path);
}

/** Options that give one symbol a value; those that end in `-after` name another symbol first. */
const settingOptions: Readonly<Record<string, string | undefined>> = {
  '--enable': 'y',
  '-e': 'y',
  '--disable': 'n',
  '-d': 'n',
  '--module': 'm',
  '-m': 'm',
  '--enable-after': 'y',
  '-E': 'y',
  '--disable-after': 'n',
  '-D': 'n',
  '--module-after': 'm',
  '-M': 'm',
  '--undefine': undefined,
  '-u': undefined,
};

/** As `scripts/config` reads its arguments: option by option, names in any case and with or without `CONFIG_`. */
function toolEdits(words: readonly Word[], command: ShellCommand): readonly ConfigEdit[] {
  const edits: ConfigEdit[] = [];
  let file: Word | undefined;
  let keepsCase = false;
  const add = (from: number, nameAt: number, to: number, value: string | undefined): void => {
    const name = symbolName(words[nameAt], keepsCase);
    if (name === undefined) return;
    edits.push({ file, name, value, ...spanOf(words.slice(from, to + 1), words[nameAt], command) });
  };
  for (let at = 0; at < words.length; at++) {
    const option = words[at]?.value ?? '';
    if (option === '--file') file = words[++at];
    else if (option === '--keep-case' || option === '-k') keepsCase = true;
    else if (option === '--set-str' || option === '--set-val') {
      const given = words[at + 2]?.value;
      const written = given !== undefined && option === '--set-str' ? quote(given) : given;
      add(at, at + 1, at + 2, written);
      at += 2;
    } else if (Object.hasOwn(settingOptions, option)) {
      const last = at + (/-after$|^-[EDM]$/.test(option) ? 2 : 1);
      add(at, last, last, settingOptions[option]);
      at = last;
    }
  }
  return edits;
}

function symbolName(word: Word | undefined, keepsCase: boolean): string | undefined {
  const name = word?.value?.replace(/^CONFIG_/, '');
  if (name === undefined || !/^\w+$/.test(name)) return undefined;
  return keepsCase ? name : name.toUpperCase();
}

/** The option with what belongs to it; only the name where that stands elsewhere (an argument of a function). */
function spanOf(words: readonly Word[], name: Word | undefined, { whole }: ShellCommand): TextSpan {
  const start = Math.min(...words.map((word) => word.start));
  const end = Math.max(...words.map((word) => word.end));
  const together = start >= whole.start && end <= whole.end;
  return together || name === undefined ? { start, end } : { start: name.start, end: name.end };
}
