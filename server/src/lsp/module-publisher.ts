import type { Connection } from 'vscode-languageserver';
import type { Session } from '../service/session.ts';
import { toDiagnostic } from './convert.ts';

/**
 * Pushes the findings of `.ko` files, which are never open documents. One pass at a time, in the background; a change
 * in the middle of a pass starts it again. Files without findings are only mentioned to take old ones away.
 */
export class ModulePublisher {
  readonly #connection: Connection;
  readonly #session: Session;
  readonly #relatedSupported: boolean;
  readonly #published = new Set<string>();
  #waiting: Set<string> | 'all' = new Set();
  #running: Promise<void> | undefined;

  constructor(connection: Connection, session: Session, relatedSupported: boolean) {
    this.#connection = connection;
    this.#session = session;
    this.#relatedSupported = relatedSupported;
  }

  /** `null`: every module of the workspace. Resolves when nothing is waiting any more. */
  publish(uris: readonly string[] | null): Promise<void> {
    if (uris === null) this.#waiting = 'all';
    else if (this.#waiting !== 'all') for (const uri of uris) this.#waiting.add(uri);
    this.#running ??= this.#drain().finally(() => {
      this.#running = undefined;
    });
    return this.#running;
  }

  async #drain(): Promise<void> {
    while (this.#waiting === 'all' || this.#waiting.size > 0) {
      if (this.#waiting === 'all') {
        const known = this.#session.modules();
        this.#waiting = new Set([...known, ...this.#published]);
      }
      const batch: Set<string> = this.#waiting;
      for (const uri of batch) {
        if (this.#waiting !== batch) break;
        batch.delete(uri);
        await this.#publishOne(uri);
      }
    }
  }

  async #publishOne(uri: string): Promise<void> {
    const findings = await this.#session.moduleFindings(uri);
    if (findings.length === 0 && !this.#published.has(uri)) return;
    const diagnostics = findings.map((finding) => toDiagnostic(finding, this.#relatedSupported));
    await this.#connection.sendDiagnostics({ uri, diagnostics });
    if (diagnostics.length > 0) this.#published.add(uri);
    else this.#published.delete(uri);
  }
}
