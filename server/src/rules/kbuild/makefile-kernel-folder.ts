import { uriPath } from '../../ports/uri.ts';
import { expandKbuild, kbuildVariables, kernelFolderNames } from '../../text/kbuild-modules.ts';
import type { KbuildAssignment, KbuildSyntax } from '../../text/kbuild-syntax.ts';
import type { KbuildFacts, KbuildRuleCheck } from './kbuild-facts.ts';
import { judgeFolder, markUname, type NamedFolder } from './kernel-folder.ts';

/** KDIR and its like, and `make -C …` of a recipe, against the target. */
export const makefileKernelFolder: KbuildRuleCheck = {
  async *check(facts) {
    if (facts.target === undefined) return;
    for (const named of foldersOf(facts)) yield* judgeFolder(named, facts.targets, facts.files);
  },
};

function* foldersOf(facts: KbuildFacts): Iterable<NamedFolder> {
  const { document, folder, pins } = facts;
  const syntax = withoutUname(facts.syntax);
  const variables = kbuildVariables(syntax, uriPath(folder));
  const named = (by: string, text: string, start: number, end: number): NamedFolder[] => {
    const path = expandKbuild(markUname(text).replace(/\$\(shell pwd\)|`pwd`/g, uriPath(folder)), variables);
    return path === undefined || path === '' || /[*?%$`\s]/.test(path)
      ? []
      : [{ by, path, start, end, from: [folder], isHere: true }];
  };
  /** What a script of the project sets counts before a default of the Makefile. */
  const isGiven = (name: string) => pins?.assignments(name).some((pin) => pin.uri !== document.uri && !pin.isDefault);
  for (const assignment of syntax.assignments) {
    const { name, value } = assignment;
    if (!kernelFolderNames.has(name) || !isAlone(assignment, syntax)) continue;
    const used = [name, ...[...value.text.matchAll(/\$[({]([\w.-]+)[)}]/g)].map((match) => match[1] ?? '')];
    if (used.some((one) => isGiven(one) === true)) continue;
    yield* named(name, value.text, value.start, value.end);
  }
  for (const { recipe } of syntax.rules) {
    const text = recipe === undefined ? '' : document.text.slice(recipe.start, recipe.end);
    for (const match of text.matchAll(
      /^[^#\n]*?(?:\$[({]MAKE[)}]|\bmake)\b[^\n]*?[ \t]-C[ \t]*((?:\$?\$\([^)\n]*\)|`[^`\n]*`|[^\s$`])+)[^\n]*/gm,
    )) {
      const word = match[1] ?? '';
      if (!recipe || !/[ \t](?:M|SUBDIRS|KBUILD_EXTMOD)=/.test(match[0]) || /[ \t]clean\b/.test(match[0])) continue;
      // $(KDIR) is judged where it is set.
      if (/\$[({][\w.-]+[)}]/.test(word)) continue;
      const start = recipe.start + match.index + match[0].indexOf(word, match[0].search(/[ \t]-C/));
      yield* named('make -C', word, start, start + word.length);
    }
  }
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
