import {
  commands,
  Disposable,
  EventEmitter,
  Range,
  ThemeColor,
  ThemeIcon,
  type TreeDataProvider,
  TreeItem,
  TreeItemCollapsibleState,
  Uri,
  window,
  workspace,
} from 'vscode';
import type { LanguageServer } from '../language-server.ts';
import { type FolderPipeline, type PhaseNode, type PhaseNodeState, pipelineNodes, stateWords } from './phase-nodes.ts';

/** The `id` of `contributes.views` in package.json. */
export const phasesViewId = 'vermagic.phases';

/** Each state has a shape and a word of its own; the colour only repeats them. */
const icons: Readonly<Record<PhaseNodeState, ThemeIcon>> = {
  fresh: new ThemeIcon('pass', new ThemeColor('vermagic.loadsForeground')),
  stale: new ThemeIcon('warning', new ThemeColor('list.warningForeground')),
  unknown: new ThemeIcon('circle-large-outline'),
  'by-hand': new ThemeIcon('account'),
  running: new ThemeIcon('sync~spin'),
};

/** The build phases in their order: which are stale and why. Follows runs and changed files by itself. */
export class PhasesView extends Disposable implements TreeDataProvider<PhaseNode> {
  readonly #changed = new EventEmitter<undefined>();
  /** Stands before the view, which looks for it when it is made. */
  readonly onDidChangeTreeData = this.#changed.event;
  readonly #view = window.createTreeView(phasesViewId, { treeDataProvider: this, showCollapseAll: true });
  readonly #server: LanguageServer;
  readonly #subscriptions: Disposable;
  #roots: readonly PhaseNode[] = [];
  #asking: Promise<void> | undefined;
  #again = false;

  constructor(server: LanguageServer) {
    super(() => {
      this.#subscriptions.dispose();
      this.#view.dispose();
      this.#changed.dispose();
    });
    this.#server = server;
    this.#subscriptions = Disposable.from(
      server.onPipelineChanged(() => void this.refresh()),
      workspace.onDidChangeWorkspaceFolders(() => void this.refresh()),
      this.#view.onDidChangeVisibility(({ visible }) => {
        if (visible) void this.refresh();
      }),
    );
  }

  /** The row a command is about: the one it was called on, else the selected one. */
  rowOf(argument: unknown): PhaseNode | undefined {
    return isPhaseNode(argument) ? argument : this.#view.selection[0];
  }

  /** Asks the server again; what is asked meanwhile is asked once more afterwards. */
  refresh(): Promise<void> {
    this.#again = this.#asking !== undefined;
    this.#asking ??= this.#ask()
      .catch(() => undefined)
      .then(() => {
        this.#asking = undefined;
        return this.#again ? this.refresh() : undefined;
      });
    return this.#asking;
  }

  async #ask(): Promise<void> {
    const folders = (workspace.workspaceFolders ?? []).filter(({ uri }) => uri.scheme === 'file');
    const pipelines = await Promise.all(
      folders.map(async ({ uri, name }): Promise<FolderPipeline> => {
        return { folder: uri.toString(), name, report: await this.#server.pipeline(uri) };
      }),
    );
    this.#roots = pipelineNodes(pipelines, Date.now());
    const phases = pipelines.flatMap(({ report }) => report.phases);
    const stale = phases.filter(({ state }) => state === 'stale').length;
    this.#view.badge = stale === 0 ? undefined : { value: stale, tooltip: `${stale} build phases are stale` };
    const detected = pipelines.some(({ report }) => report.source === 'detected' && report.phases.length > 0);
    this.#view.message = detected ? 'As the project\u2019s files show; not written down in vermagic.json yet.' : '';
    const context = (name: string, value: unknown) => void commands.executeCommand('setContext', name, value);
    context('vermagic.hasPhases', phases.length > 0);
    context(
      'vermagic.building',
      phases.some(({ running }) => running),
    );
    this.#changed.fire(undefined);
  }

  getChildren(node?: PhaseNode): PhaseNode[] {
    return [...(node ? node.children : this.#roots)];
  }

  getTreeItem(node: PhaseNode): TreeItem {
    const { kind, state, children } = node;
    const opens = kind === 'folder' ? TreeItemCollapsibleState.Expanded : TreeItemCollapsibleState.Collapsed;
    const item = new TreeItem(node.label, children.length > 0 ? opens : TreeItemCollapsibleState.None);
    item.id = node.id;
    item.description = node.description;
    item.tooltip = node.tooltip;
    if (kind !== 'reason') item.iconPath = icons[state];
    item.contextValue = [kind, node.runs ? 'runs' : '', node.log === undefined ? '' : 'log', state].join(' ');
    const words = kind === 'reason' ? 'because' : stateWords[state];
    item.accessibilityInformation = { label: `${words}: ${node.label}, ${node.description}` };
    if (node.place) item.command = { command: 'vermagic.openPhase', title: 'Open', arguments: [node] };
    return item;
  }
}

export function isPhaseNode(argument: unknown): argument is PhaseNode {
  return typeof argument === 'object' && argument !== null && 'runs' in argument && !(argument instanceof Uri);
}

/** The place where a phase is written down, or where the change was made that makes it stale. */
export async function openPhase(node: PhaseNode | undefined): Promise<void> {
  if (!node?.place) return;
  const { start, end } = node.place.range;
  const selection = new Range(start.line, start.character, end.line, end.character);
  await commands.executeCommand('vscode.open', Uri.parse(node.place.uri), { selection, preserveFocus: false });
}
