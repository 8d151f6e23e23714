import path from 'node:path';
import { createConnection, ProposedFeatures } from 'vscode-languageserver/node';
import { serve } from '../lsp/language-server.ts';
import { nodePorts, runningKernelUri } from './platform.ts';
import { verifyInThread } from './verify-runner.ts';
import { version } from './version.ts';

const connection = createConnection(ProposedFeatures.all);
const kernel = runningKernelUri();
serve(connection, {
  ports: nodePorts({
    debug: (message) => connection.console.debug(message),
    info: (message) => connection.console.info(message),
    warn: (message) => connection.console.warn(message),
    error: (message) => connection.console.error(message),
  }),
  version,
  verify: verifyInThread,
  // Beside the bundled server lies the bundled command line.
  cliCommand: [process.execPath, path.join(import.meta.dirname, 'cli.cjs')],
  ...(kernel === undefined ? {} : { runningKernelUri: kernel }),
});
