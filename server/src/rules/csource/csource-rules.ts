import { joinUri, parentUri, uriName } from '../../ports/uri.ts';
import { readCSource } from '../../text/c-source.ts';
import { kbuildModel } from '../../text/kbuild-modules.ts';
import { parseKbuild } from '../../text/kbuild-syntax.ts';
import { readText } from '../kbuild/kbuild-facts.ts';
import type { Found, RuleContext, RuleSet } from '../text-rule.ts';
import type { CSourceRule } from './csource-facts.ts';
import { initPointerEscape } from './init-pointer-escape.ts';
import { moduleLicenseMissing } from './module-license-missing.ts';
import { namespaceImportMissing } from './namespace-import-missing.ts';
import { paramSignedness } from './param-signedness.ts';
import { paramUnchecked } from './param-unchecked.ts';

const rules: readonly CSourceRule[] = [
  initPointerEscape,
  paramSignedness,
  paramUnchecked,
  moduleLicenseMissing,
  namespaceImportMissing,
];

/** The rules over C sources of modules. Headers belong to whoever includes them and are left alone. */
export const csourceRules: RuleSet = {
  kinds: ['c-source'],
  async run(document, context) {
    if (context.cParser === undefined || !document.uri.endsWith('.c')) return [];
    const source = readCSource(context.cParser, document.text);
    if (source === undefined) return [];
    const facts = { source, target: context.targets?.[0], siblings: await siblingsOf(document.uri, context) };
    const found: Found[] = [];
    for (const rule of rules) found.push(...rule.check(facts));
    return found;
  },
};

/** The other sources of the module that a source belongs to, by the Kbuild file beside it. */
async function siblingsOf(uri: string, context: RuleContext): Promise<string[]> {
  const folder = parentUri(uri);
  const own = `${uriName(uri).slice(0, -2)}.o`;
  for (const name of ['Kbuild', 'Makefile']) {
    const text = await readText(context.files, joinUri(folder, name));
    if (text === undefined) continue;
    const module = kbuildModel(parseKbuild(text)).modules.find((one) => one.objects.some((part) => part.text === own));
    const others = (module?.objects ?? [])
      .map((part) => part.text)
      .filter((part) => part !== own && !part.includes('$'));
    const texts = await Promise.all(
      others.map((part) => readText(context.files, joinUri(folder, part.replace(/\.o$/, '.c')))),
    );
    return texts.filter((one) => one !== undefined);
  }
  return [];
}
