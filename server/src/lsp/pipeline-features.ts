import {
  method,
  type PhaseReport,
  type PipelineParams,
  type PipelineReport,
  type PipelineText,
  type RebuildParams,
  type RebuildPlanReport,
  type RebuildReport,
  type RunRebuildParams,
} from '@vermagic/shared';
import {
  type CancellationToken,
  type Connection,
  type Diagnostic,
  type InitializeParams,
  MessageType,
  ResponseError,
  ShowMessageNotification,
} from 'vscode-languageserver';
import { limits } from '../limits.ts';
import { logUri } from '../pipeline/build-log.ts';
import { isManual, type Pipeline } from '../pipeline/phase.ts';
import type { RunEvent } from '../pipeline/run-plan.ts';
import type { PhaseStatus } from '../pipeline/staleness.ts';
import type { Ports } from '../ports/ports.ts';
import { isWithin, joinUri, uriPath } from '../ports/uri.ts';
import { placeOf } from '../service/pipeline-findings.ts';
import type { LoadedPipeline } from '../service/pipeline-project.ts';
import { writeProjectPipeline } from '../service/pipeline-project-edit.ts';
import { Rebuilder, RebuildProblem } from '../service/pipeline-rebuild.ts';
import { projectFileName } from '../service/project-file-name.ts';
import type { Session } from '../service/session.ts';
import { untrustedText, type WorkspaceTrust } from '../service/workspace-trust.ts';
import { toDiagnostic } from './convert.ts';
import { InputWatchers } from './input-watchers.ts';
import { linesOf, placeText, reportOf } from './pipeline-reports.ts';

/** A failed request that says to the user what to do. */
const requestFailed = -32803;
/** A client that asked for the end waits this long; what is not gone then is ended from outside. */
const shutDownMs = 1_500;
/** Changes of many files at once are looked at together. */
const quietMs = 500;
/** Files that cannot make a phase stale, however often they change. */
const unrelated = /\/\.git\/|\.(?:o|cmd|tmp|log)$/;

/** Build phases over the protocol: what is stale, what would be run, and running it. */
export class PipelineFeatures {
  readonly #connection: Connection;
  readonly #session: Session;
  readonly #ports: Ports;
  readonly #rebuilder: Rebuilder;
  readonly #related: boolean;
  /** A client that pulls findings of text keeps these apart; to others they would replace each other. */
  readonly #publishes: boolean;
  /** How our own command line is started, for gates. */
  readonly #cliCommand: readonly string[] | undefined;
  readonly #trust: WorkspaceTrust;
  readonly #watchers: InputWatchers;
  /** Runs with the phase that each is at. */
  readonly #running = new Map<AbortController, { phase: string; readonly ended: Promise<unknown> }>();
  #published = new Set<string>();
  #timer: ReturnType<typeof setTimeout> | undefined;

  constructor(options: {
    readonly connection: Connection;
    readonly session: Session;
    readonly ports: Ports;
    readonly client: InitializeParams;
    readonly cliCommand: readonly string[] | undefined;
    readonly trust: WorkspaceTrust;
  }) {
    const { session, ports } = options;
    this.#cliCommand = options.cliCommand;
    this.#connection = options.connection;
    this.#session = session;
    this.#ports = ports;
    this.#trust = options.trust;
    const { textDocument } = options.client.capabilities;
    this.#related = textDocument?.publishDiagnostics?.relatedInformation ?? false;
    this.#publishes = textDocument?.diagnostic !== undefined;
    this.#rebuilder = new Rebuilder(ports, session);
    const watching = options.client.capabilities.workspace?.didChangeWatchedFiles;
    const relative = watching?.dynamicRegistration === true && watching.relativePatternSupport === true;
    this.#watchers = new InputWatchers(options.connection, relative);
  }

