import type { Place } from './shell-command.ts';
import { constant, type ShellScope, unknownVariable } from './shell-scope.ts';
import type { Word } from './word.ts';

/** What `cd` and its kin say of where a script is. Paths count from where it starts: `''` is there. */
interface Folders {
  readonly now: string | undefined;
  readonly before: string | undefined;
  /** Of `pushd`, the last first. */
  readonly kept: readonly (string | undefined)[];
}

/** Stands for a path that is not known. */
const unknown = '\0';

/** A scope keeps it like a variable, under a name that none has: subshells and branches then come right by themselves. */
function keyOf(place: Place): string {
  return place.kind === 'here' ? 'cd ' : `cd ${place.kind} ${place.where}`;
}

/** Where commands run; `undefined` when the script alone does not say. */
export function workingFolder(scope: ShellScope, place: Place): string | undefined {
  return foldersOf(scope, place).now;
}

/** `cd`, `pushd`, `popd`. `isCertain`: the words have one reading. */
export function changeFolder(
  name: string,
  args: readonly Word[],
  scope: ShellScope,
  place: Place,
  isCertain: boolean,
): void {
  const { now, before, kept } = foldersOf(scope, place);
  const target = args.find((word) => !/^-[LPe@n]+$|^--$/.test(word.value ?? ''));
  const next = target === undefined ? '$HOME' : target.value === '-' ? before : pathFrom(now, target);
  if (!isCertain) remember(scope, place, { now: undefined, before: now, kept: [] });
  else if (name === 'popd') remember(scope, place, { now: kept[0], before: now, kept: kept.slice(1) });
  else if (name === 'pushd' && target === undefined) remember(scope, place, { now: undefined, before: now, kept: [] });
  else remember(scope, place, { now: next, before: now, kept: name === 'pushd' ? [now, ...kept] : kept });
}

function foldersOf(scope: ShellScope, place: Place): Folders {
  const variable = scope.get(keyOf(place));
  if (variable === undefined) return { now: '', before: undefined, kept: [] };
  const text = variable.open || variable.values.length !== 1 ? undefined : variable.values[0]?.[0]?.text;
  const [now, before, ...kept] = (text ?? unknown).split('\n').map((path) => (path === unknown ? undefined : path));
  return { now, before, kept };
}

function remember(scope: ShellScope, place: Place, { now, before, kept }: Folders): void {
  const text = [now, before, ...kept].map((path) => path ?? unknown).join('\n');
  scope.set(keyOf(place), now === undefined ? unknownVariable : constant([{ text, start: 0, end: 0, quoted: true }]));
}

/**
 * The path that a word means in a folder. What only the shell knows stays as it is written (`$HOME/drv`), so that two
 * words that are written alike are one path. `undefined` when it cannot be told.
 */
export function pathFrom(folder: string | undefined, word: Word): string | undefined {
  const path = word.parts.map((part) => part.text ?? asWritten(part.source)).join('');
  const text = path.replace(/^~(?=\/|$)/, '$HOME');
  return /^[/$`]/.test(text) ? joined('', text) : folder === undefined ? undefined : joined(folder, text);
}

/** `${X}` and `$X` are one; a slash within stands for no folder. */
function asWritten(source: string | undefined): string {
  return source === undefined ? '$' : source.replace(/^\$\{(\w+)\}$/, '$$$1').replaceAll('/', '\u2215');
}

function joined(folder: string, path: string): string | undefined {
  const root = path.startsWith('/') || (folder.startsWith('/') && !path.startsWith('$')) ? '/' : '';
  const parts: string[] = [];
  for (const part of `${folder}/${path}`.split('/')) {
    if (part === '' || part === '.') continue;
    const last = parts.at(-1);
    if (part !== '..' || last === undefined || last === '..') {
      if (part !== '..' || root === '') parts.push(part);
    } else if (last.startsWith('$') || last.startsWith('`')) return undefined;
    else parts.pop();
  }
  return root + parts.join('/');
}
