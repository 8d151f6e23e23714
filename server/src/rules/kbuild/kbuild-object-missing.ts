import { joinUri, uriName } from '../../ports/uri.ts';
import type { KbuildWord } from '../../text/kbuild-syntax.ts';
import type { Found, FoundFix } from '../text-rule.ts';
import { exists, type KbuildFacts, type KbuildRuleCheck } from './kbuild-facts.ts';

/** What make turns into an object without being told (scripts/Makefile.build), and what a build leaves. */
const sourceEndings = ['.c', '.S', '.rs', '.s', '.o_shipped', '.c_shipped', '.S_shipped', '.l', '.y', '.dts'];

export const kbuildObjectMissing: KbuildRuleCheck = {
  async *check(facts) {
    yield* wrongEndings(facts);
    for (const module of facts.model.modules) {
      // Built in, a composite is taken apart and may hold its own name.
      if (
        module.composite &&
        module.config === undefined &&
        module.objects.some((part) => part.text === module.word.text)
      ) {
        yield circular(module.word, module.objects);
        continue;
      }
      for (const part of module.objects) {
        if (await hasNoSource(facts, part)) yield missing(facts, part, module.composite ? module.target : undefined);
      }
    }
  },
};

/** `obj-m += foo` or `foo.c`: Kbuild wants the object. */
function* wrongEndings(facts: KbuildFacts): Iterable<Found> {
  for (const assignment of facts.syntax.assignments) {
    if (assignment.name !== 'obj-m') continue;
    for (const word of assignment.words) {
      if (word.text.includes('$') || /(?:\.o|\/)$/.test(word.text)) continue;
      const newText = `${word.text.replace(/\.(?:c|ko|S|rs|mod)$/, '')}.o`;
      yield {
        rule: 'kbuild-object-missing',
        start: word.start,
        end: word.end,
        message: `obj-m takes objects: expected "${newText}", got "${word.text}". Kbuild builds nothing from it.`,
        fixes: [fix(`Write ${newText}`, word, newText)],
      };
    }
  }
}

async function hasNoSource(facts: KbuildFacts, word: KbuildWord): Promise<boolean> {
  if (!word.text.endsWith('.o')) return false;
  const object = facts.resolve(word.text);
  if (object === undefined || isMade(facts, word.text)) return false;
  const stem = object.slice(0, -2);
  for (const ending of sourceEndings) {
    // What cannot be looked at is not missing.
    if ((await exists(facts.files, `${stem}${ending}`)) !== false) return false;
  }
  // An object or archive that is shipped as it is.
  return (await exists(facts.files, object)) === false;
}

/** Some rule of the file makes the object or its source, or a pattern rule may. */
function isMade(facts: KbuildFacts, object: string): boolean {
  const stem = object.slice(0, -2).replace(/^.*\//, '');
  return facts.syntax.rules.some((rule) =>
    rule.targets.some(({ text }) => text.includes('%') || text.replace(/^.*\//, '').replace(/\.\w+$/, '') === stem),
  );
}

function missing(facts: KbuildFacts, word: KbuildWord, module: string | undefined): Found {
  const name = uriName(joinUri('file:///', word.text)).slice(0, -2);
  const whole = module === undefined ? '' : ` for ${module}`;
  const hint = module === undefined ? ` If ${name}.ko has several sources, list their objects in ${name}-y.` : '';
  return {
    rule: 'kbuild-object-missing',
    start: word.start,
    end: word.end,
    message: `No source makes ${word.text}${whole}: there is no ${name}.c, ${name}.S or ${name}.rs in ${facts.folder.replace(/^.*\//, '')}/. make stops with "No rule to make target".${hint}`,
  };
}

function circular(word: KbuildWord, objects: readonly KbuildWord[]): Found {
  const own = objects.find((part) => part.text === word.text) ?? word;
  return {
    rule: 'kbuild-object-missing',
    start: own.start,
    end: own.end,
    message: `${word.text} cannot be a part of itself: make drops the circle and ${word.text.slice(0, -2)}.ko lacks what is in the source of that name. Give the module or the source another name.`,
  };
}

function fix(title: string, word: KbuildWord, newText: string): FoundFix {
  return { title, edits: [{ start: word.start, end: word.end, newText }], preferred: true };
}