  listen(): void {
    const { onRequest } = this.#connection;
    onRequest(method.pipeline, (params: PipelineParams) => this.#report(params));
    onRequest(method.rebuildPlan, (params: RebuildParams) => this.#plan(params));
    onRequest(method.rebuild, (params: RunRebuildParams, token: CancellationToken) => this.#run(params, token));
    onRequest(method.pipelineText, (params: PipelineParams) => this.#text(params));
    // A build that nobody watches any more is stopped with its container.
    this.#connection.onShutdown(() => this.#shutDown());
  }

  stop(): void {
    clearTimeout(this.#timer);
    for (const controller of this.#running.keys()) controller.abort();
  }

  /** Builds of a Vermagic that was killed are ended, and that is said. */
  async trustChanged(): Promise<void> {
    if (!this.#trust.isTrusted) {
      this.stop();
      return;
    }
    for (const message of await this.#rebuilder.stopAbandoned())
      await this.#connection.sendNotification(ShowMessageNotification.type, { type: MessageType.Warning, message });
  }

  async #shutDown(): Promise<void> {
    this.stop();
    const ended = Promise.all([...this.#running.values()].map((run) => run.ended));
    await Promise.race([ended, new Promise((resolve) => setTimeout(resolve, shutDownMs))]);
  }

  /** Looks again at what is stale, soon. */
  changed(uris: readonly string[] | null): void {
    if (uris?.every((uri) => unrelated.test(uri))) return;
    clearTimeout(this.#timer);
    this.#timer = setTimeout(() => {
      void this.#connection.sendNotification(method.pipelineChanged, null);
      void this.#lookAgain().catch((error) => this.#ports.logger.warn(String(error)));
    }, quietMs);
  }

  async #lookAgain(): Promise<void> {
    const loaded: LoadedPipeline[] = [];
    for (const folder of this.#session.surroundings().folders) loaded.push(await this.#rebuilder.load(folder));
    await this.#watchers.watch(loaded.map(({ pipeline }) => pipeline));
    if (this.#publishes) await this.#publish(loaded);
  }

  /** Findings stand at the changed lines, in files that need not be open. The engine is not asked in the background. */
  async #publish(pipelines: readonly LoadedPipeline[]): Promise<void> {
    const byUri = new Map<string, Diagnostic[]>();
    for (const loaded of pipelines) {
      const { findings } = await this.#rebuilder.status(loaded);
      for (const finding of findings) {
        const uri = finding.where?.uri;
        if (uri !== undefined) byUri.set(uri, [...(byUri.get(uri) ?? []), toDiagnostic(finding, this.#related)]);
      }
    }
    for (const uri of this.#published) {
      if (!byUri.has(uri)) await this.#connection.sendDiagnostics({ uri, diagnostics: [] });
    }
    for (const [uri, diagnostics] of byUri) await this.#connection.sendDiagnostics({ uri, diagnostics });
    this.#published = new Set(byUri.keys());
  }

  async #report({ uri }: PipelineParams): Promise<PipelineReport> {
    const loaded = await this.#rebuilder.load(this.#folderOf(uri));
    const { pipeline, problems } = loaded;
    const { phases } = await this.#rebuilder.status(loaded);
    return {
      rootUri: pipeline.rootUri,
      source: pipeline.source,
      phases: await Promise.all(phases.map((status) => this.#phase(pipeline, status))),
      problems: problems.map(({ message }) => message),
    };
  }

  async #phase(pipeline: Pipeline, { phase, state, reasons, stamp }: PhaseStatus): Promise<PhaseReport> {
    const { files } = this.#ports;
    const log = logUri(pipeline.rootUri, phase.name);
    const hasLog = (await files.stat(log).catch(() => undefined))?.type === 'file';
    const first = reasons.slice(0, limits.buildProblems);
    const places = await Promise.all(first.map((reason) => placeOf(files, pipeline, reason, phase)));
    return {
      name: phase.name,
      kind: phase.kind,
      state,
      reasons: first.map(({ message }, index) => ({ message, place: places[index] ?? null })),
      running: [...this.#running.values()].some((run) => run.phase === phase.name),
      timeMs: stamp?.timeMs ?? null,
      log: hasLog ? log : null,
      command: phase.command,
      place: placeText(phase, pipeline.engine),
      why: phase.why,
      where: phase.where,
      manual: isManual(phase),
    };
  }

  async #plan({ uri, ...request }: RebuildParams): Promise<RebuildPlanReport> {
    const folder = this.#folderOf(uri);
    const nothing = { rootUri: folder, engine: '', steps: [], refused: [], hash: '' };
    if (!this.#trust.isTrusted) return { ...nothing, problem: untrustedText };
    try {
      const { plan, loaded } = await this.#rebuilder.plan(folder, request);
      return {
        rootUri: loaded.pipeline.rootUri,
        engine: plan.engine,
        steps: plan.steps.map(({ phase, commands, cwd }) => ({ phase: phase.name, commands, cwd })),
        refused: plan.refused.map(({ reason }) => reason),
        problem: null,
        hash: plan.hash,
      };
    } catch (error) {
      if (!(error instanceof RebuildProblem)) throw error;
      return { ...nothing, problem: error.message };
    }
  }

  async #run(params: RunRebuildParams, token: CancellationToken): Promise<RebuildReport> {
    if (!this.#trust.isTrusted) throw new ResponseError(requestFailed, untrustedText);
    if (this.#running.size > 0) throw new ResponseError(requestFailed, 'A build is running already. Stop it first.');
    const controller = new AbortController();
    const report = this.#runWith(controller, params, token);
    this.#running.set(controller, { phase: '', ended: report.catch(() => undefined) });
    return report;
  }

  async #runWith(
    controller: AbortController,
    params: RunRebuildParams,
    token: CancellationToken,
  ): Promise<RebuildReport> {
    const { uri, run, hash, ...request } = params;
    const cancellation = token.onCancellationRequested(() => controller.abort());
    if (token.isCancellationRequested) controller.abort();
    try {
      const runGate = (line: string) => this.#runGate(line, this.#folderOf(uri), controller.signal);
      const prepared = await this.#rebuilder.plan(this.#folderOf(uri), request);
      if (prepared.plan.hash !== hash) {
        throw new RebuildProblem(
          'The commands are not the ones you were shown: a file changed meanwhile. Start it again.',
        );
      }
      let place = { phase: '', index: 0, total: prepared.plan.steps.length };
      const onEvent = (event: RunEvent) => {
        if (event.type === 'phase') {
          place = { phase: event.phase, index: event.index, total: event.total };
          const current = this.#running.get(controller);
          if (current) current.phase = event.phase;
          void this.#connection.sendNotification(method.pipelineChanged, null);
        }
        void this.#connection.sendNotification(method.buildProgress, { run, ...place, lines: linesOf(event) });
      };
      return reportOf(await this.#rebuilder.run(prepared, { signal: controller.signal, onEvent, runGate }));
    } catch (error) {
      if (error instanceof RebuildProblem) throw new ResponseError(requestFailed, error.message);
      throw error;
    } finally {
      cancellation.dispose();
      this.#running.delete(controller);
      this.changed(null);
    }
  }

  async #runGate(line: string, folder: string, signal: AbortSignal): Promise<string | undefined> {
    const { processes } = this.#ports;
    if (!processes || !this.#cliCommand) return 'it cannot be run here';
    const words = line.split(/\s+/).filter((word) => word !== '');
    const result = await processes.run([...this.#cliCommand, ...words], { cwd: uriPath(folder), signal });
    if (result.status === 0) return undefined;
    return `${result.stdout}\n${result.stderr}`.trim().split('\n').at(-1) ?? `exit status ${result.status}`;
  }

  async #text({ uri }: PipelineParams): Promise<PipelineText> {
    const { pipeline } = await this.#rebuilder.load(this.#folderOf(uri));
    const target = joinUri(pipeline.rootUri, projectFileName);
    const bytes = await this.#ports.files.readFile(target, limits.textBytes).catch(() => undefined);
    const source = bytes && new TextDecoder().decode(bytes);
    return { uri: target, text: writeProjectPipeline(source, pipeline), exists: source !== undefined };
  }

  #folderOf(uri: string): string {
    const { folders } = this.#session.surroundings();
    return folders.find((folder) => isWithin(folder, uri)) ?? folders[0] ?? uri;
  }
}
