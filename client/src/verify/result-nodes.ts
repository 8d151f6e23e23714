import type { FindingReport, PlacedFinding, VerifiedModule, VerifiedTree, VerifyReport } from '@vermagic/shared';
import { count } from '../summary-text.ts';
import { matchesFinding, matchesPath, type ResultFilter } from './result-filter.ts';

export type NodeState = 'loads' | 'refused' | 'undetermined' | 'error' | 'warning' | 'info' | 'running';

/** A row of the view, before the editor draws it. */
export interface ResultNode {
  /** The same for the same row of the next run, so that it stays open and selected. */
  readonly id: string;
  readonly kind: 'run' | 'tree' | 'rule' | 'module' | 'finding' | 'scripts';
  readonly label: string;
  readonly description: string;
  readonly tooltip: string;
  readonly state: NodeState;
  /** The file or folder it is about. */
  readonly uri?: string;
  readonly range?: PlacedFinding['range'];
  /** What is put into the clipboard. */
  readonly copy: string;
  /** The run that it is the first row of. */
  readonly runKey?: string;
  readonly children: readonly ResultNode[];
}

/** A run as it is shown: its last report, and what became of it since. */
export interface ShownRun {
  readonly key: string;
  readonly report: VerifyReport;
  /** A file changed after the report was made. */
  readonly stale: boolean;
  readonly running: boolean;
}

export interface ResultOptions {
  readonly grouping: 'module' | 'rule';
  readonly filter: ResultFilter;
}

/** The rows of one run: for a preflight one that holds all, else one for each kernel. */
export function runNodes(run: ShownRun, options: ResultOptions): readonly ResultNode[] {
  const { report, key } = run;
  const trees = report.trees.map((tree, index) => treeNode(run, tree, `${key}#${index}`, options));
  if (report.kind !== 'preflight') return trees.map((tree) => ({ ...tree, runKey: key }));
  const scripts = scriptsNode(report, key, options);
  const state = run.running ? 'running' : report.ready ? 'loads' : 'refused';
  return [
    {
      id: key,
      kind: 'run',
      label: report.ready ? 'Ready' : 'Do not flash',
      description: [report.name, freshness(run)].filter(Boolean).join(' · '),
      tooltip: report.verdict,
      state,
      uri: report.uri,
      copy: [report.verdict, ...trees.map((tree) => tree.copy), ...(scripts ? [scripts.copy] : [])].join('\n'),
      runKey: key,
      children: [...trees, ...(scripts ? [scripts] : [])],
    },
  ];
}

function freshness({ stale, running }: ShownRun): string {
  if (running) return 'verifying again';
  return stale ? 'changed since' : '';
}

function treeNode(run: ShownRun, tree: VerifiedTree, id: string, options: ResultOptions): ResultNode {
  const { target } = tree;
  const kernel = target.release && target.release !== target.name ? `${target.name} (${target.release})` : target.name;
  const own = run.report.kind === 'preflight' ? '' : freshness(run);
  const findings = tree.findings
    .filter((finding) => matchesFinding(options.filter, finding) && matchesPath(options.filter, finding.path))
    .map((finding, index) => placedNode(finding, `${id}/tree#${index}`));
  const modules = tree.results.flatMap((module) => moduleNode(module, id, options.filter));
  const rest = restNode(tree, id);
  const children =
    options.grouping === 'module' ? [...findings, ...modules, ...rest] : [...ruleNodes(findings, modules, id), ...rest];
  const state: NodeState = run.running && own !== '' ? 'running' : treeState(tree);
  const lines = [
    `${tree.name} on ${kernel}: ${countsText(tree)}`,
    ...tree.reasons.map((reason) => `• ${reason}`),
    ...tree.unreadable,
    ...tree.notes,
  ];
  return {
    id,
    kind: 'tree',
    label: tree.name,
    description: [countsText(tree), kernel, own].filter(Boolean).join(' · '),
    tooltip: lines.join('\n'),
    state,
    uri: tree.uri,
    copy: [...lines, ...[...findings, ...modules].map((node) => node.copy)].join('\n'),
    children,
  };
}

