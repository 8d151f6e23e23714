// Runs the mocha suite in the extension host of a real VS Code (code-server) against the packaged VSIX.
import fs from 'node:fs';
import path from 'node:path';
import { format } from 'node:util';
import { launchBrowser } from './harness/browser.mjs';
import { startCodeServer } from './harness/code-server.mjs';
import { harness, results, vsixFile } from './harness/paths.mjs';
import { copySample } from './harness/workspace.mjs';
import { bundleSuite } from './suites/build.mjs';

const suiteTimeoutMs = 300_000;
const editorTalk =
  /workbench\.js:\d|^Ignoring fetching additional|^Extension host \(Remote\) is|^Updating additional builtin|^\[AccountPolicyGate\]/;

/** {passed, failed, skipped} of the suite, whose own report is printed as it runs. */
export async function runExtensionHost() {
  const suite = await bundleSuite();
  const workspace = copySample();
  const server = await startCodeServer({ vsix: vsixFile() });
  const browser = await launchBrowser();
  try {
    const page = await browser.newPage({ viewport: { width: 1280, height: 800 } });
    return await runSuite(page, server, workspace.folder, suite);
  } finally {
    await browser.close();
    await server.stop();
    workspace.remove();
  }
}

async function runSuite(page, server, folder, suite) {
  let counts;
  const { promise: done, resolve: finish } = Promise.withResolvers();
  // The window hands over what the extension host prints; before the suite starts, that is the editor's own talk.
  let started = Boolean(process.env.VERBOSE);
  await page.exposeFunction('codeAutomationLog', (type, args) => {
    const line = format(...args);
    // The suite reports by console.log; the rest is the editor's own: missing optional addons, no gallery.
    if (!process.env.VERBOSE && (type === 'error' || type === 'warn' || editorTalk.test(line))) return;
    started ||= /^\s*activation$/.test(line);
    if (started) console.log(line);
    const count = line.match(/extension host: (\d+) passed, (\d+) failed, (\d+) skipped/);
    if (count) counts = { passed: Number(count[1]), failed: Number(count[2]), skipped: Number(count[3]) };
  });
  await page.exposeFunction('codeAutomationExit', (code) => finish(code));
  const timer = setTimeout(async () => {
    fs.mkdirSync(results, { recursive: true });
    const picture = path.join(results, 'extension-host-timeout.png');
    await page.screenshot({ path: picture });
    console.error(`extension host: no end after ${suiteTimeoutMs / 1000} s, see ${picture}`);
    finish(1);
  }, suiteTimeoutMs);
  const at = (file) => ({ scheme: 'vscode-remote', authority: server.authority, path: file });
  const developmentOptions = {
    extensions: [at(path.join(harness, 'test-driver'))],
    extensionTestsPath: at(suite),
  };
  // "interactive" comes before module scripts run, so the editor reads the changed configuration.
  await page.addInitScript((options) => {
    document.addEventListener('readystatechange', () => {
      const meta = document.getElementById('vscode-workbench-web-configuration');
      if (!meta || document.readyState !== 'interactive') return;
      const configuration = JSON.parse(meta.dataset.settings);
      configuration.developmentOptions = { ...configuration.developmentOptions, ...options };
      meta.dataset.settings = JSON.stringify(configuration);
    });
  }, developmentOptions);
  await page.goto(`${server.url}/?folder=${encodeURIComponent(folder)}`, { timeout: 90_000 });
  const code = await done;
  clearTimeout(timer);
  // A suite that ended without a word did not pass.
  counts ??= { passed: 0, failed: 1, skipped: 0 };
  return code !== 0 && counts.failed === 0 ? { ...counts, failed: 1 } : counts;
}
