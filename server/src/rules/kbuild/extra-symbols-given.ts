import type { FileSystem } from '../../ports/file-system.ts';
import { isWithin, joinUri, parentUri, relativePath, uriName, uriPath } from '../../ports/uri.ts';
import type { KbuildSyntax, KbuildWord } from '../../text/kbuild-syntax.ts';
import type { Span } from '../text-rule.ts';
import { exists, type KbuildFacts, readText } from './kbuild-facts.ts';

/** A value of KBUILD_EXTRA_SYMBOLS to the end of its logical line, in whatever language it is written. */
const value = /\bKBUILD_EXTRA_SYMBOLS\b["']?[ \t]*(?:[:+?]*=|:(?=[ \t]))((?:\\\r?\n|[^\n])*)/g;

/** Words of KBUILD_EXTRA_SYMBOLS that a recipe gives to make, as an argument or in the environment. */
export function recipeSymbols({ rules }: KbuildSyntax, text: string): readonly KbuildWord[] {
  return rules.flatMap(({ recipe }) => {
    if (recipe === undefined) return [];
    const lines = text.slice(recipe.start, recipe.end);
    const given =
      /(["']?)\bKBUILD_EXTRA_SYMBOLS=(?:"([^"\n]*)"|'([^'\n]*)'|((?:\$?\$[({][^)}\n]*[)}]|[^\s;&|"'])+))([^"'\n]*)/g;
    return [...lines.matchAll(given)].flatMap((match) => {
      const [whole, quote = '', double, single, bare = '', rest = ''] = match;
      const line = lines.slice(lines.lastIndexOf('\n', match.index) + 1, match.index);
      if (/^\s*@?\s*#/.test(line)) return [];
      const own = double ?? single ?? bare;
      // 'NAME=a b': the quote around the argument holds further words.
      const words = quote !== '' && double === undefined && single === undefined ? `${own}${rest}` : own;
      return wordsIn(words, recipe.start + match.index + whole.indexOf(own, whole.indexOf('=') + 1));
    });
  });
}

/** Words of a value; a reference with blanks in it (`$(shell pwd)/a`) stays one. */
export function wordsIn(text: string, offset: number): readonly KbuildWord[] {
  return [...text.matchAll(/(?:\$?\$[({][^)}]*[)}]|[^\s$]|\$)+/g)]
    .filter((match) => match[0] !== '\\')
    .map((match) => ({ text: match[0], start: offset + match.index, end: offset + match.index + match[0].length }));
}

/**
 * Whether another file that has a say in this build may name the provider: a Makefile of this folder or of one above it, and
 * what scripts, workflows and Makefiles without modules of their own give to make. A value that only make or a shell could
 * tell may be any provider.
 */
