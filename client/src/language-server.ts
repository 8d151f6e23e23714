import {
  type BuildProgress,
  type CompareFilesParams,
  type Difference,
  type DifferenceParams,
  type ModuleReport,
  type ModuleSummary,
  type ModulesChanged,
  method,
  type PipelineReport,
  type PipelineText,
  type RebuildParams,
  type RebuildPlanReport,
  type RebuildReport,
  type StatusNotification,
  type TargetsResult,
  type TrustNotification,
  type VerifyKind,
  type VerifyPlace,
  type VerifyReport,
} from '@vermagic/shared';
import { type CancellationToken, Disposable, EventEmitter, type LogOutputChannel, Uri, workspace } from 'vscode';
import type { LanguageClient } from './language-client.ts';

/** What runs: `starting` until the server has answered `initialize`. */
export type ServerState = 'starting' | 'running' | 'stopped';

/**
 * The language server as the rest of the editor side sees it: typed requests, events, and a state.
 * Requests wait for the start; they reject when the server is stopped or does not know the answer.
 */
export class LanguageServer extends Disposable {
  readonly #extensionUri: Uri;
  readonly #log: LogOutputChannel;
  readonly #modulesChanged = new EventEmitter<ModulesChanged>();
  readonly #status = new EventEmitter<StatusNotification>();
  readonly #stateChanged = new EventEmitter<ServerState>();
  readonly #buildProgress = new EventEmitter<BuildProgress>();
  readonly #pipelineChanged = new EventEmitter<void>();
  readonly #trust: Disposable;
  #loading: Promise<LanguageClient> | undefined;
  #state: ServerState = 'starting';
  #starting: Promise<LanguageClient> | undefined;
  #lastStatus: StatusNotification | undefined;
  #verifications = 0;

  readonly onModulesChanged = this.#modulesChanged.event;
  readonly onStatus = this.#status.event;
  readonly onState = this.#stateChanged.event;
  readonly onBuildProgress = this.#buildProgress.event;
  readonly onPipelineChanged = this.#pipelineChanged.event;

