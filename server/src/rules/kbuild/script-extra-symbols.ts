import { isWithin, joinUri, parentUri } from '../../ports/uri.ts';
import { parseEnvAssignments } from '../../text/env-file.ts';
import type { Found, RuleContext, RuleSet } from '../text-rule.ts';
import { mayBeMade, wordsIn } from './extra-symbols-given.ts';
import { missingFile } from './extra-symbols-missing.ts';
import { exists } from './kbuild-facts.ts';

/** Module.symvers files that a script gives to make and that are not there. */
export const scriptExtraSymbolsRules: RuleSet = {
  kinds: ['shell'],
  async run(document, context) {
    const { files } = context;
    if (!files || !document.text.includes('KBUILD_EXTRA_SYMBOLS')) return [];
    const given = parseEnvAssignments(document.text).filter((one) => one.name === 'KBUILD_EXTRA_SYMBOLS');
    const words = given.flatMap((one) => wordsIn(one.raw, one.valueStart));
    const found: Found[] = [];
    for (const { text, start, end } of words) {
      const places = placesOf(text, document.text, document.uri, context);
      const states = await Promise.all(places.map((uri) => exists(files, uri)));
      const [uri] = places;
      if (uri === undefined || states.some((state) => state !== false)) continue;
      const made = await Promise.all(
        places.map((place) => mayBeMade(files, place, { text: document.text, except: words })),
      );
      if (made.includes(true)) continue;
      // Another script may fetch it.
      found.push({ rule: 'extra-symbols-missing', start, end, atMost: 'warning', message: missingFile(uri) });
    }
    return found;
  },
};

/** Where a path may lead: from the script's folder or one above it, as the script may have been started there. */
function placesOf(word: string, script: string, uri: string, { workspaceUri }: RuleContext): readonly string[] {
  const folder = parentUri(uri);
  const [, variable, path = ''] = /^(\$PWD|\$\{PWD\}|\$\(pwd\)|`pwd`)?(\/[^$`*?[\]{}]+)$/.exec(word) ?? [];
  if (workspaceUri === undefined || path === '') return [];
  if (variable === undefined) {
    const whole = joinUri('file:///', path);
    // Elsewhere, a path may be one of another machine or of a container.
    return isWithin(workspaceUri, whole) ? [whole] : [];
  }
  if (movesAbout(script) || !isWithin(workspaceUri, uri)) return [];
  const root = workspaceUri.replace(/\/$/, '');
  const places: string[] = [];
  for (let above = folder; ; above = parentUri(above)) {
    places.push(joinUri(above, path.slice(1)));
    if (above === root || parentUri(above) === above || places.length > 16) return places;
  }
}

/** A `cd` to anywhere but the script's own folder. */
function movesAbout(script: string): boolean {
  return /^(?!.*(?:\$0|\$\{0\}|BASH_SOURCE)).*(?<![\w-])(?:cd|pushd)[ \t]/m.test(script);
}
