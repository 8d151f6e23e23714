import type { Difference } from '@vermagic/shared';
import { commands, Disposable, EventEmitter, type TextDocumentContentProvider, Uri, workspace } from 'vscode';
import type { LanguageServer } from '../language-server.ts';

const scheme = 'vermagic-comparison';

interface Side {
  readonly file: string;
  /** null: the kernel that runs. */
  readonly other: string | null;
  readonly side: 'left' | 'right';
}

/** Two configurations, or two Module.symvers, in the native diff editor; made anew when one of them is saved. */
export class FileComparisons extends Disposable implements TextDocumentContentProvider {
  readonly #server: LanguageServer;
  readonly #changed = new EventEmitter<Uri>();
  readonly #subscriptions: Disposable;
  /** Both sides come in one answer; the second one takes it from here. */
  readonly #answers = new Map<string, Promise<Difference>>();
  readonly onDidChange = this.#changed.event;

  constructor(server: LanguageServer) {
    super(() => this.#dispose());
    this.#server = server;
    this.#subscriptions = Disposable.from(
      workspace.registerTextDocumentContentProvider(scheme, this),
      workspace.onDidSaveTextDocument(({ uri }) => this.#refresh(uri)),
      workspace.onDidCloseTextDocument(({ uri }) => {
        if (uri.scheme === scheme) this.#answers.delete(keyOf(readSide(uri)));
      }),
    );
  }

  /** Opens the diff editor. Rejects with the reason when there is nothing to compare. */
  async show(file: Uri, other: Uri | null): Promise<void> {
    const pair = { file: file.toString(), other: other?.toString() ?? null };
    this.#answers.delete(keyOf(pair));
    const { title, left, right } = await this.#answer(pair);
    await commands.executeCommand(
      'vscode.diff',
      sideUri({ ...pair, side: 'left' }, left.label),
      sideUri({ ...pair, side: 'right' }, right.label),
      title,
    );
  }

  async provideTextDocumentContent(uri: Uri): Promise<string> {
    const side = readSide(uri);
    return (await this.#answer(side))[side.side].text;
  }

  #answer(pair: Omit<Side, 'side'>): Promise<Difference> {
    const key = keyOf(pair);
    const known = this.#answers.get(key);
    if (known) return known;
    const asked = this.#server.compareFiles(Uri.parse(pair.file), pair.other === null ? null : Uri.parse(pair.other));
    this.#answers.set(key, asked);
    asked.catch(() => this.#answers.delete(key));
    return asked;
  }

  #refresh(saved: Uri): void {
    for (const { uri } of workspace.textDocuments) {
      if (uri.scheme !== scheme) continue;
      const side = readSide(uri);
      if (side.file !== saved.toString() && side.other !== saved.toString()) continue;
      this.#answers.delete(keyOf(side));
      this.#changed.fire(uri);
    }
  }

  #dispose(): void {
    this.#subscriptions.dispose();
    this.#changed.dispose();
  }
}

function keyOf({ file, other }: Omit<Side, 'side'>): string {
  return `${file} ${other}`;
}

/** The path is what the editor shows as the file's name; the query is what the content is found by. */
function sideUri(side: Side, label: string): Uri {
  return Uri.from({ scheme, path: `/${label.replaceAll('/', '∕')}`, query: JSON.stringify(side) });
}

function readSide(uri: Uri): Side {
  return JSON.parse(uri.query) as Side;
}