  constructor(extensionUri: Uri, log: LogOutputChannel) {
    super(() => this.#dispose());
    this.#extensionUri = extensionUri;
    this.#log = log;
    // The server runs nothing until it is told; a folder is trusted at the start or later.
    this.#trust = workspace.onDidGrantWorkspaceTrust(() => {
      const trust: TrustNotification = { trusted: true };
      void this.#started()
        .then((client) => client.sendNotification(method.trust, trust))
        .catch((error: unknown) => log.error('The server was not told of the trust', error));
    });
  }

  get state(): ServerState {
    return this.#state;
  }

  /** The last status that the running server sent. */
  get status(): StatusNotification | undefined {
    return this.#lastStatus;
  }

  /** Starts once; a failed start is logged, and the next call tries again. */
  async start(): Promise<void> {
    await this.#started();
  }

  async restart(): Promise<void> {
    await this.#starting?.catch(() => undefined);
    this.#starting = this.#start((client) => (this.#state === 'running' ? client.restart() : client.start()));
    await this.#starting;
  }

  #started(): Promise<LanguageClient> {
    this.#starting ??= this.#start((client) => client.start()).catch((error: unknown) => {
      this.#starting = undefined;
      this.#log.error('The language server did not start', error);
      throw error;
    });
    return this.#starting;
  }

  async #start(how: (client: LanguageClient) => Promise<void>): Promise<LanguageClient> {
    this.#loading ??= this.#load();
    const client = await this.#loading;
    await how(client);
    return client;
  }

  /** The library is most of the extension: it is loaded once activation, which others wait for, is over. */
  async #load(): Promise<LanguageClient> {
    await new Promise((resolve) => setTimeout(resolve));
    const { createLanguageClient, State } = await import('./language-client.ts');
    const client = createLanguageClient(this.#extensionUri, this.#log);
    client.onNotification(method.modulesChanged, (changed: ModulesChanged) => this.#modulesChanged.fire(changed));
    client.onNotification(method.buildProgress, (progress: BuildProgress) => this.#buildProgress.fire(progress));
    client.onNotification(method.pipelineChanged, () => this.#pipelineChanged.fire());
    client.onNotification(method.status, (status: StatusNotification) => {
      this.#lastStatus = status;
      this.#status.fire(status);
    });
    client.onDidChangeState(({ newState }) => {
      this.#state = newState === State.Running ? 'running' : newState === State.Starting ? 'starting' : 'stopped';
      if (this.#state !== 'running') this.#lastStatus = undefined;
      this.#stateChanged.fire(this.#state);
    });
    return client;
  }

  moduleReport(uri: Uri, token?: CancellationToken): Promise<ModuleReport | null> {
    return this.#request(method.moduleReport, { uri: this.#protocolUri(uri) }, token);
  }

  moduleSummary(uri: Uri, token?: CancellationToken): Promise<ModuleSummary | null> {
    return this.#request(method.moduleSummary, { uri: this.#protocolUri(uri) }, token);
  }

  targets(token?: CancellationToken): Promise<TargetsResult> {
    return this.#request(method.targets, null, token);
  }

  selectTarget(name: string | null): Promise<null> {
    return this.#request(method.selectTarget, { name });
  }

  difference(uri: Uri, kind: DifferenceParams['kind'], token?: CancellationToken): Promise<Difference | null> {
    return this.#request(method.difference, { uri: this.#protocolUri(uri), kind }, token);
  }

  /** Rejects with one sentence when there is nothing to compare. `null`: the kernel that runs. */
  compareFiles(uri: Uri, other: Uri | null, token?: CancellationToken): Promise<Difference> {
    const params: CompareFilesParams = {
      uri: this.#protocolUri(uri),
      with: other === null ? null : this.#protocolUri(other),
    };
    return this.#request(method.compareFiles, params, token);
  }

  pipeline(folder: Uri): Promise<PipelineReport> {
    return this.#request(method.pipeline, { uri: this.#protocolUri(folder) });
  }

  rebuildPlan(params: RebuildParams): Promise<RebuildPlanReport> {
    return this.#request(method.rebuildPlan, params);
  }

  /** Runs what the plan of this hash showed. Cancelling stops the container too. */
  rebuild(params: RebuildParams, run: string, hash: string, token: CancellationToken): Promise<RebuildReport> {
    return this.#request(method.rebuild, { ...params, run, hash }, token);
  }

  pipelineText(folder: Uri): Promise<PipelineText> {
    return this.#request(method.pipelineText, { uri: this.#protocolUri(folder) });
  }

  /** A URI as the server takes it. */
  protocolUri(uri: Uri): string {
    return this.#protocolUri(uri);
  }

  /** Trees of the workspace that can be verified. */
  verifyPlaces(token?: CancellationToken): Promise<readonly VerifyPlace[]> {
    return this.#request(method.verifyPlaces, null, token);
  }

  /** Verifies a tree; `progress` is told how far it is. Rejects when it is cancelled. */
  async verify(
    { kind, uri, target }: { readonly kind: VerifyKind; readonly uri: Uri; readonly target?: string | undefined },
    token?: CancellationToken,
    progress?: (step: { readonly message?: string; readonly percentage?: number }) => void,
  ): Promise<VerifyReport> {
    const client = await this.#started();
    const { WorkDoneProgress } = await import('./language-client.ts');
    const workDoneToken = `vermagic-verify-${++this.#verifications}`;
    const listening = client.onProgress(WorkDoneProgress.type, workDoneToken, (step) => {
      if (step.kind !== 'end') progress?.(step);
    });
    try {
      const asked = { kind, uri: this.#protocolUri(uri), target: target ?? null, workDoneToken };
      return await this.#request(method.verify, asked, token);
    } finally {
      listening.dispose();
    }
  }

  forgetVerified(uri: Uri | null): Promise<null> {
    return this.#request(method.forgetVerified, { uri: uri && this.#protocolUri(uri) });
  }

  /** URIs of a notification as the editor writes them, so that they can be compared with its own. */
  editorUri(uri: string): Uri {
    return Uri.parse(uri);
  }

  #protocolUri(uri: Uri): string {
    return uri.toString();
  }

  async #request<Result>(name: string, params: unknown, token?: CancellationToken): Promise<Result> {
    const client = await this.#started();
    return token ? client.sendRequest(name, params, token) : client.sendRequest(name, params);
  }

  #dispose(): void {
    const emitters = [
      this.#modulesChanged,
      this.#status,
      this.#stateChanged,
      this.#buildProgress,
      this.#pipelineChanged,
    ];
    for (const one of [...emitters, this.#trust]) one.dispose();
    // The connection is closed politely; a server that hangs is killed by the client after two seconds.
    void this.#loading?.then((client) => client.dispose()).catch(() => undefined);
  }
}
