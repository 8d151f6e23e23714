import { joinUri, uriPath } from '../../ports/uri.ts';
import type { MakeEvaluation } from '../../text/make-evaluation.ts';
import type { KbuildFacts } from './kbuild-facts.ts';

/** Tells whether a rule of the file, or the commands of one, may make one of some files before Kbuild needs it. */
export function madeByRules(facts: KbuildFacts, { targets }: MakeEvaluation): (uris: readonly string[]) => boolean {
  const folder = (target: string) => (target.startsWith('/') ? 'file:///' : facts.folder);
  const exact = new Set(
    targets.filter((target) => !target.includes('%')).map((target) => uriPath(joinUri(folder(target), target))),
  );
  const patterns = [...new Set(targets.filter((target) => target.includes('%')))].map(patternOf);
  const commands = facts.syntax.rules
    .map(({ recipe }) => (recipe ? facts.document.text.slice(recipe.start, recipe.end) : ''))
    .join('\n')
    // What is removed is not made.
    .replace(/(?<![\w-])rm\s[^;&|\n]*/g, '');
  const copiesAll = /\*\.[cS]\b/.test(commands);
  const words = new Set(commands.split(/[^\w.+-]+/));
  return (uris) =>
    copiesAll ||
    uris.some((uri) => {
      const path = uriPath(uri);
      return exact.has(path) || words.has(path.replace(/^.*\//, '')) || patterns.some((pattern) => pattern.test(path));
    });
}

/** `%` is any text. */
function patternOf(target: string): RegExp {
  const parts = target.replace(/^(?:\.\/)+/, '').split('%');
  // Nobody writes that many: a hostile file.
  if (parts.length > 5) return /^/;
  return new RegExp(`(?:^|/)${parts.map((part) => part.replace(/[.*+?^${}()|[\]\\]/g, '\\$&')).join('.*')}$`);
}
