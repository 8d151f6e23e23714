import type { TextRange } from '../findings/finding.ts';
import { fileStart } from '../findings/finding.ts';
import { limits } from '../limits.ts';
import type { FileSystem } from '../ports/file-system.ts';
import { fileUri, joinUri, parentUri, uriName } from '../ports/uri.ts';
import { kbuildModel } from '../text/kbuild-modules.ts';
import { parseKbuild } from '../text/kbuild-syntax.ts';
import { LineIndex } from '../text/line-index.ts';
import type { BuildMessage } from './build-output.ts';

/** A message of a build where a person can do something about it. */
export interface LocatedMessage extends BuildMessage {
  /** `undefined` for what is about no file. */
  readonly uri: string | undefined;
  readonly range: TextRange;
}

/**
 * Messages with their places. modpost knows the module and the symbol, not the line: the line is where the module's sources
 * use the symbol.
 */
export async function locateMessages(
  files: FileSystem,
  messages: readonly BuildMessage[],
): Promise<readonly LocatedMessage[]> {
  const located: LocatedMessage[] = [];
  for (const message of messages) {
    const use = message.symbol === undefined ? undefined : await findUse(files, message);
    const uri = use?.uri ?? (message.file === undefined ? undefined : fileUri(message.file));
    located.push({ ...message, uri, range: use?.range ?? rangeOf(message) });
  }
  return located;
}

function rangeOf({ line, column }: BuildMessage): TextRange {
  if (line === undefined) return fileStart;
  const start = { line: Math.max(0, line - 1), character: Math.max(0, (column ?? 1) - 1) };
  // The compiler names one column: the editor marks the word there.
  return { start, end: start };
}

async function findUse(
  files: FileSystem,
  { file = '', symbol = '' }: BuildMessage,
): Promise<{ readonly uri: string; readonly range: TextRange } | undefined> {
  const module = fileUri(file);
  const folder = parentUri(module);
  for (const source of await sourcesOf(files, folder, uriName(module).replace(/\.(?:k?o|lto\.o)$/, ''))) {
    const text = await readText(files, source);
    const offset = text === undefined ? undefined : useOf(text, symbol);
    if (text === undefined || offset === undefined) continue;
    return { uri: source, range: new LineIndex(text).range(offset, offset + symbol.length) };
  }
  return undefined;
}

/** The C files a module or object is made from: as Kbuild says, else its own, else all beside it. */
async function sourcesOf(files: FileSystem, folder: string, stem: string): Promise<string[]> {
  const names: string[] = [];
  for (const name of ['Kbuild', 'Makefile']) {
    const text = await readText(files, joinUri(folder, name));
    if (text === undefined) continue;
    const module = kbuildModel(parseKbuild(text)).modules.find(({ target }) => target === `${stem}.ko`);
    names.push(...(module?.objects ?? []).map((word) => word.text.replace(/\.o$/, '.c')));
    if (names.length > 0) break;
  }
  const entries = await files.readDirectory(folder).catch(() => []);
  const beside = entries.map((entry) => entry.name).filter((name) => name.endsWith('.c') && !name.endsWith('.mod.c'));
  return [...new Set([...names, `${stem}.c`, ...beside.sort()])].map((name) => joinUri(folder, name));
}

/** The first call of a symbol in code; its first mention where it is not called. */
export function useOf(text: string, symbol: string): number | undefined {
  const code = text.replace(/\/\*[\s\S]*?\*\/|\/\/[^\n]*|"(?:[^"\\\n]|\\.)*"/g, (found) =>
    found.replace(/[^\n]/g, ' '),
  );
  const name = symbol.replace(/[^\w]/g, '');
  if (name === '') return undefined;
  const found = [...code.matchAll(new RegExp(`\\b${name}\\b(\\s*\\()?`, 'g'))];
  const isDeclared = (at: number) => /^\s*(?:extern\b|#)/.test(code.slice(code.lastIndexOf('\n', at) + 1, at));
  const uses = found.filter((match) => !isDeclared(match.index));
  return (uses.find((match) => match[1] !== undefined) ?? uses[0] ?? found[0])?.index;
}

async function readText(files: FileSystem, uri: string): Promise<string | undefined> {
  const bytes = await files.readFile(uri, limits.textBytes).catch(() => undefined);
  return bytes && new TextDecoder().decode(bytes);
}
