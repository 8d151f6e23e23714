import { uriPath } from '../../ports/uri.ts';
import { expandKbuild, kbuildVariables, kernelFolderNames } from '../../text/kbuild-modules.ts';
import type { KbuildAssignment, KbuildSyntax, KbuildWord } from '../../text/kbuild-syntax.ts';
import { isGiven } from './given-variable.ts';
import type { KbuildFacts, KbuildRuleCheck } from './kbuild-facts.ts';
import { judgeFolder, markUname, type NamedFolder } from './kernel-folder.ts';

/** KDIR and its like, and `make -C …` of a recipe, against the target. */
export const makefileKernelFolder: KbuildRuleCheck = {
  async *check(facts) {
    if (facts.target === undefined) return;
    for await (const named of foldersOf(facts)) yield* judgeFolder(named, facts.targets, facts.files);
  },
};

/** The kernel trees that a Makefile builds external modules against, as far as it decides them. */
export async function* foldersOf(facts: KbuildFacts): AsyncIterable<NamedFolder> {
  const { folder } = facts;
  const syntax = withoutUname(facts.syntax);
  const variables = kbuildVariables(syntax, uriPath(folder));
  const named = (by: string, { text, start, end }: KbuildWord): NamedFolder[] => {
    const path = expandKbuild(markUname(text).replace(/\$\(shell pwd\)|`pwd`/g, uriPath(folder)), variables);
    return path === undefined || path === '' || /[*?%$`\s]/.test(path)
      ? []
      : [{ by, path, start, end, from: [folder], isHere: true }];
  };
  for (const assignment of syntax.assignments) {
    const { name, value } = assignment;
    if (!kernelFolderNames.has(name) || !isAlone(assignment, syntax)) continue;
    if (await someGiven([assignment, ...sourcesOf(value.text, syntax)], facts)) continue;
    yield* named(name, value);
  }
  const seen = new Set<string>();
  for (const word of foldersOfRecipes(facts)) {
    const sources = sourcesOf(word.text, syntax);
    // $(KDIR) is judged where it is set.
    if (sources.some(({ name }) => kernelFolderNames.has(name))) continue;
    const [first] = sources;
    const isVariable = first !== undefined && /^\$[({][\w.-]+[)}]$/.test(word.text);
    const what = isVariable ? first.name : word.text;
    if (first !== undefined) {
      if (seen.has(what) || !sources.every((one) => isAlone(one, syntax))) continue;
      seen.add(what);
      if (await someGiven(sources, facts)) continue;
    }
    // What a variable is, and nothing else, is said where it is set.
    yield* isVariable ? named(what, first.value) : named('make -C', word);
  }
}

/** What `make -C … M=…` in a recipe names. */
function* foldersOfRecipes({ syntax, document }: KbuildFacts): Iterable<KbuildWord> {
  for (const { recipe } of syntax.rules) {
    const text = recipe === undefined ? '' : document.text.slice(recipe.start, recipe.end);
    for (const match of text.matchAll(
      /^[^#\n]*?(?:\$[({]MAKE[)}]|\bmake\b)[^\n]*?[ \t]-C[ \t]*(["']?)((?:\$?\$[({][^)}\n]*[)}]|`[^`\n]*`|[^\s$`"'])+)\1[^\n]*/gm,
    )) {
      const [line, , word = ''] = match;
      if (!recipe || !/[ \t](?:M|SUBDIRS|KBUILD_EXTMOD)=/.test(line) || /[ \t]clean\b/.test(line)) continue;
      const start = recipe.start + match.index + line.indexOf(word, line.search(/[ \t]-C/));
      yield { text: word, start, end: start + word.length };
    }
  }
}

/** The assignments of the file that a text comes from, directly or through others; those it names come first. */
function sourcesOf(text: string, syntax: KbuildSyntax): readonly KbuildAssignment[] {
  const found = new Set<KbuildAssignment>();
  const texts = [text];
  for (const one of texts) {
    for (const [, name] of one.matchAll(/\$[({]([\w.-]+)[)}]/g)) {
      for (const assignment of syntax.assignments) {
        if (assignment.name !== name || found.has(assignment)) continue;
        found.add(assignment);
        texts.push(assignment.value.text);
      }
    }
  }
  return [...found];
}

async function someGiven(assignments: readonly KbuildAssignment[], facts: KbuildFacts): Promise<boolean> {
  for (const one of assignments) if (await isGiven(one, facts)) return true;
  return false;
}

/** Set once: where conditions choose between several values, only make knows which. */
function isAlone(assignment: KbuildAssignment, { assignments }: KbuildSyntax): boolean {
  return assignments.every((one) => one === assignment || one.name !== assignment.name);
}

function withoutUname(syntax: KbuildSyntax): KbuildSyntax {
  const assignments = syntax.assignments.map((one) => ({
    ...one,
    value: {
      ...one.value,
      text: markUname(one.operator === '!=' ? one.value.text.replace(/^uname\s+-r$/, '$(uname -r)') : one.value.text),
    },
    operator: one.operator === '!=' && /^uname\s+-r$/.test(one.value.text) ? ('=' as const) : one.operator,
  }));
  return { ...syntax, assignments };
}
