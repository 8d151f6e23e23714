import { joinUri, parentUri, relativePath, uriName, uriPath } from '../../ports/uri.ts';
import type { ModuleBuild } from '../../text/kbuild-modules.ts';
import type { KbuildAssignment } from '../../text/kbuild-syntax.ts';
import type { Found, FoundFix } from '../text-rule.ts';
import { areBuiltTogether, mayBeMade, mayBeNamedElsewhere, recipeSymbols } from './extra-symbols-given.ts';
import { exists, type KbuildFacts, type KbuildRuleCheck, readText, type SymbolProvider } from './kbuild-facts.ts';

export const extraSymbolsMissing: KbuildRuleCheck = {
  async *check(facts) {
    const named = new Set<string>();
    const { document, files, model } = facts;
    const given = recipeSymbols(facts.syntax, document.text);
    const words = [...model.extraSymbols, ...given];
    const guarded = new Set(facts.syntax.assignments.filter(asksForFiles).flatMap((one) => one.words));
    for (const word of words) {
      // A Makefile without modules of its own builds those of other folders, the providers among them.
      const isDriver = document.kind !== 'kbuild' || given.includes(word);
      // make reads a relative path from the kernel's folder.
      const uri = isDriver && /^[^$`/]/.test(word.text) ? undefined : facts.resolve(word.text);
      if (uri === undefined) {
        // Some path that only make can tell may be any of the providers.
        named.add('*');
        continue;
      }
      named.add(uri);
      if (!files || guarded.has(word) || (await exists(files, uri)) !== false) continue;
      if (isDriver && (await mayBeMade(files, uri, { text: document.text, except: words }))) continue;
      yield {
        rule: 'extra-symbols-missing',
        start: word.start,
        end: word.end,
        message: missingFile(uri),
        fixes: facts.providers
          .filter((provider) => provider.uri !== uri && parentUri(provider.uri) !== facts.folder)
          .slice(0, 3)
          .map((provider) => ({
            title: `Use ${written(facts, provider, word.text)}`,
            edits: [{ start: word.start, end: word.end, newText: written(facts, provider, word.text) }],
          })),
      };
    }
    if (!named.has('*') && document.kind === 'kbuild') yield* unnamedProviders(facts, named);
  },
};

/** Made only if some file is there: `ifneq ($(wildcard …),)`. */
function asksForFiles({ conditions }: KbuildAssignment): boolean {
  return conditions.some((condition) => /\$[({](?:wildcard|shell)\b/.test(condition));
}

export function missingFile(uri: string): string {
  return `There is no ${uriPath(uri)}. modpost will report the provider's symbols as undefined. Build the provider first: its build writes Module.symvers beside its Makefile.`;
}

/** Providers whose symbols the modules' sources use although the file does not name them. */
async function* unnamedProviders(facts: KbuildFacts, named: ReadonlySet<string>): AsyncIterable<Found> {
  const providers = facts.providers.filter(
    (provider) => !named.has(provider.uri) && parentUri(provider.uri) !== facts.folder,
  );
  if (providers.length === 0) return;
  const own = facts.providers.find((provider) => parentUri(provider.uri) === facts.folder);
  for (const module of facts.model.modules) {
    const used = await identifiersOf(facts, module);
    for (const provider of providers) {
      const symbols = [...used].filter(
        (name) =>
          provider.table.get(name) !== undefined && own?.table.get(name) === undefined && !isKernels(facts, name),
      );
      if (symbols.length === 0) continue;
      if ((await mayBeNamedElsewhere(facts, provider.uri)) || (await areBuiltTogether(facts, provider.uri))) continue;
      yield {
        rule: 'extra-symbols-missing',
        start: module.word.start,
        end: module.word.end,
        message: `${module.target} uses ${list(symbols)} of ${providerName(provider, symbols)}, whose Module.symvers KBUILD_EXTRA_SYMBOLS does not name: modpost will say "${symbols[0]}" [...] undefined!, or, with undefined symbols allowed, write no CRC for ${symbols.length === 1 ? 'it' : 'them'}.`,
        symbol: symbols[0] ?? '',
        related: [{ start: 0, end: 0, uri: provider.uri, range: zero, message: 'exported here' }],
        fixes: [addProvider(facts, provider)],
      };
    }
  }
}

/**
 * Exported by the kernel's own build (`vmlinux`, `drivers/net/mii`). What a target knows of modules from elsewhere (an absolute path, or
 * the bare name of a module file) modpost reads only from a file that is named.
 */
function isKernels(facts: KbuildFacts, name: string): boolean {
  const exporter = facts.target?.symbols?.get(name)?.exporter;
  return exporter !== undefined && (exporter === 'vmlinux' || /^[^/]+\//.test(exporter));
}

const zero = { start: { line: 0, character: 0 }, end: { line: 0, character: 0 } };

/** Names that are called or taken in the module's C sources; those it defines itself are left out. */
async function identifiersOf(facts: KbuildFacts, module: ModuleBuild): Promise<ReadonlySet<string>> {
  const used = new Set<string>();
  const defined = new Set<string>();
  for (const object of module.objects) {
    const uri = facts.resolve(object.text.replace(/\.o$/, '.c'));
    const source = uri && (await readText(facts.files, uri));
    if (!source) continue;
    const code = source.replace(/\/\*[\s\S]*?\*\/|\/\/[^\n]*|"(?:[^"\\\n]|\\.)*"/g, ' ');
    for (const [name] of code.matchAll(/\b[A-Za-z_]\w{2,}\b/g)) used.add(name);
    for (const match of code.matchAll(/\bEXPORT_SYMBOL(?:_GPL|_NS|_NS_GPL)?\s*\(\s*(\w+)/g))
      defined.add(match[1] ?? '');
    for (const match of code.matchAll(/^(?:static\b[^;{}=]*?|[\w*\s]*?)\b(\w+)\s*\([^;{}]*\)\s*\{/gm))
      defined.add(match[1] ?? '');
  }
  for (const name of defined) used.delete(name);
  return used;
}

function addProvider(facts: KbuildFacts, provider: SymbolProvider): FoundFix {
  const path = written(facts, provider);
  const title = `Add ${path} to KBUILD_EXTRA_SYMBOLS`;
  const assignment = facts.model.extraSymbolsAssignment;
  if (assignment) {
    return {
      title,
      edits: [{ start: assignment.value.end, end: assignment.value.end, newText: ` ${path}` }],
      preferred: true,
    };
  }
  const first = facts.model.modules[0];
  const at = first ? facts.document.lines.lineStart(facts.document.lines.positionAt(first.word.start).line) : 0;
  return { title, edits: [{ start: at, end: at, newText: `KBUILD_EXTRA_SYMBOLS += ${path}\n` }], preferred: true };
}

/** A recipe's path is seen by make alone, which has no $(src). */
function written(facts: KbuildFacts, provider: SymbolProvider, instead = ''): string {
  const path = pathFrom(facts.folder, provider.uri);
  return instead.startsWith('$(CURDIR)') ? path.replace(/^\$\(src\)/, '$(CURDIR)') : path;
}

/** A file as a Kbuild file of `folder` would write it: from $(src), which both Kbuild and a plain Makefile know. */
export function pathFrom(from: string, uri: string): string {
  const up: string[] = [];
  for (let folder = from; up.length < 6; folder = parentUri(folder)) {
    const inside = relativePath(folder, uri);
    if (!inside.startsWith('/')) return ['$(src)', ...up, inside].join('/');
    if (joinUri(folder) === parentUri(folder)) break;
    up.push('..');
  }
  return uriPath(uri);
}

function providerName(provider: SymbolProvider, symbols: readonly string[]): string {
  const exporter = symbols[0] === undefined ? undefined : provider.table.get(symbols[0])?.exporter;
  return exporter ? `${exporter.replace(/^.*\//, '')}.ko` : uriName(parentUri(provider.uri));
}

function list(symbols: readonly string[]): string {
  const shown = symbols.slice(0, 3).join(', ');
  return symbols.length > 3 ? `${shown} and ${symbols.length - 3} more symbols` : shown;
}
