import type { ModuleSummary } from '@vermagic/shared';
import { type CancellationToken, Disposable, EventEmitter, type Uri } from 'vscode';
import type { LanguageServer, ServerState } from './language-server.ts';
import { RequestQueue } from './request-queue.ts';

/** Enough for every module of a distribution kernel; the oldest entries go first. */
const cacheSize = 8192;
/** The server answers a summary in milliseconds; more at once only makes the visible ones wait. */
const parallelRequests = 8;

interface Entry {
  readonly answer: Promise<ModuleSummary | null | undefined>;
  /** Of all who wait: a question is dropped only when none of them does any more. */
  readonly tokens: CancellationToken[];
}

/** Summaries of modules, asked for once each and kept until the server says that they are stale. */
export class ModuleSummaries extends Disposable {
  readonly #server: LanguageServer;
  readonly #cache = new Map<string, Entry>();
  readonly #queue = new RequestQueue(parallelRequests);
  readonly #changed = new EventEmitter<Uri[] | undefined>();
  readonly #subscriptions: Disposable;
  #serverWasGone = false;

  /** Summaries to ask for again; undefined means all. */
  readonly onChanged = this.#changed.event;

  constructor(server: LanguageServer) {
    super(() => this.#dispose());
    this.#server = server;
    this.#subscriptions = Disposable.from(
      server.onModulesChanged(({ uris }) => this.#forget(uris?.map((uri) => server.editorUri(uri)))),
      server.onState((state) => this.#onServerState(state)),
    );
  }

  /** undefined when nobody waits for the answer any more, or when the server cannot give one. */
  get(uri: Uri, token: CancellationToken): Promise<ModuleSummary | null | undefined> {
    const key = uri.toString();
    const known = this.#cache.get(key);
    if (known) {
      known.tokens.push(token);
      return known.answer;
    }
    const tokens = [token];
    const answer = this.#queue
      .add(
        () => this.#server.moduleSummary(uri),
        () => tokens.every((waiting) => waiting.isCancellationRequested),
      )
      .catch(() => undefined)
      .then((summary) => {
        tokens.length = 0;
        // A dropped or failed question is no answer: the next look at the file asks again.
        if (summary === undefined && this.#cache.get(key)?.answer === answer) this.#cache.delete(key);
        return summary;
      });
    this.#cache.set(key, { answer, tokens });
    const oldest = this.#cache.keys().next().value;
    if (this.#cache.size > cacheSize && oldest !== undefined) this.#cache.delete(oldest);
    return answer;
  }

  #onServerState(state: ServerState): void {
    if (state === 'stopped') this.#serverWasGone = true;
    if (state !== 'running' || !this.#serverWasGone) return;
    this.#serverWasGone = false;
    this.#forget(undefined);
  }

  #forget(uris: Uri[] | undefined): void {
    if (!uris) this.#cache.clear();
    for (const uri of uris ?? []) this.#cache.delete(uri.toString());
    this.#changed.fire(uris);
  }

  #dispose(): void {
    this.#subscriptions.dispose();
    this.#changed.dispose();
    this.#cache.clear();
  }
}
