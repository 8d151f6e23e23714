import type { Finding, Severity } from '../findings/finding.ts';
import type { NotedFinding } from './load-state.ts';
import { sortTaint } from './taint.ts';
import type { Errno, MissingFact, PossibleLines, Verdict } from './verdict.ts';
import type { WorldTree } from './world.ts';

/** How one load ended in one world. */
export interface Outcome {
  readonly errno: Errno | undefined;
  readonly dmesg: readonly string[];
  readonly taint: string;
  readonly findings: readonly NotedFinding[];
  /** The kernel failed on the module. */
  readonly crashed?: boolean;
  /** What was found is not all there is: later checks were not run. */
  readonly aborted?: boolean;
}

/**
 * The verdict over all worlds: `loads` or `refused` only when every world agrees, an errno only when all
 * refusals share it, and of messages, taints and findings what is common to all. Missing facts are those whose
 * answers lead to different ends. What only some worlds log is told with the facts that it depends on.
 */
export function combineWorlds(tree: WorldTree<Outcome>): Verdict {
  const outcomes = outcomesOf(tree);
  const first = outcomes[0];
  const ends = new Set(endsOf(tree, verdictOf));
  const verdict = ends.size === 1 && !ends.has(unexplored) ? [...ends][0] : undefined;
  const errnos = new Set(outcomes.map((outcome) => outcome.errno));
  const certain = verdict === 'loads' || verdict === 'refused' ? verdict : 'undetermined';
  const loggedIn = outcomesByLine(outcomes);
  return {
    verdict: certain,
    errno: certain === 'refused' && errnos.size === 1 ? first?.errno : undefined,
    dmesg: (first?.dmesg ?? []).filter((line) => loggedIn.get(line)?.size === outcomes.length),
    possibleDmesg: possibleLines(tree, loggedIn, outcomes.length),
    taint: sortTaint(
      [...(first?.taint ?? '')].filter((letter) => outcomes.every((outcome) => outcome.taint.includes(letter))),
    ),
    findings: findingsOf(outcomes, certain),
    missing: ends.has(crashes) ? [...missingFacts(tree, certain), survival] : missingFacts(tree, certain),
  };
}

const unexplored = 'unexplored';
const crashes = 'crashes';

/** There is no errno and no load to predict where the kernel reads or writes what it must not. */
const survival: MissingFact = {
  fact: 'how the kernel fails on this module',
  supply:
    'No source of facts says it. Do not load the file: build it again, and leave its sections as the linker made them.',
  check: 'load-module',
  decides: 'verdict',
};

function verdictOf(outcome: Outcome): string {
  if (outcome.crashed === true) {
    return crashes;
  }
  return outcome.errno === undefined ? 'loads' : 'refused';
}

function outcomesOf(tree: WorldTree<Outcome>): readonly Outcome[] {
  switch (tree.kind) {
    case 'outcome':
      return [tree.outcome];
    case 'question':
      return tree.branches.flatMap(outcomesOf);
    case 'unexplored':
      return [];
  }
}

function endsOf(tree: WorldTree<Outcome>, name: (outcome: Outcome) => string): readonly string[] {
  switch (tree.kind) {
    case 'outcome':
      return [name(tree.outcome)];
    case 'question':
      return [...new Set(tree.branches.flatMap((branch) => endsOf(branch, name)))].sort();
    case 'unexplored':
      return [unexplored];
  }
}

/** Questions whose answers decide: the verdict if that is open, else the errno, else the taint. */
function missingFacts(tree: WorldTree<Outcome>, verdict: Verdict['verdict']): readonly MissingFact[] {
  const aspects = {
    undetermined: ['verdict', verdictOf],
    refused: ['errno', (outcome: Outcome) => outcome.errno ?? ''],
    loads: ['taint', (outcome: Outcome) => outcome.taint],
  } as const;
  const [decides, name] = aspects[verdict];
  return decidingFacts(tree, name).map((missing) => ({ ...missing, decides }));
}

