import { parseArguments } from '../../text/shell/option-grammar.ts';
import { baseName, type ShellCommand } from '../../text/shell/shell-command.ts';
import { patternOf } from '../../text/shell/word.ts';
import { grammar } from '../../text/shell/wrappers.ts';

const copyGrammar = grammar(
  'abdDfhHilLnpPrRsSuvxZt:m:o:g:O:',
  'target-directory= mode= owner= group= output= chown= chmod= from=',
  { permutes: true },
);

/** Programs that put files into place; `COPY` and `ADD` are Docker's. */
const copiers: ReadonlySet<string> = new Set(['cp', 'mv', 'install', 'ln', 'rsync', 'curl', 'wget', 'COPY', 'ADD']);

/** A file of apt preferences that a command puts into place. */
export interface PlacedPreferences {
  /** Where it comes from; an address for a download. */
  readonly from: string;
  /** Its name where apt looks. */
  readonly name: string;
}

/** The apt preferences that a command puts where apt looks for them. */
export function placedPreferences({ name, argv }: ShellCommand): readonly PlacedPreferences[] {
  if (!copiers.has(name)) return [];
  const { operands, options } = parseArguments(argv.slice(1), copyGrammar);
  const option = (...names: string[]): string | undefined => {
    const given = options.find((one) => names.includes(one.name));
    return given && (given.gluedValue ?? (given.value && patternOf(given.value)));
  };
  const paths = operands.map(patternOf);
  const fetches = name === 'curl' || name === 'wget';
  const to = fetches
    ? (option('o', 'O', 'output') ?? paths.find((path) => path.startsWith('/')))
    : (option('t', 'target-directory') ?? paths.pop());
  const place = /\/apt\/preferences(?:\.d\/?([^/]*))?$/.exec(to ?? '');
  if (place === null) return [];
  const isFolder = place[0].includes('.d') && place[1] === '';
  return paths
    .filter((path) => path !== to)
    .map((from) => ({ from, name: isFolder ? baseName(from) : baseName(place[0]) }));
}
