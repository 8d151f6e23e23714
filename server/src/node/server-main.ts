import path from 'node:path';
import { createConnection, ProposedFeatures } from 'vscode-languageserver/node';
import { serve } from '../lsp/language-server.ts';
import { endWithBuilds } from './end-with-builds.ts';
import { nodePorts, runningKernelUri } from './platform.ts';
import { verifyInThread } from './verify-runner.ts';
import { version } from './version.ts';

const connection = createConnection(ProposedFeatures.all);
const kernel = runningKernelUri();
// Beside the bundled server lies the bundled command line.
const cliCommand = [process.execPath, path.join(import.meta.dirname, 'cli.cjs')];
const ports = nodePorts({
  debug: (message) => connection.console.debug(message),
  info: (message) => connection.console.info(message),
  warn: (message) => connection.console.warn(message),
  error: (message) => connection.console.error(message),
});
endWithBuilds(ports.journal, cliCommand);
for (const [signal, number] of Object.entries({ SIGHUP: 1, SIGINT: 2, SIGTERM: 15 }))
  process.once(signal, () => process.exit(128 + number));
// The editor has gone without a word.
process.once('disconnect', () => process.exit(1));

serve(connection, {
  ports,
  version,
  verify: verifyInThread,
  cliCommand,
  ...(kernel === undefined ? {} : { runningKernelUri: kernel }),
});