function treeState({ ready, refused, undetermined, findings, results }: VerifiedTree): NodeState {
  if (refused > 0 || !ready) return refused === 0 && undetermined > 0 ? 'undetermined' : 'refused';
  return findings.length + results.length > 0 ? 'warning' : 'loads';
}

/** `9 of 15 refused, 1 undetermined`, or `15 load`. */
export function countsText({ modules, refused, undetermined, loads, unreadable }: VerifiedTree): string {
  const parts: string[] = [];
  if (refused > 0) parts.push(`${refused} of ${modules} refused`);
  if (undetermined > 0) parts.push(`${undetermined} undetermined`);
  if (parts.length === 0) parts.push(`${loads} of ${modules} load`);
  if (unreadable.length > 0) parts.push(`${unreadable.length} unreadable`);
  return parts.join(', ');
}

/** No row where the filter left nothing of a module. */
function moduleNode(module: VerifiedModule, tree: string, filter: ResultFilter): ResultNode[] {
  if (!matchesPath(filter, module.path)) return [];
  const id = `${tree}/${module.path}`;
  const findings = module.findings.filter((finding) => matchesFinding(filter, finding));
  // An open question is no finding of any rule, but it is as good a reason not to load the module.
  const missing = filter.rule === undefined ? module.missing : [];
  if (findings.length === 0 && missing.length === 0 && (filter.rule !== undefined || module.verdict === 'loads')) {
    return [];
  }
  const { name, folder } = splitPath(module.path);
  const verdict = module.errno === null ? module.verdict : `${module.verdict}, ${module.errno}`;
  const children = [
    ...findings.map((finding, index) => findingNode(finding, module.uri, module.path, `${id}#${index}`)),
    ...missing.map((sentence, index): ResultNode => missingNode(sentence, module, `${id}#missing${index}`)),
  ];
  const state = module.verdict === 'loads' ? 'warning' : module.verdict;
  const head = `${module.path}: ${verdict}`;
  return [
    {
      id,
      kind: 'module',
      label: name,
      description: [verdict, folder].filter(Boolean).join(' · '),
      tooltip: [head, ...children.map((child) => `• ${child.copy}`)].slice(0, 12).join('\n'),
      state,
      uri: module.uri,
      copy: [head, ...children.map((child) => `  ${child.label}: ${child.description}`)].join('\n'),
      children,
    },
  ];
}

function missingNode(sentence: string, module: VerifiedModule, id: string): ResultNode {
  return {
    id,
    kind: 'finding',
    label: 'undetermined',
    description: `not known: ${sentence}`,
    tooltip: sentence,
    state: 'undetermined',
    uri: module.uri,
    copy: `${module.path}: not known: ${sentence}`,
    children: [],
  };
}

function findingNode(finding: FindingReport, uri: string, path: string, id: string): ResultNode {
  const { rule, severity, message } = finding;
  return {
    id,
    kind: 'finding',
    label: rule,
    description: message,
    tooltip: `${severity} ${rule}\n${message}`,
    state: severity === 'hint' ? 'info' : severity,
    uri,
    copy: `${path}: ${severity} ${rule}: ${message}`,
    children: [],
  };
}

function placedNode(finding: PlacedFinding, id: string): ResultNode {
  const node = findingNode(finding, finding.uri, finding.path, id);
  return finding.range === undefined ? node : { ...node, range: finding.range };
}

