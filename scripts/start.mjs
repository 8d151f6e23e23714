// npm start: on a bare checkout installs, builds, prints the report of the sample workspace, and opens it in an editor.
import { spawn } from 'node:child_process';
import path from 'node:path';
import { ensureInstalled, findProgram, must, projectEnv, projectNode, root, run } from './setup.mjs';

ensureInstalled();
must(projectNode(), ['scripts/build.mjs']);

const sample = path.join(root, 'samples/jetson-rt');
const cli = path.join(root, 'server/bin/vermagic.mjs');
console.log('\nThe modules of samples/jetson-rt against its two kernels:\n');
// A refused module is the point of the sample: its exit status 1 is no failure here.
run(projectNode(), [cli, 'check', 'rootfs'], { cwd: sample });

if (process.argv.includes('--no-editor')) process.exit(0);
const desktop = findProgram('code');
if (desktop) {
  console.log(`\nOpening ${path.relative(root, sample)} in VS Code with the extension loaded …`);
  run(desktop, [`--extensionDevelopmentPath=${root}`, sample]);
} else {
  // code-server is a VS Code served on 127.0.0.1; any browser of this machine shows it.
  const child = spawn(projectNode(), ['test/editor/serve.mjs', sample], {
    cwd: root,
    stdio: 'inherit',
    env: projectEnv(),
  });
  for (const signal of ['SIGINT', 'SIGTERM']) process.on(signal, () => child.kill(signal));
  child.on('exit', (code) => process.exit(code ?? 0));
}
