import { type Connection, DidChangeWatchedFilesNotification, type Disposable } from 'vscode-languageserver';
import type { Pipeline } from '../pipeline/phase.ts';

/** More patterns than any project has phases and inputs; each is work for the editor. */
const mostPatterns = 400;

/** Has the client watch what the build phases are made from, and what they make: any file can be an input. */
export class InputWatchers {
  readonly #connection: Connection;
  readonly #isSupported: boolean;
  #watched = '';
  #registration: Disposable | undefined;

  /** `isSupported`: the client takes patterns relative to a folder, so that nothing in a folder's name counts as pattern. */
  constructor(connection: Connection, isSupported: boolean) {
    this.#connection = connection;
    this.#isSupported = isSupported;
  }

  async watch(pipelines: readonly Pipeline[]): Promise<void> {
    if (!this.#isSupported) return;
    const watchers = pipelines
      .flatMap(({ rootUri, phases }) =>
        [...patternsOf(phases)].map((pattern) => ({ globPattern: { baseUri: rootUri, pattern } })),
      )
      .slice(0, mostPatterns);
    const watched = JSON.stringify(watchers);
    if (watched === this.#watched) return;
    this.#watched = watched;
    this.#registration?.dispose();
    this.#registration =
      watchers.length === 0
        ? undefined
        : await this.#connection.client.register(DidChangeWatchedFilesNotification.type, { watchers });
  }
}

/** Paths from the project's folder; what lies outside of it no editor watches. */
function patternsOf(phases: Pipeline['phases']): ReadonlySet<string> {
  const paths = phases.flatMap(({ inputs, outputs }) => [
    ...inputs.map(({ path }) => path),
    // All of a root file system is too much: its own phase's record says when it was made.
    ...outputs.filter((path) => !path.includes('**')),
  ]);
  return new Set(
    paths.map((path) => path.replace(/^(?:\.\/)+/, '')).filter((path) => !/^\/|(?:^|\/)\.\.(?:\/|$)/.test(path)),
  );
}
