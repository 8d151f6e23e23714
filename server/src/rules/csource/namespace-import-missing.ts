import { atLeast } from '../../kernel/kernel-version.ts';
import { descendants } from '../../text/c-node.ts';
import { type CMacro, type CSource, textOf } from '../../text/c-source.ts';
import type { Found } from '../text-rule.ts';
import type { CSourceFacts, CSourceRule } from './csource-facts.ts';

export const namespaceImportMissing: CSourceRule = {
  *check(facts) {
    const imports = facts.source.macros.filter((macro) => macro.name === 'MODULE_IMPORT_NS');
    yield* wrongSpelling(facts, imports);
    yield* notImported(facts, imports);
  },
};

/** Since 6.13 MODULE_IMPORT_NS takes a text; before, it makes a text of what it is given, quotes included. */
function* wrongSpelling(facts: CSourceFacts, imports: readonly CMacro[]): Iterable<Found> {
  const version = facts.target?.version?.value;
  if (version === undefined) return;
  const wantsText = atLeast(version, 6, 13);
  for (const macro of imports) {
    const isText = macro.argument.startsWith('"');
    if (isText === wantsText || macro.argument === '') continue;
    const newText = wantsText ? `"${macro.argument}"` : macro.argument.slice(1, -1);
    const span = { start: macro.argumentStart, end: macro.argumentEnd };
    yield {
      rule: 'namespace-import-missing',
      ...span,
      message: wantsText
        ? `Since Linux 6.13 MODULE_IMPORT_NS takes a text: ${macro.argument} without quotes does not compile for ${facts.target?.name}.`
        : `Before Linux 6.13 the quotes become a part of the name: the module imports the namespace ${macro.argument} with quotes, which nothing is exported to. ${facts.target?.name} wants it without.`,
      expected: newText,
      actual: macro.argument,
      fixes: [{ title: `Write MODULE_IMPORT_NS(${newText})`, edits: [{ ...span, newText }], preferred: true }],
    };
  }
}

/** Symbols of a namespace that no source of the module imports; one finding a namespace. */
function* notImported(facts: CSourceFacts, imports: readonly CMacro[]): Iterable<Found> {
  const symbols = facts.target?.symbols;
  if (symbols === undefined) return;
  const plain = (text: string) => text.replace(/^"|"$/g, '');
  const known = new Set(imports.map((macro) => plain(macro.argument)));
  for (const text of facts.siblings) {
    for (const match of text.matchAll(/\bMODULE_IMPORT_NS\s*\(\s*([^)]*?)\s*\)/g)) known.add(plain(match[1] ?? ''));
  }
  const words = new Set(facts.source.text.match(/\b[A-Za-z_]\w+/g));
  if (![...words].some((word) => symbols.get(word)?.namespace)) return;
  const own = new Set(facts.source.functions.map((one) => one.name));
  for (const node of descendants(facts.source.root)) {
    if (node.type !== 'identifier') continue;
    const name = textOf(facts.source, node);
    const namespace = own.has(name) ? '' : (symbols.get(name)?.namespace ?? '');
    if (namespace === '' || known.has(namespace)) continue;
    known.add(namespace);
    yield missing(facts, name, namespace, node.start, node.end);
  }
}

function missing(facts: CSourceFacts, name: string, namespace: string, start: number, end: number): Found {
  const target = facts.target?.name ?? 'the target';
  if (namespace.startsWith('module:')) {
    return {
      rule: 'namespace-import-missing',
      start,
      end,
      message: `${target} exports ${name} only for the modules ${namespace.slice(7).replaceAll(',', ', ')}: no other module can import it.`,
      symbol: name,
    };
  }
  const version = facts.target?.version?.value;
  const argument = version && atLeast(version, 6, 13) ? `"${namespace}"` : namespace;
  const at = insertionPoint(facts.source);
  return {
    rule: 'namespace-import-missing',
    start,
    end,
    message: `${target} exports ${name} in the namespace ${namespace}, which this module does not import: modpost stops, and the kernel refuses the module ("module uses symbol (${name}) from namespace ${namespace}, but does not import it").`,
    symbol: name,
    expected: namespace,
    fixes: [
      {
        title: `Add MODULE_IMPORT_NS(${argument})`,
        edits: [{ start: at, end: at, newText: `\nMODULE_IMPORT_NS(${argument});` }],
        preferred: true,
      },
    ],
  };
}

/** Behind the last MODULE_ macro, else at the end. */
function insertionPoint(source: CSource): number {
  const last = source.macros.filter((macro) => macro.name.startsWith('MODULE_')).at(-1);
  return last?.end ?? source.text.trimEnd().length;
}
