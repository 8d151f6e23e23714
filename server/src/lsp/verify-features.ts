import {
  type ForgetVerifiedParams,
  method,
  type VerifyParams,
  type VerifyPlace,
  type VerifyReport,
} from '@vermagic/shared';
import {
  type CancellationToken,
  type Connection,
  ErrorCodes,
  type InitializeParams,
  LSPErrorCodes,
  ResponseError,
  type WorkDoneProgressReporter,
} from 'vscode-languageserver';
import type { Ports } from '../ports/ports.ts';
import type { Session } from '../service/session.ts';
import { staleFindings } from '../service/stale-findings.ts';
import type { Verification } from '../service/verification.ts';
import type { VerifiedFindings } from '../service/verified-findings.ts';
import { verificationOf, verifyPlaces } from '../service/verify-workspace.ts';

/**
 * Does the work away from the thread that answers the editor. Rejects with a `VerifyRefusal` when there is nothing to
 * verify; after `signal` is aborted, with anything.
 */
export type VerifyRunner = (
  asked: Verification,
  progress: (done: number, total: number) => void,
  signal: AbortSignal,
) => Promise<VerifyReport>;

/** There is nothing to verify; the message says why, and what to do. */
export class VerifyRefusal extends Error {}

/** Verifying whole trees over the protocol. One at a time: each takes all the processors it may. */
export class VerifyFeatures {
  readonly #connection: Connection;
  readonly #session: Session;
  readonly #ports: Ports;
  readonly #version: string;
  readonly #run: VerifyRunner;
  readonly #findings: VerifiedFindings;
  readonly #publish: (uris: readonly string[]) => void;
  readonly #asksForProgress: boolean;
  #last: Promise<unknown> = Promise.resolve();

  constructor(options: {
    readonly connection: Connection;
    readonly session: Session;
    readonly ports: Ports;
    readonly version: string;
    readonly run: VerifyRunner;
    readonly findings: VerifiedFindings;
    /** Called with the files whose findings changed. */
    readonly publish: (uris: readonly string[]) => void;
    readonly client: InitializeParams;
  }) {
    this.#connection = options.connection;
    this.#session = options.session;
    this.#ports = options.ports;
    this.#version = options.version;
    this.#run = options.run;
    this.#findings = options.findings;
    this.#publish = options.publish;
    this.#asksForProgress = options.client.capabilities.window?.workDoneProgress ?? false;
  }

  listen(): void {
    const connection = this.#connection;
    connection.onRequest(method.verifyPlaces, (): Promise<VerifyPlace[]> => verifyPlaces(this.#ports, this.#session));
    connection.onRequest(method.forgetVerified, ({ uri }: ForgetVerifiedParams) => {
      this.#publish(this.#findings.forget(uri));
      return null;
    });
    connection.onRequest(method.verify, (params: VerifyParams, token: CancellationToken) =>
      this.#verify(params, token),
    );
  }

  async #verify(params: VerifyParams, token: CancellationToken): Promise<VerifyReport> {
    const abort = new AbortController();
    const heeded = [token.onCancellationRequested(() => abort.abort())];
    const progress = await this.#progress(params, (cancelled) =>
      heeded.push(cancelled.onCancellationRequested(() => abort.abort())),
    );
    progress.begin('Verifying', 0, 'reading the kernel', true);
    try {
      const verification = await verificationOf(params, this.#session, this.#version);
      const { kind, uri } = verification;
      const stale = kind === 'preflight' ? await staleFindings(this.#ports, this.#session, uri) : [];
      const asked = { ...verification, stale };
      const before = this.#last.catch(() => undefined);
      const running = before.then(async () => {
        abort.signal.throwIfAborted();
        return this.#run(asked, progressMessages(progress), abort.signal);
      });
      this.#last = running;
      const report = await running;
      abort.signal.throwIfAborted();
      this.#publish(this.#findings.keep(report));
      return report;
    } catch (error) {
      if (abort.signal.aborted)
        throw new ResponseError(LSPErrorCodes.RequestCancelled, 'The verification was cancelled.');
      if (error instanceof VerifyRefusal) throw new ResponseError(ErrorCodes.InvalidRequest, error.message);
      throw error;
    } finally {
      for (const listener of heeded) listener.dispose();
      progress.done();
    }
  }

  async #progress(
    { workDoneToken }: VerifyParams,
    onToken: (cancelled: CancellationToken) => void,
  ): Promise<WorkDoneProgressReporter> {
    const { window } = this.#connection;
    if (workDoneToken !== undefined || !this.#asksForProgress) return window.attachWorkDoneProgress(workDoneToken);
    const progress = await window.createWorkDoneProgress();
    onToken(progress.token);
    return progress;
  }
}

/** `1234 of 4023 modules, 5600 a second`. */
function progressMessages(progress: WorkDoneProgressReporter): (done: number, total: number) => void {
  const start = performance.now();
  return (done, total) => {
    const rate = Math.round((done * 1000) / Math.max(1, performance.now() - start));
    progress.report(Math.round((done * 100) / Math.max(1, total)), `${done} of ${total} modules, ${rate} a second`);
  };
}
