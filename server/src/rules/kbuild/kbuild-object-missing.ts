import { atLeast } from '../../kernel/kernel-version.ts';
import { parentUri, uriName, uriPath } from '../../ports/uri.ts';
import { kbuildModel } from '../../text/kbuild-modules.ts';
import type { KbuildWord } from '../../text/kbuild-syntax.ts';
import type { MakeEvaluation } from '../../text/make-evaluation.ts';
import type { Found, FoundFix, Span } from '../text-rule.ts';
import { evaluateWithIncludes } from './kbuild-evaluation.ts';
import { exists, type KbuildFacts, type KbuildRuleCheck } from './kbuild-facts.ts';
import { madeByRules } from './made-by-rules.ts';
import { missingFolders } from './missing-folders.ts';
import { sourcesOf } from './object-sources.ts';

export const kbuildObjectMissing: KbuildRuleCheck = {
  async *check(facts) {
    const evaluation = await evaluateWithIncludes(facts);
    yield* wrongEndings(facts, evaluation);
    // Paths count from the file that includes it.
    if (/\.(?:mk|mak|make)$/.test(facts.document.uri) || evaluation.isGenerated) return;
    const told = new Set<string>();
    const isMade = madeByRules(facts, evaluation);
    const { modules, folders } = kbuildModel(facts.syntax, evaluation);
    yield* missingFolders(facts, folders, isMade);
    for (const module of modules) {
      // Built in, a composite is taken apart and may hold its own name.
      if (
        module.composite &&
        module.config === undefined &&
        module.objects.some((part) => part.text === module.word.text)
      ) {
        yield circular(facts, module.word, module.objects);
        continue;
      }
      if (!module.composite && evaluation.mayHaveMore) continue;
      for (const part of module.objects) {
        if (part.uri === undefined && part.text.startsWith(`${uriPath(facts.folder)}/`)) {
          yield* twicePrefixed(facts, part);
          continue;
        }
        const object = await withoutSource(facts, isMade, part);
        if (object === undefined || told.has(`${module.target} ${object}`)) continue;
        told.add(`${module.target} ${object}`);
        yield missing(facts, part, object, module.composite ? module.target : undefined);
      }
    }
  },
};

/** `obj-m += foo` or `foo.c`: Kbuild wants the object. */
function* wrongEndings(facts: KbuildFacts, evaluation: MakeEvaluation): Iterable<Found> {
  const lines = facts.syntax.assignments.filter((one) => one.name === 'obj-m');
  for (const { name, words } of evaluation.variables.lists()) {
    if (name !== 'obj-m') continue;
    for (const word of words) {
      if (word.uri !== undefined || word.text.includes('$') || /(?:\.o|\/)$/.test(word.text)) continue;
      const newText = `${word.text.replace(/\.(?:c|ko|S|rs|mod)$/, '')}.o`;
      // A variable that holds it may be meant for something else, too.
      const isLiteral =
        facts.document.text.slice(word.start, word.end) === word.text &&
        lines.some((line) => line.start <= word.start && word.end <= line.end);
      yield {
        rule: 'kbuild-object-missing',
        start: word.start,
        end: word.end,
        message: `obj-m takes objects: expected "${newText}", got "${word.text}". Kbuild builds nothing from it.`,
        ...(isLiteral && { fixes: [fix(`Write ${newText}`, word, newText)] }),
      };
    }
  }
}

/** `$(src)/a.o`: up to Linux 6.12 an absolute path, and make looks for it below the folder. */
function* twicePrefixed(facts: KbuildFacts, word: KbuildWord): Iterable<Found> {
  const versions = facts.targets.map((target) => target.version?.value);
  if (versions.some((version) => version !== undefined && atLeast(version, 6, 13))) return;
  const newText = word.text.slice(uriPath(facts.folder).length + 1);
  const written = facts.document.text.slice(word.start, word.end);
  const isPlain = /^\$[({](?:src|obj|M|PWD|CURDIR)[)}]\/[^$\s]+$/.test(written);
  yield {
    rule: 'kbuild-object-missing',
    start: word.start,
    end: word.end,
    message: `Objects are named from the folder of the Makefile, which Kbuild puts in front itself: expected "${newText}", got "${written}". Up to Linux 6.12, make looks for ${newText} below the folder twice and stops with "No rule to make target".`,
    expected: newText,
    actual: written,
    ...(isPlain && { fixes: [fix(`Write ${newText}`, word, newText)] }),
  };
}

/** The object's URI when it is certain that nothing makes it. */
async function withoutSource(
  facts: KbuildFacts,
  isMade: (uris: readonly string[]) => boolean,
  word: KbuildWord,
): Promise<string | undefined> {
  if (!/[^/]\.o$/.test(word.text) || word.text.includes('$')) return undefined;
  const object = facts.resolve(word.text);
  if (object === undefined) return undefined;
  const { all } = sourcesOf(object);
  if (isMade(all)) return undefined;
  for (const source of all) {
    // What cannot be looked at is not missing.
    if ((await exists(facts.files, source)) !== false) return undefined;
  }
  return object;
}

function missing(facts: KbuildFacts, word: KbuildWord, object: string, module: string | undefined): Found {
  const name = uriName(object).slice(0, -2);
  const whole = module === undefined ? '' : ` for ${module}`;
  const hint = module === undefined ? ` If ${name}.ko has several sources, list their objects in ${name}-y.` : '';
  return {
    rule: 'kbuild-object-missing',
    ...placeOf(facts, word),
    message: `No source makes ${word.text}${whole}: there is no ${oneOf(sourcesOf(uriName(object)).named)} in ${uriName(parentUri(object))}/${word.uri === undefined ? '' : ` (the list is in ${uriName(word.uri)})`}. make stops with "No rule to make target".${hint}`,
  };
}

/** The word, or the line that includes the file where it stands. */
function placeOf(facts: KbuildFacts, word: KbuildWord): Span {
  if (word.uri === undefined) return { start: word.start, end: word.end };
  const { uri } = word;
  const words = facts.syntax.includes.flatMap((include) => include.words);
  const at = words.find(({ text }) => text.endsWith(uriName(uri))) ?? words[0];
  return { start: at?.start ?? 0, end: at?.end ?? 0 };
}

function oneOf(names: readonly string[]): string {
  return names.length < 2 ? names.join('') : `${names.slice(0, -1).join(', ')} or ${names.at(-1)}`;
}

function circular(facts: KbuildFacts, word: KbuildWord, objects: readonly KbuildWord[]): Found {
  const own = objects.find((part) => part.text === word.text) ?? word;
  return {
    rule: 'kbuild-object-missing',
    ...placeOf(facts, own),
    message: `${word.text} cannot be a part of itself: make drops the circle and ${word.text.slice(0, -2)}.ko lacks what is in the source of that name. Give the module or the source another name.`,
  };
}

function fix(title: string, word: KbuildWord, newText: string): FoundFix {
  return { title, edits: [{ start: word.start, end: word.end, newText }], preferred: true };
}
