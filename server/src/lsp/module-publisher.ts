import type { Connection } from 'vscode-languageserver';
import type { Finding } from '../findings/finding.ts';
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
  readonly #verified: (uri: string) => readonly Finding[];
  readonly #published = new Set<string>();
  #waiting: Set<string> | 'all' = new Set();
  #running: Promise<void> | undefined;

  /** @param verified what else is known of a file, from verifying the tree it lies in. */
  constructor(
    connection: Connection,
    session: Session,
    relatedSupported: boolean,
    verified: (uri: string) => readonly Finding[] = () => [],
  ) {
    this.#verified = verified;
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
    const findings = await this.#findingsOf(uri);
    if (findings.length === 0 && !this.#published.has(uri)) return;
    const diagnostics = findings.map((finding) => toDiagnostic(finding, this.#relatedSupported));
    await this.#connection.sendDiagnostics({ uri, diagnostics });
    if (diagnostics.length > 0) this.#published.add(uri);
    else this.#published.delete(uri);
  }

  /** The workspace's own findings, and what a verification found beyond them: it says the same of most. */
  async #findingsOf(uri: string): Promise<readonly Finding[]> {
    const verified = this.#verified(uri);
    const foreign = verified.length > 0 && !this.#session.isModule(uri);
    const own = foreign ? [] : await this.#session.moduleFindings(uri);
    const said = new Set(own.map(({ rule, symbol }) => `${rule} ${symbol ?? ''}`));
    return [...own, ...verified.filter(({ rule, symbol }) => !said.has(`${rule} ${symbol ?? ''}`))];
  }
}
