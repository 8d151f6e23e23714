import {
  CancellationTokenSource,
  type CustomDocument,
  type CustomReadonlyEditorProvider,
  commands,
  Disposable,
  env,
  type LogOutputChannel,
  Uri,
  type WebviewPanel,
  window,
} from 'vscode';
import type { LanguageServer } from '../language-server.ts';
import type { FromPage, ToPage } from './messages.ts';
import { pageHtml } from './page-html.ts';
import { editorViewType } from './view-type.ts';

/** The read-only editor of `.ko` files: one page per panel, filled by the server's report and kept up to date. */
export function registerModuleEditor(extensionUri: Uri, server: LanguageServer, log: LogOutputChannel): Disposable {
  const provider: CustomReadonlyEditorProvider = {
    openCustomDocument: (uri): CustomDocument => ({ uri, dispose: () => undefined }),
    resolveCustomEditor: (document, panel) => {
      const page = new ModulePage(document.uri, panel, extensionUri, server, log);
      panel.onDidDispose(() => page.dispose());
    },
  };
  return window.registerCustomEditorProvider(editorViewType, provider, {
    supportsMultipleEditorsPerDocument: true,
    webviewOptions: { enableFindWidget: true },
  });
}

class ModulePage extends Disposable {
  readonly #module: Uri;
  readonly #panel: WebviewPanel;
  readonly #server: LanguageServer;
  readonly #log: LogOutputChannel;
  readonly #subscriptions: Disposable;
  #asking: CancellationTokenSource | undefined;
  #ready = false;

  constructor(module: Uri, panel: WebviewPanel, extensionUri: Uri, server: LanguageServer, log: LogOutputChannel) {
    super(() => this.#dispose());
    this.#module = module;
    this.#panel = panel;
    this.#server = server;
    this.#log = log;
    const { webview } = panel;
    const dist = Uri.joinPath(extensionUri, 'client', 'dist');
    webview.options = { enableScripts: true, localResourceRoots: [dist] };
    this.#subscriptions = Disposable.from(
      webview.onDidReceiveMessage((message: FromPage) => this.#receive(message)),
      server.onModulesChanged(({ uris }) => {
        if (!uris || uris.some((uri) => server.editorUri(uri).toString() === module.toString())) this.#refresh();
      }),
      server.onState((state) => {
        if (state !== 'starting') this.#refresh();
      }),
    );
    webview.html = pageHtml(webview, dist);
  }

  #receive(message: FromPage): void {
    switch (message.type) {
      case 'ready':
        this.#ready = true;
        this.#refresh();
        break;
      case 'command':
        void commands.executeCommand(message.command, this.#module);
        break;
      case 'copy':
        void env.clipboard.writeText(message.text);
        break;
    }
  }

  /** Asks again; an answer to an older question is dropped. A hidden page asks when it is shown. */
  #refresh(): void {
    if (!this.#ready || !this.#panel.visible) return;
    this.#asking?.cancel();
    const asking = new CancellationTokenSource();
    this.#asking = asking;
    void this.#answer(asking)
      .then((answer) => (asking.token.isCancellationRequested ? false : this.#panel.webview.postMessage(answer)))
      .catch((error: unknown) => this.#log.error(`The page of ${this.#module.fsPath}`, error))
      .finally(() => asking.dispose());
  }

  async #answer({ token }: CancellationTokenSource): Promise<ToPage> {
    try {
      if (this.#server.state === 'stopped') await this.#server.start();
      const report = await this.#server.moduleReport(this.#module, token);
      return report ? { type: 'report', report } : { type: 'gone' };
    } catch (error) {
      if (!token.isCancellationRequested) this.#log.error(`No report of ${this.#module.fsPath}`, error);
      return { type: 'failed', message: error instanceof Error ? error.message : String(error) };
    }
  }

  #dispose(): void {
    this.#asking?.cancel();
    this.#subscriptions.dispose();
  }
}