/** Questions of which one answer leads to other ends than another, each once. */
function decidingFacts(tree: WorldTree<Outcome>, name: (outcome: Outcome) => string): readonly MissingFact[] {
  const found = new Map<string, MissingFact>();
  function visit(node: WorldTree<Outcome>): void {
    if (node.kind !== 'question') {
      return;
    }
    const ends = new Set(node.branches.map((branch) => endsOf(branch, name).join(' ')));
    if (ends.size > 1 && !found.has(node.missing.fact)) {
      found.set(node.missing.fact, node.missing);
    }
    node.branches.forEach(visit);
  }
  visit(tree);
  return [...found.values()];
}

/** Who logs a line, for every line in the order of its first appearance. */
function outcomesByLine(outcomes: readonly Outcome[]): ReadonlyMap<string, ReadonlySet<Outcome>> {
  const result = new Map<string, Set<Outcome>>();
  for (const outcome of outcomes) {
    for (const line of outcome.dmesg) {
      const loggers = result.get(line);
      if (loggers === undefined) {
        result.set(line, new Set([outcome]));
      } else {
        loggers.add(outcome);
      }
    }
  }
  return result;
}

/** What only some worlds log, put together by the facts that decide it. */
function possibleLines(
  tree: WorldTree<Outcome>,
  loggedIn: ReadonlyMap<string, ReadonlySet<Outcome>>,
  worlds: number,
): readonly PossibleLines[] {
  const numbers = new Map(outcomesOf(tree).map((outcome, number) => [outcome, number]));
  // A module may have thousands of lines, but they come and go together.
  const factsBefore = new Map<string, readonly string[]>();
  const groups = new Map<string, { dependsOn: readonly string[]; lines: string[] }>();
  for (const [line, loggers] of loggedIn) {
    if (loggers.size === worlds) {
      continue;
    }
    const where = [...loggers].map((outcome) => numbers.get(outcome)).join(' ');
    const logs = (outcome: Outcome) => (loggers.has(outcome) ? 'logged' : 'not logged');
    const dependsOn = factsBefore.get(where) ?? decidingFacts(tree, logs).map((missing) => missing.fact);
    factsBefore.set(where, dependsOn);
    const key = dependsOn.join('\n');
    const group = groups.get(key);
    if (group === undefined) {
      groups.set(key, { dependsOn, lines: [line] });
    } else {
      group.lines.push(line);
    }
  }
  return [...groups.values()];
}

const severities: readonly Severity[] = ['hint', 'info', 'warning', 'error'];

function milder(a: Severity, b: Severity): Severity {
  return severities.indexOf(a) < severities.indexOf(b) ? a : b;
}

/** Where all worlds refuse for no common reason, those that looked at everything say what is wrong in any case. */
function findingsOf(outcomes: readonly Outcome[], verdict: Verdict['verdict']): readonly Finding[] {
  const common = commonFindings(outcomes);
  const isExplained = verdict !== 'refused' || common.some(({ severity }) => severity === 'error');
  return isExplained ? common : commonFindings(outcomes.filter(({ aborted }) => aborted !== true));
}

/** A finding counts only where it is made in every world, and as gravely as in the mildest. */
function commonFindings(outcomes: readonly Outcome[]): readonly Finding[] {
  const [first, ...others] = outcomes;
  if (first === undefined) {
    return [];
  }
  let common = firstOfEach(first.findings);
  for (const outcome of others) {
    const theirs = firstOfEach(outcome.findings);
    const both = new Map<string, NotedFinding>();
    for (const [key, noted] of common) {
      const other = theirs.get(key);
      if (other !== undefined) {
        const severity = milder(noted.finding.severity, other.finding.severity);
        both.set(key, { finding: { ...noted.finding, severity }, fatal: noted.fatal || other.fatal });
      }
    }
    common = both;
  }
  const noted = [...common.values()];
  return [...noted.filter((one) => one.fatal), ...noted.filter((one) => !one.fatal)].map((one) => one.finding);
}

function firstOfEach(findings: readonly NotedFinding[]): Map<string, NotedFinding> {
  const result = new Map<string, NotedFinding>();
  for (const noted of findings) {
    const key = `${noted.finding.rule} ${noted.finding.symbol ?? ''} ${noted.finding.actual ?? ''}`;
    if (!result.has(key)) {
      result.set(key, noted);
    }
  }
  return result;
}
