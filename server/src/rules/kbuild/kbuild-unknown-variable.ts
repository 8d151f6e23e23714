import { joinUri } from '../../ports/uri.ts';
import type { KbuildAssignment } from '../../text/kbuild-syntax.ts';
import { exists, type KbuildFacts, type KbuildRuleCheck } from './kbuild-facts.ts';

/** Variables that Kbuild reads (Documentation/kbuild/makefiles.rst, modules.rst), and common ones near them. */
const known: readonly string[] = [
  'obj-y',
  'obj-m',
  'lib-y',
  'ccflags-y',
  'asflags-y',
  'ldflags-y',
  'subdir-ccflags-y',
  'subdir-asflags-y',
  'subdir-y',
  'subdir-m',
  'always-y',
  'always-m',
  'extra-y',
  'targets',
  'hostprogs',
  'hostprogs-always-y',
  'userprogs',
  'clean-files',
  'ccflags-remove-y',
  'asflags-remove-y',
  'KBUILD_EXTRA_SYMBOLS',
  'KBUILD_MODPOST_WARN',
  'KBUILD_CFLAGS',
  'KBUILD_AFLAGS',
  'KBUILD_LDFLAGS',
  'KBUILD_CFLAGS_KERNEL',
  'KBUILD_AFLAGS_KERNEL',
  'CLEAN_FILES',
  'MRPROPER_FILES',
  'KBUILD_CPPFLAGS',
  'KBUILD_CFLAGS_MODULE',
  'KBUILD_AFLAGS_MODULE',
  'KBUILD_LDFLAGS_MODULE',
  'KBUILD_EXTMOD',
  'KBUILD_OUTPUT',
  'EXTRA_CFLAGS',
  'EXTRA_AFLAGS',
  'EXTRA_LDFLAGS',
  'CROSS_COMPILE',
  'LOCALVERSION',
  'EXTRAVERSION',
  'CFLAGS_MODULE',
  'AFLAGS_MODULE',
  'LDFLAGS_MODULE',
  'INSTALL_MOD_PATH',
  'INSTALL_MOD_DIR',
];

const knownSet = new Set(known);

/** Spelt right elsewhere in make, although close to one of ours. */
const other =
  /^(?:CFLAGS|CPPFLAGS|LDFLAGS|ASFLAGS|AFLAGS|obj|objs|src|srcs|lib|libs|target|TARGET|.*-objs|(?:ccflags|asflags|ldflags|obj|lib|subdir|always|extra|subdir-ccflags|subdir-asflags)-(?:y|m|n|\$.*|))$/;

export const kbuildUnknownVariable: KbuildRuleCheck = {
  async *check(facts) {
    const { text } = facts.document;
    const parts = new Set(facts.model.modules.map((module) => module.word.text.slice(0, -2)));
    const hasObjects = facts.syntax.assignments.some((one) => /^(?:obj|lib)-/.test(one.name));
    const drives = facts.document.kind === 'makefile' && (await buildsModulesHere(facts));
    for (const assignment of facts.syntax.assignments) {
      const { name, nameStart, nameEnd } = assignment;
      if (other.test(name)) continue;
      const [, stem, ending = ''] = /^(.*)-(y|m|objs|\$[({].+[)}])$/.exec(name) ?? [];
      if (stem !== undefined && parts.has(stem)) continue;
      // What the file reads itself is a variable of its own; ccflag-$(CONFIG_X) is read as ccflag-y.
      const read = ending.startsWith('$') ? `${stem}-y` : name;
      if (knownSet.has(read)) continue;
      if (text.includes(`$(${read})`) || text.includes(`\${${read}}`)) continue;
      const nearby = objectListMeant(assignment) ?? nearest(read);
      if (nearby === undefined || (ending.startsWith('$') && !nearby.endsWith('-y'))) continue;
      // Without objects, it is a part of another file, which may read it.
      const isList = nearby === 'obj-m' || nearby === 'obj-y';
      if (isList ? !namesObjects(assignment) : !hasObjects) continue;
      if (facts.document.kind === 'makefile' && !(isList && drives)) continue;
      if (/^EXTRA_/.test(name) && assignment.exported) continue;
      const meant = ending.startsWith('$') ? `${nearby.slice(0, -1)}${ending}` : nearby;
      yield {
        rule: 'kbuild-unknown-variable',
        start: nameStart,
        end: nameEnd,
        message: `Kbuild does not read "${name}", and nothing in this file does: it has no effect. "${meant}" is meant, it seems.`,
        expected: meant,
        actual: name,
        fixes: [
          { title: `Rename to ${meant}`, edits: [{ start: nameStart, end: nameEnd, newText: meant }], preferred: true },
        ],
      };
    }
  },
};

