// The mocha suite of the extension host in a desktop VS Code: VSCODE_EXECUTABLE, else one that is downloaded.
import path from 'node:path';
import { downloadAndUnzipVSCode, resolveCliArgsFromVSCodeExecutablePath, runTests } from '@vscode/test-electron';
import { must, run } from '../../scripts/setup.mjs';
import { harness, projectNode, root, vsixFile } from './harness/paths.mjs';
import { copySample } from './harness/workspace.mjs';
import { bundleSuite } from './suites/build.mjs';

const executable = process.env.VSCODE_EXECUTABLE ?? (await download());
if (executable) {
  must(projectNode(), ['scripts/package.mjs', '--check']);
  const [cli, ...cliArgs] = resolveCliArgsFromVSCodeExecutablePath(executable);
  const installed = run(cli, [...cliArgs, '--install-extension', vsixFile()]);
  if (installed.status !== 0) throw new Error(`${vsixFile()} cannot be installed`);
  const workspace = copySample();
  try {
    // The suite prints the line with the count itself.
    await runTests({
      vscodeExecutablePath: executable,
      extensionDevelopmentPath: path.join(harness, 'test-driver'),
      extensionTestsPath: await bundleSuite(),
      launchArgs: [workspace.folder, ...cliArgs, '--disable-workspace-trust'],
    });
  } catch {
    process.exitCode = 1;
  } finally {
    workspace.remove();
  }
}

async function download() {
  try {
    return await downloadAndUnzipVSCode({ cachePath: path.join(root, '.cache', 'vscode-test') });
  } catch (error) {
    console.log(`desktop: skipped: VS Code cannot be downloaded here (${error.message}); VSCODE_EXECUTABLE names one`);
    console.log('desktop: 0 passed, 0 failed, 1 skipped');
    return undefined;
  }
}