export async function mayBeNamedElsewhere(facts: KbuildFacts, provider: string): Promise<boolean> {
  const path = uriPath(provider);
  for (const text of await textsAround(facts)) {
    for (const [, said = ''] of text.matchAll(value)) {
      // What follows on the line is other arguments, or the command that the value is for.
      const own = said.split(/[ \t](?:\w+=|-\w|make\b|\$[({]MAKE[)}])|[;&|]/, 1)[0] ?? '';
      const words = own.match(/(?:\$[({][^)}]*[)}]|[^\s"'\\=,[\]])+/g) ?? [];
      if (words.some((word) => isOpen(word) || (tailOf(word) !== '' && path.endsWith(tailOf(word))))) return true;
    }
  }
  return false;
}

/** `$(EXTRA)`, `$DIR/Module.symvers`, `$(wildcard …)`. */
function isOpen(word: string): boolean {
  if (/^\$?\$[({]?KBUILD_EXTRA_SYMBOLS[)}]?$/.test(word)) return false;
  return /[*?`]/.test(word) || (word.includes('$') && !/[^/]\/[^/]+$/.test(tailOf(word)));
}

/** The file and its folder, as far as they are written: `/deser/Module.symvers`. */
function tailOf(word: string): string {
  const known = word.replace(/^.*(?:[)}]|\$\w+)/, '').replace(/^(?:.*\/)?\.{1,2}(?=\/)/, '');
  const whole = known.startsWith('/') || known === '' ? known : `/${known}`;
  return /(?:\/[^/]+)?\/[^/]+$/.exec(whole)?.[0] ?? whole;
}

/**
 * Whether the module and the provider are made by one build, whose modpost sees both: a Kbuild file above lists the folders of
 * both, or that of the module beside the provider's Module.symvers.
 */
export async function areBuiltTogether(facts: KbuildFacts, provider: string): Promise<boolean> {
  const theirs = parentUri(provider);
  for (const above of foldersAbove(facts).slice(1)) {
    if (!isWithin(above, theirs)) continue;
    for (const name of makefileNames) {
      const text = (await readText(facts.files, joinUri(above, name)))?.replace(/^\t.*$/gm, '') ?? '';
      const lists = (folder: string) => namesFolder(text, relativePath(above, folder).split('/', 1)[0] ?? '', '/');
      if (/^[ \t]*(?:obj|subdir)-/m.test(text) && lists(facts.folder) && (theirs === above || lists(theirs)))
        return true;
    }
  }
  return false;
}

const makefileNames = ['Makefile', 'GNUmakefile', 'makefile', 'Kbuild'];

/** The file's folder, and those above it up to the workspace's. */
function foldersAbove({ folder, workspaceUri }: KbuildFacts): readonly string[] {
  const folders = [folder];
  const root = workspaceUri?.replace(/\/$/, '');
  for (let above = folder; root !== undefined && above !== root && folders.length < 16; ) {
    const next = parentUri(above);
    if (next === above) break;
    folders.push(next);
    above = next;
  }
  return folders;
}

async function textsAround(facts: KbuildFacts): Promise<readonly string[]> {
  const { document, files, pins } = facts;
  const texts: string[] = [];
  const own = new Set([document.uri]);
  const read = async (uri: string) => {
    if (own.has(uri)) return undefined;
    own.add(uri);
    return readText(files, uri);
  };
  for (const above of foldersAbove(facts)) {
    for (const name of [...makefileNames, 'dkms.conf']) texts.push((await read(joinUri(above, name))) ?? '');
  }
  for (const { uri } of pins?.assignments('KBUILD_EXTRA_SYMBOLS') ?? []) {
    const text = await read(uri);
    // What the Makefile of other modules says is for those.
    if (text !== undefined && !(/^(?:GNU)?[Mm]akefile$/.test(uriName(uri)) && /^obj-/m.test(text))) texts.push(text);
  }
  return texts;
}

/**
 * Whether what a build is given may come into being before it is used: the text that gives it names the folder besides, or
 * there are sources in it, or nothing yet.
 */
export async function mayBeMade(
  files: FileSystem,
  uri: string,
  { text, except }: { readonly text: string; readonly except: readonly Span[] },
): Promise<boolean> {
  const rest = without(text, except);
  const folder = parentUri(uri);
  if (namesFolder(rest, uriName(folder))) return true;
  if (await exists(files, folder)) {
    const entries = await files.readDirectory(folder).catch(() => []);
    return entries.length === 0 || entries.some(({ name }) => /^(?:(?:GNU)?[Mm]akefile|Kbuild)$/.test(name));
  }
  for (let above = parentUri(folder); above !== parentUri(above); above = parentUri(above)) {
    if ((await exists(files, above)) !== false) return false;
    if (namesFolder(rest, uriName(above))) return true;
  }
  return false;
}

/** The text with blanks in these places. */
function without(text: string, spans: readonly Span[]): string {
  let rest = text;
  for (const { start, end } of spans) rest = rest.slice(0, start) + ' '.repeat(end - start) + rest.slice(end);
  return rest;
}

function namesFolder(text: string, name: string, behind = '(?![\\w.-])'): boolean {
  const escaped = name.replace(/[.*+?^${}()|[\]\\]/g, '\\$&');
  return new RegExp(`(?<![\\w.-])${escaped}${behind}`).test(text);
}
