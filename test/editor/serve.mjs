// Opens a folder in code-server with the packaged extension: `node test/editor/serve.mjs FOLDER [PORT]`.
import path from 'node:path';
import { must } from '../../scripts/setup.mjs';
import { startCodeServer } from './harness/code-server.mjs';
import { projectNode, vsixFile } from './harness/paths.mjs';
import { ensureHarness } from './harness/setup.mjs';

const folder = path.resolve(process.argv[2] ?? '.');
const port = process.argv[3] ?? process.env.PORT;
const reason = ensureHarness();
if (reason) {
  console.error(`No editor can be started: ${reason}`);
  process.exit(1);
}
must(projectNode(), ['scripts/package.mjs', '--check']);
const server = await startCodeServer({ vsix: vsixFile(), ...(port ? { port: Number(port) } : {}) });
console.log(`\nOpen ${server.url}/?folder=${encodeURIComponent(folder)} in a browser of this machine. Ctrl+C ends it.`);
for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP']) {
  process.on(signal, () => void server.stop().then(() => process.exit(0)));
}
