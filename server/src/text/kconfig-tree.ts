import type { Parser } from 'web-tree-sitter';
import { limits } from '../limits.ts';
import { FileError, type FileSystem } from '../ports/file-system.ts';
import type { Parsed, Problem } from '../ports/parsed.ts';
import type { DotConfigSyntax } from './dot-config-syntax.ts';
import { KconfigAssembler, type KconfigSources } from './kconfig-assembler.ts';
import { type KconfigStatement, readKconfigFile } from './kconfig-file.ts';
import { expandMacros, sourceArchitecture } from './kconfig-macro.ts';
import type { KconfigSymbol } from './kconfig-symbol.ts';
import type { KconfigValues, UserValue } from './kconfig-values.ts';

/** All symbols of one kernel tree for one architecture. */
export interface KconfigTree {
  readonly rootUri: string;
  readonly arch: string;
  readonly symbols: ReadonlyMap<string, KconfigSymbol>;
  /** The symbol that switches tristates on; `MODULES` in every kernel. */
  readonly modules: KconfigSymbol | undefined;
  readonly variables: ReadonlyMap<string, string>;
  readonly files: number;
}

export interface KconfigRequest {
  /** The kernel source; its `Kconfig` is the start. */
  readonly rootUri: string;
  /** `ARCH` as make gets it, e.g. `x86_64`, `arm64`. */
  readonly arch: string;
  /** `KERNELVERSION`, when known. */
  readonly kernelVersion?: string;
}

/** Finds and keeps the trees that configuration files belong to. */
export interface KconfigProvider {
  /** The lines of a configuration file, kept from one version of it to the next. */
  syntaxOf(uri: string, text: string): DotConfigSyntax;
  /** The tree for a configuration file; `undefined` when there is no kernel source for it. */
  treeOf(uri: string, config: DotConfigSyntax): Promise<KconfigTree | undefined>;
  /** The tree's calculation for a file, kept from one version of it to the next. */
  valuesOf(uri: string, tree: KconfigTree, user: ReadonlyMap<string, UserValue>, complete: boolean): KconfigValues;
  /** The tree that a Kconfig file, Makefile or source lies in, for the architecture that the tree is configured for, or else `arch`. */
  treeAround(uri: string, arch: string | undefined): Promise<KconfigTree | undefined>;
}

/**
 * Reads every Kconfig file that the tree's top `Kconfig` sources for the architecture, and no other.
 * Files are read a level at a time and put together in the order of their `source` lines. Without a
 * parser the files are read line by line, with the same result in a third of the time.
 */
export async function loadKconfigTree(
  files: FileSystem,
  parser: Parser | undefined,
  request: KconfigRequest,
): Promise<Parsed<KconfigTree>> {
  const root = request.rootUri.replace(/\/$/, '');
  const problems: Problem[] = [];
  const variables = new Map([
    ['ARCH', request.arch],
    ['SRCARCH', sourceArchitecture(request.arch)],
    ['HEADER_ARCH', 'x86'],
    ['srctree', '.'],
    ['KERNELVERSION', request.kernelVersion ?? ''],
  ]);
  const statements = new Map<string, readonly KconfigStatement[]>();
  const sources: KconfigSources = { statements, globs: new Map() };
  const seen = new Set(['Kconfig']);
  let pending = ['Kconfig'];
  let bytes = 0;
  while (pending.length > 0) {
    const read = await Promise.all(pending.map((path) => readText(files, `${root}/${path}`)));
    const next: string[] = [];
    for (const [index, path] of pending.entries()) {
      const text = read[index];
      if (text === undefined) {
        statements.set(path, []);
        if (path === 'Kconfig') problems.push({ message: `There is no Kconfig in ${root}.` });
        continue;
      }
      bytes += text.length;
      const parsed = readKconfigFile(parser, text);
      statements.set(path, parsed);
      for (const statement of parsed) {
        if (statement.kind === 'source') await wanted(files, root, path, statement, variables, sources, seen, next);
        else if (statement.kind === 'variable' && statement.operator !== '+=') {
          variables.set(statement.name, statement.value);
        }
      }
    }
    if (statements.size + next.length > limits.kconfigFiles || bytes > limits.kconfigBytes) {
      problems.push({
        message: `More Kconfig files than are read (${limits.kconfigFiles} files, ${limits.kconfigBytes} bytes).`,
      });
      break;
    }
    pending = next;
  }
  const assembler = new KconfigAssembler(sources, variables);
  assembler.run('Kconfig');
  const { symbols } = assembler;
  const modules = assembler.modules ?? symbols.get('MODULES');
  return {
    value: { rootUri: root, arch: request.arch, symbols, modules, variables, files: statements.size },
    problems,
  };
}

/** Notes which files a `source` line means and which of them are still to be read. */
async function wanted(
  files: FileSystem,
  root: string,
  from: string,
  statement: Extract<KconfigStatement, { kind: 'source' }>,
  variables: ReadonlyMap<string, string>,
  sources: KconfigSources,
  seen: Set<string>,
  next: string[],
): Promise<void> {
  const expanded = expandMacros(statement.pattern, variables);
  if (expanded === undefined) return;
  const directory = statement.relative ? from.slice(0, from.lastIndexOf('/') + 1) : '';
  const pattern = directory + expanded.replace(/^\.\//, '');
  const paths = /[*?[]/.test(pattern) ? await glob(files, root, pattern) : [pattern];
  sources.globs.set(`${from}\n${statement.line}`, paths);
  for (const path of paths) {
    if (seen.has(path)) continue;
    seen.add(path);
    next.push(path);
  }
}

/** Files of one directory that fit a pattern whose directory part has no wildcard; sorted as glob(3) sorts. */
async function glob(files: FileSystem, root: string, pattern: string): Promise<string[]> {
  const parts = pattern.split('/');
  let found = [''];
  for (const part of parts) {
    const further: string[] = [];
    for (const base of found) {
      const prefix = base === '' ? '' : `${base}/`;
      if (!/[*?[]/.test(part)) {
        further.push(prefix + part);
        continue;
      }
      const fits = new RegExp(
        `^${part
          .replace(/[.+^${}()|\\]/g, '\\$&')
          .replace(/\*/g, '[^/]*')
          .replace(/\?/g, '.')}$`,
      );
      const entries = await files.readDirectory(`${root}/${base}`).catch(() => []);
      further.push(
        ...entries
          .map((entry) => entry.name)
          .filter((name) => fits.test(name))
          .sort()
          .map((name) => prefix + name),
      );
    }
    found = further.slice(0, limits.kconfigFiles);
  }
  return found;
}

const decoder = new TextDecoder();

async function readText(files: FileSystem, uri: string): Promise<string | undefined> {
  try {
    return decoder.decode(await files.readFile(uri, limits.textBytes));
  } catch (error) {
    if (error instanceof FileError) return undefined;
    throw error;
  }
}
