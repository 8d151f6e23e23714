import type { Difference, DifferenceParams } from '@vermagic/shared';
import {
  type CancellationToken,
  commands,
  Disposable,
  EventEmitter,
  type TextDocumentContentProvider,
  Uri,
  window,
  workspace,
} from 'vscode';
import type { LanguageServer } from './language-server.ts';

type Kind = DifferenceParams['kind'];
type Side = 'left' | 'right';

const scheme = 'vermagic-difference';

/** The two sides of a difference as read-only documents for the native diff editor; live while they are open. */
export class Differences extends Disposable implements TextDocumentContentProvider {
  readonly #server: LanguageServer;
  readonly #changed = new EventEmitter<Uri>();
  readonly #subscriptions: Disposable;
  readonly onDidChange = this.#changed.event;

  constructor(server: LanguageServer) {
    super(() => this.#dispose());
    this.#server = server;
    this.#subscriptions = Disposable.from(
      workspace.registerTextDocumentContentProvider(scheme, this),
      server.onModulesChanged(({ uris }) => this.#refresh(uris?.map((uri) => server.editorUri(uri)))),
    );
  }

  /** Opens the diff editor, or says why there is nothing to compare. */
  async show(module: Uri, kind: Kind): Promise<void> {
    const difference = await this.#server.difference(module, kind);
    if (!difference) {
      await window.showInformationMessage(nothingToCompare(kind), 'Select Target…').then((answer) => {
        if (answer) void commands.executeCommand('vermagic.selectTarget');
      });
      return;
    }
    const side = (which: Side) => sideUri(module, kind, which, difference[which].label);
    await commands.executeCommand('vscode.diff', side('left'), side('right'), difference.title);
  }

  async provideTextDocumentContent(uri: Uri, token: CancellationToken): Promise<string> {
    const { module, kind, side } = readSide(uri);
    const difference = await this.#server.difference(module, kind, token);
    return difference ? textOf(difference, side) : `${nothingToCompare(kind)}\n`;
  }

  #refresh(modules: Uri[] | undefined): void {
    const stale = modules && new Set(modules.map(String));
    for (const { uri } of workspace.textDocuments) {
      if (uri.scheme === scheme && (!stale || stale.has(readSide(uri).module.toString()))) this.#changed.fire(uri);
    }
  }

  #dispose(): void {
    this.#subscriptions.dispose();
    this.#changed.dispose();
  }
}

function textOf(difference: Difference, side: Side): string {
  const { text } = difference[side];
  return text.endsWith('\n') ? text : `${text}\n`;
}

/** The path is what the editor shows as the file's name; the query is what the content is found by. */
function sideUri(module: Uri, kind: Kind, side: Side, label: string): Uri {
  const query = JSON.stringify({ module: module.toString(), kind, side });
  return Uri.from({ scheme, path: `/${label.replaceAll('/', '∕')}`, query });
}

function readSide(uri: Uri): { module: Uri; kind: Kind; side: Side } {
  const { module, kind, side } = JSON.parse(uri.query) as { module: string; kind: Kind; side: Side };
  return { module: Uri.parse(module), kind, side };
}

function nothingToCompare(kind: Kind): string {
  return kind === 'vermagic'
    ? 'There is no vermagic to compare: the module has none, or no target kernel is selected.'
    : 'There are no CRCs to compare: the module imports none, or the target has no Module.symvers.';
}
