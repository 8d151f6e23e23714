import {
  method,
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
  ResponseError,
} from 'vscode-languageserver';
import { limits } from '../limits.ts';
import { isManual, type Phase } from '../pipeline/phase.ts';
import type { RunEvent } from '../pipeline/run-plan.ts';
import type { Ports } from '../ports/ports.ts';
import { isWithin, joinUri, uriPath } from '../ports/uri.ts';
import { writeProjectPipeline } from '../service/pipeline-project-edit.ts';
import { Rebuilder, RebuildProblem, type RebuildResult } from '../service/pipeline-rebuild.ts';
import { projectFileName } from '../service/project-file.ts';
import type { Session } from '../service/session.ts';
import { toDiagnostic } from './convert.ts';

/** A failed request that says to the user what to do. */
const requestFailed = -32803;
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
  readonly #running = new Set<AbortController>();
  #published = new Set<string>();
  #timer: ReturnType<typeof setTimeout> | undefined;

  constructor(
    connection: Connection,
    session: Session,
    ports: Ports,
    client: InitializeParams,
    cliCommand: readonly string[] | undefined,
  ) {
    this.#cliCommand = cliCommand;
    this.#connection = connection;
    this.#session = session;
    this.#ports = ports;
    const { textDocument } = client.capabilities;
    this.#related = textDocument?.publishDiagnostics?.relatedInformation ?? false;
    this.#publishes = textDocument?.diagnostic !== undefined;
    this.#rebuilder = new Rebuilder(ports, session);
  }

  listen(): void {
    const { onRequest } = this.#connection;
    onRequest(method.pipeline, (params: PipelineParams) => this.#report(params));
    onRequest(method.rebuildPlan, (params: RebuildParams) => this.#plan(params));
    onRequest(method.rebuild, (params: RunRebuildParams, token: CancellationToken) => this.#run(params, token));
    onRequest(method.pipelineText, (params: PipelineParams) => this.#text(params));
    // A build that nobody watches any more is stopped with its container.
    this.#connection.onShutdown(() => this.stop());
  }

  stop(): void {
    clearTimeout(this.#timer);
    for (const controller of this.#running) controller.abort();
  }

  /** Looks again at what is stale, soon. */
  changed(uris: readonly string[] | null): void {
    if (!this.#publishes || uris?.every((uri) => unrelated.test(uri))) return;
    clearTimeout(this.#timer);
    this.#timer = setTimeout(
      () => void this.publish().catch((error) => this.#ports.logger.warn(String(error))),
      quietMs,
    );
  }

  /** Findings stand at the changed lines, in files that need not be open. The engine is not asked in the background. */
  async publish(): Promise<void> {
    const byUri = new Map<string, Diagnostic[]>();
    for (const folder of this.#session.surroundings().folders) {
      const { findings } = await this.#rebuilder.status(await this.#rebuilder.load(folder));
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
      phases: phases.map(({ phase, state, reasons }) => ({
        name: phase.name,
        kind: phase.kind,
        state,
        reasons: reasons.map(({ message }) => message),
        command: phase.command,
        place: placeText(phase, pipeline.engine),
        why: phase.why,
        manual: isManual(phase),
      })),
      problems: problems.map(({ message }) => message),
    };
  }

  async #plan({ uri, ...request }: RebuildParams): Promise<RebuildPlanReport> {
    const folder = this.#folderOf(uri);
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
      return { rootUri: folder, engine: '', steps: [], refused: [], problem: error.message, hash: '' };
    }
  }

  async #run(params: RunRebuildParams, token: CancellationToken): Promise<RebuildReport> {
    const { uri, run, hash, ...request } = params;
    if (this.#running.size > 0) throw new ResponseError(requestFailed, 'A build is running already. Stop it first.');
    const controller = new AbortController();
    this.#running.add(controller);
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
        if (event.type === 'phase') place = { phase: event.phase, index: event.index, total: event.total };
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

function linesOf(event: RunEvent): readonly string[] {
  switch (event.type) {
    case 'phase':
      return [`[${event.index + 1}/${event.total}] ${event.phase}`];
    case 'command':
      return [`$ ${event.command.join(' ')}`];
    case 'output':
      return event.lines;
  }
}

function placeText({ place }: Phase, engine: string | undefined): string {
  switch (place.kind) {
    case 'container':
      return `${engine ?? 'container'} · ${place.image}`;
    case 'devcontainer':
      return 'devcontainer';
    case 'host':
      return place.drivesEngine ? 'starts its own container' : 'this machine';
  }
}

function reportOf({ outcome, messages, verification, headers, status }: RebuildResult): RebuildReport {
  return {
    status: outcome.status,
    completed: outcome.completed,
    failedPhase: outcome.failedPhase ?? null,
    cause: outcome.cause ?? null,
    problems: messages.map(({ uri, range, severity, tool, message }) => ({
      uri: uri ?? null,
      range,
      severity,
      tool,
      message,
    })),
    vanished: verification.vanished.length,
    remaining: verification.remaining.length,
    added: verification.added.length,
    headers: headers.map(({ message }) => message),
    stale: status.phases.filter(({ state }) => state === 'stale').map(({ phase }) => phase.name),
  };
}
