import { type ChildProcess, spawn } from 'node:child_process';
import path from 'node:path';
import {
  createProtocolConnection,
  type Diagnostic,
  type InitializeResult,
  type ProtocolConnection,
  StreamMessageReader,
  StreamMessageWriter,
} from 'vscode-languageserver/node';

export const root = path.resolve(import.meta.dirname, '../..');

/** A real client of the built server over stdio: everything that goes through it went through the protocol. */
export class LspClient {
  readonly process: ChildProcess;
  readonly connection: ProtocolConnection;
  readonly diagnostics = new Map<string, Diagnostic[]>();
  readonly #waiting = new Set<() => void>();
  settings: Record<string, unknown> = {};

  constructor(env: Readonly<Record<string, string>> = {}) {
    this.process = spawn(process.execPath, [path.join(root, 'server/dist/server.cjs'), '--stdio'], {
      env: { ...process.env, ...env },
      stdio: ['pipe', 'pipe', 'inherit'],
    });
    const { stdin, stdout } = this.process;
    if (!stdin || !stdout) throw new Error('no pipes');
    this.connection = createProtocolConnection(new StreamMessageReader(stdout), new StreamMessageWriter(stdin));
    this.connection.onNotification('textDocument/publishDiagnostics', ({ uri, diagnostics }) => {
      this.diagnostics.set(uri, diagnostics);
      for (const wake of [...this.#waiting]) wake();
    });
    this.connection.onRequest('workspace/configuration', ({ items }: { items: unknown[] }) =>
      items.map(() => this.settings),
    );
    this.connection.onRequest('client/registerCapability', () => null);
    this.connection.onRequest('workspace/diagnostic/refresh', () => null);
    this.connection.onRequest('workspace/codeLens/refresh', () => null);
    this.connection.onRequest('workspace/inlayHint/refresh', () => null);
    this.connection.onRequest('window/workDoneProgress/create', () => null);
    this.connection.onUnhandledNotification(() => undefined);
    this.connection.listen();
  }

  async start(
    folderUri: string,
    capabilities: Record<string, unknown> = {},
    initializationOptions?: unknown,
  ): Promise<InitializeResult> {
    const result = await this.request<InitializeResult>('initialize', {
      processId: process.pid,
      rootUri: folderUri,
      workspaceFolders: [{ uri: folderUri, name: 'workspace' }],
      capabilities: {
        workspace: {
          configuration: true,
          workspaceFolders: true,
          didChangeWatchedFiles: { dynamicRegistration: true },
        },
        textDocument: { publishDiagnostics: { relatedInformation: true }, diagnostic: { dynamicRegistration: false } },
        ...capabilities,
      },
      ...(initializationOptions === undefined ? {} : { initializationOptions }),
    });
    await this.connection.sendNotification('initialized', {});
    return result;
  }

  /** Fails at once when the server is gone: an answer will never come. */
  async request<Result>(name: string, params: unknown): Promise<Result> {
    const gone = new AbortController();
    const died = new Promise<never>((_, reject) => {
      const fail = () => reject(new Error(`the server ended (${this.process.exitCode}) before it answered ${name}`));
      if (this.process.exitCode !== null) fail();
      this.process.once('exit', fail);
      gone.signal.addEventListener('abort', () => this.process.off('exit', fail));
    });
    try {
      return await Promise.race([this.connection.sendRequest<Result>(name, params), died]);
    } finally {
      gone.abort();
    }
  }

  filesChanged(...uris: string[]): Promise<void> {
    return this.connection.sendNotification('workspace/didChangeWatchedFiles', {
      changes: uris.map((uri) => ({ uri, type: 2 })),
    });
  }

  /** Waits until the diagnostics pushed so far satisfy the condition; fails with what there is instead. */
  async until(what: string, condition: () => boolean, timeoutMs = 20_000): Promise<void> {
    const deadline = Date.now() + timeoutMs;
    while (!condition()) {
      const left = deadline - Date.now();
      if (left <= 0) throw new Error(`${what}: not within ${timeoutMs} ms; pushed so far: ${this.#summary()}`);
      await new Promise<void>((resolve) => {
        const timer = setTimeout(wake, Math.min(left, 200));
        const waiting = this.#waiting;
        function wake() {
          clearTimeout(timer);
          waiting.delete(wake);
          resolve();
        }
        waiting.add(wake);
      });
    }
  }

  #summary(): string {
    return JSON.stringify(
      [...this.diagnostics].map(([uri, list]) => [uri.split('/').at(-1), list.map((item) => item.code)]),
    );
  }

  /** Closes politely; resolves to the server's exit status. */
  async stop(): Promise<number | null> {
    const exited = new Promise<number | null>((resolve) => this.process.once('exit', resolve));
    await this.connection.sendRequest('shutdown');
    await this.connection.sendNotification('exit');
    const status = await exited;
    this.connection.dispose();
    return status;
  }
}
