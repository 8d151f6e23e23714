import type { VerifyReport } from '@vermagic/shared';
import { type CancellationToken, commands, Disposable, ProgressLocation, type Uri, window } from 'vscode';
import type { LanguageServer } from '../language-server.ts';
import { count } from '../summary-text.ts';
import type { TreeToVerify } from './pick-tree.ts';
import { ResultsView, resultsViewId } from './results-view.ts';
import { TreeWatcher } from './tree-watcher.ts';

/** Trees of at most this many modules are verified again by themselves: that takes a second or less. */
const automaticModules = 500;
const showResults = 'Show Results';
const verifyAgain = 'Verify Again';

interface Run {
  readonly key: string;
  readonly tree: TreeToVerify;
  readonly report: VerifyReport;
  readonly stale: boolean;
  readonly running: boolean;
}

/** The runs that the view shows: started by the user, and kept fresh as files change. */
export class Verification extends Disposable {
  readonly view = new ResultsView();
  readonly #server: LanguageServer;
  readonly #watcher: TreeWatcher;
  readonly #status: Disposable;
  #runs: readonly Run[] = [];

  constructor(server: LanguageServer) {
    super(() => {
      this.#status.dispose();
      this.#watcher.dispose();
      this.view.dispose();
    });
    this.#server = server;
    this.#watcher = new TreeWatcher((files) => this.#filesChanged(files));
    // The view has no place in a window that has nothing to do with kernels.
    this.#status = server.onStatus(({ modules }) => {
      void commands.executeCommand('setContext', 'vermagic.hasModules', modules > 0);
    });
  }

  get reports(): readonly VerifyReport[] {
    return this.#runs.map(({ report }) => report);
  }

  /** Verifies trees one after the other, with progress that can be cancelled, and says what came out. */
  async verify(trees: readonly TreeToVerify[]): Promise<void> {
    const done: Run[] = [];
    for (const tree of trees) {
      const title = tree.kind === 'preflight' ? 'Verifying before flashing' : `Verifying ${tree.name}`;
      const report = await window.withProgress(
        { location: ProgressLocation.Notification, title, cancellable: true },
        (progress, token) => this.#ask(tree, (step) => progress.report(step), token),
      );
      if (!report) break;
      done.push(this.#keep(tree, report));
    }
    const [first] = done;
    if (!first) return;
    await this.view.show(first.key);
    this.#say(done);
  }

  /** All that is shown, or the run of one row. */
  again(key?: string): Promise<void> {
    return this.verify(this.#runs.filter((run) => key === undefined || run.key === key).map(({ tree }) => tree));
  }

  /** Forgets all runs, and their findings in the Problems panel. */
  async clear(): Promise<void> {
    this.#set([]);
    await this.#server.forgetVerified(null);
  }

  /** undefined when it was cancelled. */
  async #ask(
    { kind, uri, target }: TreeToVerify,
    progress: (step: { message: string; increment: number }) => void,
    token: CancellationToken,
  ): Promise<VerifyReport | undefined> {
    let shown = 0;
    try {
      return await this.#server.verify({ kind, uri, target }, token, ({ message = '', percentage = shown }) => {
        progress({ message, increment: percentage - shown });
        shown = percentage;
      });
    } catch (error) {
      if (token.isCancellationRequested) return undefined;
      throw error;
    }
  }

  #keep(tree: TreeToVerify, report: VerifyReport): Run {
    const run: Run = { key: keyOf(tree), tree, report, stale: false, running: false };
    const known = this.#runs.some(({ key }) => key === run.key);
    this.#set(known ? this.#runs.map((other) => (other.key === run.key ? run : other)) : [run, ...this.#runs]);
    return run;
  }

  #set(runs: readonly Run[]): void {
    this.#runs = runs;
    this.#watcher.follow(runs.map(({ tree }) => tree.uri));
    this.view.runs = runs;
  }

  #change(key: string, change: Partial<Run>): void {
    this.#set(this.#runs.map((run) => (run.key === key ? { ...run, ...change } : run)));
  }

  #say(runs: readonly Run[]): void {
    const reports = runs.map(({ report }) => report);
    const message = reports.map(({ verdict }) => verdict).join(' ');
    const ready = reports.every((report) => report.ready);
    const said = ready
      ? window.showInformationMessage(message, showResults)
      : window.showWarningMessage(message, showResults);
    const key = runs[0]?.key;
    void said.then((answer) => (answer && key !== undefined ? this.view.show(key) : undefined));
  }

  /** What no longer holds is marked; small trees are verified again, for large ones that is offered. */
  #filesChanged(files: readonly Uri[]): void {
    for (const run of this.#runs) {
      if (!files.some((file) => concerns(run.tree, file))) continue;
      // A run that is under way may have read the file before: it is looked at again after it.
      const wasStale = run.stale;
      this.#change(run.key, { stale: true });
      if (run.running) continue;
      if (run.report.modules <= automaticModules) void this.#refresh(run.key);
      else if (!wasStale) this.#offer(run);
    }
  }

  async #refresh(key: string): Promise<void> {
    const run = this.#runs.find((candidate) => candidate.key === key);
    if (!run) return;
    this.#change(key, { running: true, stale: false });
    try {
      const { kind, uri, target } = run.tree;
      const report = await window.withProgress({ location: { viewId: resultsViewId } }, () =>
        this.#server.verify({ kind, uri, target }),
      );
      this.#change(key, { report });
    } catch {
      // The folder may be gone or half built: what is shown stays, marked as old.
      this.#change(key, { running: false, stale: true });
      return;
    }
    const changedMeanwhile = this.#runs.some((candidate) => candidate.key === key && candidate.stale);
    this.#change(key, { running: false });
    if (changedMeanwhile) await this.#refresh(key);
  }

  #offer({ key, tree, report }: Run): void {
    const text = `${tree.name} changed since its ${count(report.modules, 'module')} were verified.`;
    void window.showInformationMessage(text, verifyAgain).then((answer) => (answer ? this.again(key) : undefined));
  }
}

function keyOf({ kind, uri, target }: TreeToVerify): string {
  return `${kind}:${uri.toString()}${target === undefined ? '' : `:${target}`}`;
}

/** A module concerns the tree it lies in; what describes a kernel or a project may concern any. */
function concerns({ uri }: TreeToVerify, file: Uri): boolean {
  const isModule = /\.ko(?:\.(?:gz|xz|zst))?$/.test(file.path);
  return !isModule || file.path.startsWith(`${uri.path.replace(/\/$/, '')}/`);
}