/** The same findings by rule; each then is named after its file. */
function ruleNodes(findings: readonly ResultNode[], modules: readonly ResultNode[], id: string): ResultNode[] {
  const groups = new Map<string, ResultNode[]>();
  const add = (rule: string, node: ResultNode) => {
    const known = groups.get(rule) ?? [];
    groups.set(rule, known);
    known.push(node);
  };
  for (const finding of findings) add(finding.label, { ...finding, label: fileOf(finding.uri) });
  for (const module of modules) {
    for (const finding of module.children) add(finding.label, { ...finding, label: module.label });
    if (module.children.length === 0) add(module.state, module);
  }
  const worst = (nodes: readonly ResultNode[]) => Math.min(...nodes.map(({ state }) => severities.indexOf(state)));
  return [...groups]
    .map(([rule, children]) => ruleNode(rule, children, `${id}/rule:${rule}`))
    .sort((a, b) => worst([a]) - worst([b]) || b.children.length - a.children.length);
}

const severities: readonly NodeState[] = ['refused', 'error', 'undetermined', 'warning', 'info', 'loads', 'running'];

function ruleNode(rule: string, children: readonly ResultNode[], id: string): ResultNode {
  const states = children.map(({ state }) => state);
  const state = severities.find((candidate) => states.includes(candidate)) ?? 'info';
  const files = new Set(children.map(({ uri }) => uri)).size;
  const description = `${count(children.length, 'finding')} in ${count(files, 'file')}`;
  return {
    id,
    kind: 'rule',
    label: rule,
    description,
    tooltip: `${rule}: ${description}`,
    state,
    copy: children.map((child) => child.copy).join('\n'),
    children,
  };
}

/** What the server did not send: it says so instead of looking complete. */
function restNode({ moreResults }: VerifiedTree, id: string): ResultNode[] {
  if (moreResults === 0) return [];
  const description = 'not listed: run vermagic scan for all of them';
  const label = `${count(moreResults, 'more module')}`;
  const copy = `${label} ${description}`;
  return [{ id: `${id}/rest`, kind: 'rule', label, description, tooltip: copy, state: 'info', copy, children: [] }];
}

function scriptsNode(report: VerifyReport, key: string, { filter }: ResultOptions): ResultNode | undefined {
  const children = report.scripts
    .filter((finding) => matchesFinding(filter, finding) && matchesPath(filter, finding.path))
    .map((finding, index): ResultNode => {
      const node = placedNode(finding, `${key}/scripts#${index}`);
      const place = `${finding.path}:${(finding.range?.start.line ?? 0) + 1}`;
      return { ...node, description: `${place} · ${finding.message}`, copy: `${place}: ${node.copy}` };
    });
  if (children.length === 0) return undefined;
  const errors = children.filter(({ state }) => state === 'error').length;
  const description = errors > 0 ? count(errors, 'error') : count(children.length, 'remark');
  return {
    id: `${key}/scripts`,
    kind: 'scripts',
    label: 'Scripts and configuration',
    description,
    tooltip: `Scripts and configuration: ${description}`,
    state: errors > 0 ? 'error' : 'warning',
    copy: children.map((child) => child.copy).join('\n'),
    children,
  };
}

function splitPath(path: string): { readonly name: string; readonly folder: string } {
  const at = path.lastIndexOf('/');
  const folder = path.slice(0, Math.max(0, at)).replace(/^(?:usr\/)?lib\/modules\/[^/]+\/?/, '');
  return { name: path.slice(at + 1), folder };
}

function fileOf(uri: string | undefined): string {
  return decodeURIComponent((uri ?? '').split('/').at(-1) ?? '');
}

/** Every rule that has findings, with how many. */
export function rulesIn(reports: readonly VerifyReport[]): ReadonlyMap<string, number> {
  const counts = new Map<string, number>();
  for (const { trees, scripts } of reports) {
    const findings = trees.flatMap((tree) => [...tree.findings, ...tree.results.flatMap((module) => module.findings)]);
    for (const { rule } of [...findings, ...scripts]) counts.set(rule, (counts.get(rule) ?? 0) + 1);
  }
  return new Map([...counts].sort(([a, many], [b, more]) => more - many || a.localeCompare(b)));
}
