import { type LogOutputChannel, Uri, workspace } from 'vscode';
import { LanguageClient, RevealOutputChannelOn, TransportKind } from 'vscode-languageclient/node';
import { documentSelector } from './document-selector.ts';

export { State, WorkDoneProgress } from 'vscode-languageclient/node';
export type { LanguageClient };

/** The client of the server that lies in the extension; not started yet. A bundle of its own: see language-server.ts. */
export function createLanguageClient(extensionUri: Uri, log: LogOutputChannel): LanguageClient {
  const module = Uri.joinPath(extensionUri, 'server', 'dist', 'server.cjs').fsPath;
  return new LanguageClient(
    'vermagic',
    'Vermagic',
    {
      run: { module, transport: TransportKind.ipc },
      debug: { module, transport: TransportKind.ipc, options: { execArgv: ['--nolazy', '--inspect=6019'] } },
    },
    {
      outputChannel: log,
      revealOutputChannelOn: RevealOutputChannelOn.Never,
      diagnosticCollectionName: 'vermagic',
      documentSelector,
      initializationOptions: () => ({ trusted: workspace.isTrusted }),
    },
  );
}
