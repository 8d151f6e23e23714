import type { RebuildParams, RebuildReport } from '@vermagic/shared';
import {
  commands,
  Disposable,
  type Memento,
  type Pseudoterminal,
  tasks,
  Uri,
  ViewColumn,
  type WorkspaceFolder,
  window,
  workspace,
} from 'vscode';
import type { LanguageServer } from '../language-server.ts';
import { isModuleFile } from '../module-files.ts';
import { BuildProblems } from './build-problems.ts';
import { type AgreedRun, BuildTerminal } from './build-terminal.ts';
import { agreed, trusted } from './confirm-run.ts';
import { outcomeText } from './outcome-text.ts';
import type { PhaseNode } from './phase-nodes.ts';
import { PhasesView } from './phases-view.ts';
import { pickPhase } from './pick-phase.ts';
import { RebuildTasks, taskType } from './task-provider.ts';

type Wish = Omit<RebuildParams, 'uri'>;

/** From a finding to its cure: the commands that run build phases, and the tasks they run as. */
export class Rebuild extends Disposable {
  readonly #server: LanguageServer;
  readonly #memory: Memento;
  readonly #problems: BuildProblems;
  readonly view: PhasesView;
  readonly #tasks: RebuildTasks;
  readonly #subscriptions: Disposable;
  #current: BuildTerminal | undefined;