/** A Makefile that gives its own folder to the kernel's build, with no Kbuild file that would be read instead. */
async function buildsModulesHere(facts: KbuildFacts): Promise<boolean> {
  const recipes = facts.syntax.rules.map(({ recipe }) =>
    recipe ? facts.document.text.slice(recipe.start, recipe.end) : '',
  );
  const own = /\b(?:M|SUBDIRS)=["']?(?:\$[({](?:PWD|CURDIR)[)}]|\$\$PWD|\$\$?\((?:shell )?pwd\)|`pwd`)["']?(?:\s|$)/m;
  if (!recipes.some((recipe) => /\s-C\s*\S/.test(recipe) && own.test(recipe))) return false;
  if (facts.syntax.includes.length > 0 || facts.syntax.others.length > 0) return false;
  return (await exists(facts.files, joinUri(facts.folder, 'Kbuild'))) === false;
}

function namesObjects({ words }: KbuildAssignment): boolean {
  return words.length > 0 && words.every(({ text }) => /(?:\.o|\/)$/.test(text));
}

/** `objm`, `obj_m`: near to much, but for what it lists. */
function objectListMeant(assignment: KbuildAssignment): string | undefined {
  const match = /^obj_?([my])$/.exec(assignment.name);
  return match && namesObjects(assignment) ? `obj-${match[1]}` : undefined;
}

function nearest(name: string): string | undefined {
  const folded = fold(name);
  const isExtra = name.startsWith('EXTRA_');
  let best: string | undefined;
  let bestDistance = 3;
  let isOnly = true;
  for (const candidate of known) {
    const other = fold(candidate);
    // Short names are near to everything: only their dashes and case may be wrong.
    const allowed = candidate.length < 8 ? 0 : candidate.length < 12 || isExtra ? 1 : 2;
    const distance = folded === other ? 0 : editDistance(folded, other, allowed);
    if (distance > allowed || distance > bestDistance) continue;
    isOnly = distance < bestDistance;
    if (isOnly) best = candidate;
    bestDistance = distance;
  }
  // EXTRA_FLAGS is as near to EXTRA_CFLAGS as to EXTRA_AFLAGS: a variable of its own.
  return isExtra && !isOnly ? undefined : best;
}

function fold(name: string): string {
  return name.toLowerCase().replaceAll('_', '-');
}

/** Insertions, removals, changes and swaps of neighbours; more than `most` comes back as `most + 1`. */
function editDistance(a: string, b: string, most: number): number {
  if (Math.abs(a.length - b.length) > most) return most + 1;
  let before: number[] = [];
  let row = Array.from({ length: b.length + 1 }, (_, index) => index);
  for (let i = 1; i <= a.length; i++) {
    const next = [i];
    for (let j = 1; j <= b.length; j++) {
      const same = a[i - 1] === b[j - 1];
      let cost = Math.min((row[j] ?? 0) + 1, (next[j - 1] ?? 0) + 1, (row[j - 1] ?? 0) + (same ? 0 : 1));
      if (i > 1 && j > 1 && a[i - 1] === b[j - 2] && a[i - 2] === b[j - 1])
        cost = Math.min(cost, (before[j - 2] ?? 0) + 1);
      next.push(cost);
    }
    before = row;
    row = next;
  }
  return row[b.length] ?? most + 1;
}
