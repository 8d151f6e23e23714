import {
  commands,
  Disposable,
  EventEmitter,
  ThemeColor,
  ThemeIcon,
  type TreeDataProvider,
  TreeItem,
  TreeItemCollapsibleState,
  Uri,
  window,
} from 'vscode';
import { filterText, isFiltering, type ResultFilter } from './result-filter.ts';
import { type NodeState, type ResultNode, type ResultOptions, runNodes, type ShownRun } from './result-nodes.ts';

/** The `id` of `contributes.views` in package.json. */
export const resultsViewId = 'vermagic.modules';

/** Each state has a shape and a word of its own; the colour only repeats them. */
const icons: Readonly<Record<NodeState, ThemeIcon>> = {
  loads: new ThemeIcon('pass', new ThemeColor('vermagic.loadsForeground')),
  refused: new ThemeIcon('error', new ThemeColor('list.errorForeground')),
  undetermined: new ThemeIcon('question', new ThemeColor('list.warningForeground')),
  error: new ThemeIcon('circle-slash', new ThemeColor('list.errorForeground')),
  warning: new ThemeIcon('warning', new ThemeColor('list.warningForeground')),
  info: new ThemeIcon('info'),
  running: new ThemeIcon('sync~spin'),
};

/** The tree of what was verified: kernels, their modules that are not clean, and why. */
export class ResultsView extends Disposable implements TreeDataProvider<ResultNode> {
  readonly #changed = new EventEmitter<undefined>();
  /** Stands before the view, which looks for it when it is made. */
  readonly onDidChangeTreeData = this.#changed.event;
  readonly #view = window.createTreeView(resultsViewId, { treeDataProvider: this, showCollapseAll: true });
  #options: ResultOptions = { grouping: 'module', filter: {} };
  #runs: readonly ShownRun[] = [];
  #roots: readonly ResultNode[] = [];
  #parents = new Map<ResultNode, ResultNode>();

  constructor() {
    super(() => {
      this.#view.dispose();
      this.#changed.dispose();
    });
    this.#build();
  }

  get filter(): ResultFilter {
    return this.#options.filter;
  }

  set filter(filter: ResultFilter) {
    this.#options = { ...this.#options, filter };
    this.#build();
  }

  set grouping(grouping: ResultOptions['grouping']) {
    this.#options = { ...this.#options, grouping };
    this.#build();
  }

  set runs(runs: readonly ShownRun[]) {
    this.#runs = runs;
    this.#build();
  }

  get selected(): ResultNode | undefined {
    return this.#view.selection[0];
  }

  /** Brings the rows of a run onto the screen, opened. */
  async show(key: string): Promise<void> {
    await commands.executeCommand(`${resultsViewId}.focus`);
    const root = this.#roots.find(({ runKey }) => runKey === key);
    if (!root) return;
    try {
      await this.#view.reveal(root, { expand: true, select: true, focus: true });
    } catch {
      // A run that was refreshed meanwhile has new rows: the view is on the screen, which is what matters.
    }
  }

  getChildren(node?: ResultNode): readonly ResultNode[] & ResultNode[] {
    return [...(node ? node.children : this.#roots)];
  }

  getParent(node: ResultNode): ResultNode | undefined {
    return this.#parents.get(node);
  }

  getTreeItem(node: ResultNode): TreeItem {
    const { children, kind, state } = node;
    const opens = kind === 'run' ? TreeItemCollapsibleState.Expanded : TreeItemCollapsibleState.Collapsed;
    const item = new TreeItem(node.label, children.length > 0 ? opens : TreeItemCollapsibleState.None);
    item.id = node.id;
    item.description = node.description;
    item.tooltip = node.tooltip;
    item.iconPath = icons[state];
    item.contextValue = [kind, node.uri === undefined ? '' : 'file', node.runKey === undefined ? '' : 'root'].join(' ');
    item.accessibilityInformation = { label: `${state}: ${node.label}, ${node.description}` };
    if (kind === 'module' || kind === 'finding') {
      // The file's own icon and badge would hide what was found.
      item.command = { command: 'vermagic.openVerified', title: 'Open', arguments: [node] };
    }
    return item;
  }

  #build(): void {
    this.#roots = this.#runs.flatMap((run) => runNodes(run, this.#options));
    this.#parents = new Map();
    const visit = (node: ResultNode) => {
      for (const child of node.children) {
        this.#parents.set(child, node);
        visit(child);
      }
    };
    for (const root of this.#roots) visit(root);
    const { filter, grouping } = this.#options;
    this.#view.message = isFiltering(filter) && this.#runs.length > 0 ? filterText(filter) : '';
    const context = (name: string, value: unknown) => void commands.executeCommand('setContext', name, value);
    context('vermagic.verified', this.#runs.length > 0);
    context('vermagic.verifiedFiltered', isFiltering(filter));
    context('vermagic.verifiedGrouping', grouping);
    this.#changed.fire(undefined);
  }
}

/** Whether a command was called on a row of the view. */
export function isResultNode(argument: unknown): argument is ResultNode {
  return typeof argument === 'object' && argument !== null && 'copy' in argument && !(argument instanceof Uri);
}