  constructor(server: LanguageServer, memory: Memento) {
    super(() => this.#subscriptions.dispose());
    this.#server = server;
    this.#memory = memory;
    this.#problems = new BuildProblems(server);
    this.view = new PhasesView(server);
    this.#tasks = new RebuildTasks(server, (folder, request) => this.#terminal(folder, request));
    this.#subscriptions = Disposable.from(this.#problems, this.view, tasks.registerTaskProvider(taskType, this.#tasks));
  }

  /** The phases that make a module, or all that is stale. */
  async inContainer(argument: unknown): Promise<void> {
    const module = argument instanceof Uri && isModuleFile(argument) ? argument : undefined;
    await this.#start(module, module ? { module: this.#server.protocolUri(module) } : {});
  }

  async thisModule(module: Uri): Promise<void> {
    await this.#start(module, { module: this.#server.protocolUri(module), onlyModule: true });
  }

  /** Asks which one unless it is named. */
  async phase(argument: unknown): Promise<void> {
    if (!(await trusted())) return;
    const { phase: named, folder: place } = wishOf(argument);
    const folder = await this.#folder(place === undefined ? undefined : Uri.parse(place));
    if (!folder) return;
    const phase = named ?? (await pickPhase(this.#server, folder.uri, 'Re-run Phase'));
    if (phase !== undefined) await this.#start(folder.uri, { phase });
  }

  async kind(kind: 'rootfs' | 'headers'): Promise<void> {
    await this.#start(undefined, { kind });
  }

  stop(): void {
    if (this.#current?.isRunning) this.#current.stop();
    else void window.showInformationMessage('Vermagic: no build is running.');
  }

  /** What the last run of a phase said; asks which one unless it is named. */
  async showLog(argument: unknown): Promise<void> {
    const { phase: named, folder: place } = wishOf(argument);
    const folder = await this.#folder(place === undefined ? undefined : Uri.parse(place));
    if (!folder) return;
    const phase = named ?? (await pickPhase(this.#server, folder.uri, 'Show Log of Phase'));
    if (phase === undefined) return;
    const { phases } = await this.#server.pipeline(folder.uri);
    const log = phases.find(({ name }) => name === phase)?.log ?? null;
    if (log === null) throw new Error(`${phase} has no log here: it was not run by Vermagic yet.`);
    await window.showTextDocument(this.#server.editorUri(log), { preview: true });
  }

  /** Shows the project file with the pipeline as it was detected, not saved: the user decides. */
  async writePipeline(): Promise<void> {
    const folder = await this.#folder(undefined);
    if (!folder) return;
    const { uri, text, exists } = await this.#server.pipelineText(folder.uri);
    const target = this.#server.editorUri(uri);
    if (!exists) {
      const untitled = target.with({ scheme: 'untitled' });
      const editor = await window.showTextDocument(await workspace.openTextDocument(untitled));
      await editor.edit((edit) => edit.insert(editor.document.positionAt(0), text));
      return;
    }
    const proposal = await workspace.openTextDocument({ language: 'jsonc', content: text });
    await commands.executeCommand('vscode.diff', target, proposal.uri, 'vermagic.json ↔ with the pipeline', {
      viewColumn: ViewColumn.Active,
    });
    const answer = await window.showInformationMessage('Write this pipeline into vermagic.json?', 'Write', 'Cancel');
    if (answer === 'Write') await workspace.fs.writeFile(target, new TextEncoder().encode(proposal.getText()));
  }

  async #start(about: Uri | undefined, wish: Wish): Promise<void> {
    if (!(await trusted())) return;
    const folder = await this.#folder(about);
    if (!folder) return;
    if (this.#current?.isRunning) {
      const answer = await window.showWarningMessage('A build is running already.', 'Stop It');
      if (answer) this.#current.stop();
      return;
    }
    // Asked before the terminal opens: a terminal that only says no helps nobody.
    const run = await this.#agree(folder, wish);
    if (!run) return;
    const definition = { type: taskType, ...(wish.phase === undefined ? {} : { phase: wish.phase }) };
    const task = this.#tasks.task(definition, folder, wish);
    this.#next = run;
    await tasks.executeTask(task);
  }

  /** What was agreed to by a command and is about to open its terminal. */
  #next: AgreedRun | undefined;

  #terminal(folder: WorkspaceFolder, wish: Wish): Pseudoterminal {
    const next = this.#next;
    this.#next = undefined;
    const prepare = async () => next ?? ((await trusted()) ? this.#agree(folder, wish) : undefined);
    const terminal = new BuildTerminal(this.#server, prepare, (report) => this.#show(folder, report));
    this.#current = terminal;
    return terminal;
  }

  /** `undefined` when there is nothing to run, or the user does not want it. */
  async #agree(folder: WorkspaceFolder, wish: Wish): Promise<AgreedRun | undefined> {
    const params = { uri: this.#server.protocolUri(folder.uri), ...wish };
    const plan = await this.#server.rebuildPlan(params);
    if (plan.problem !== null) {
      void window.showErrorMessage(`Vermagic: ${plan.problem}`);
      return undefined;
    }
    for (const reason of plan.refused) void window.showWarningMessage(`Vermagic: ${reason}`);
    if (plan.steps.length === 0) {
      if (plan.refused.length > 0) return undefined;
      const answer = await window.showInformationMessage('Vermagic: no build phase is stale.', 'Run a Phase…');
      if (answer) await this.phase(undefined);
      return undefined;
    }
    return (await agreed(plan, this.#memory)) ? { params, plan } : undefined;
  }

  #show(folder: WorkspaceFolder, report: RebuildReport): void {
    this.#problems.show(report.problems);
    const text = `Vermagic: ${outcomeText(report)}`;
    const errors = report.problems.length > 0 || report.remaining > 0;
    const actions = ['Show Log', ...(errors ? ['Show Problems'] : [])];
    const shown =
      report.status === 'done'
        ? window.showInformationMessage(text, ...(errors ? ['Show Problems'] : []))
        : report.status === 'failed'
          ? window.showErrorMessage(text, ...actions)
          : window.showWarningMessage(text, 'Show Log');
    void shown.then((answer) => {
      if (answer === 'Show Problems') void commands.executeCommand('workbench.actions.view.problems');
      const phase = report.failedPhase ?? report.completed.at(-1);
      if (answer === 'Show Log') void this.showLog({ phase, folder: folder.uri.toString() });
    });
  }

  async #folder(about: Uri | undefined): Promise<WorkspaceFolder | undefined> {
    const { workspaceFolders: folders = [] } = workspace;
    const own = about && workspace.getWorkspaceFolder(about);
    const active = window.activeTextEditor && workspace.getWorkspaceFolder(window.activeTextEditor.document.uri);
    const known = own ?? active ?? (folders.length === 1 ? folders[0] : undefined);
    if (known) return known;
    if (folders.length > 0) return window.showWorkspaceFolderPick({ placeHolder: 'The project to build' });
    void window.showInformationMessage('Vermagic: open the folder of the project first.');
    return undefined;
  }
}

/** A row of the view, or what a quick fix names. */
function wishOf(argument: unknown): Partial<Pick<PhaseNode, 'phase' | 'folder'>> {
  if (typeof argument !== 'object' || argument === null) return {};
  const { phase, folder } = argument as Record<string, unknown>;
  return {
    ...(typeof phase === 'string' ? { phase } : {}),
    ...(typeof folder === 'string' ? { folder } : {}),
  };
}
