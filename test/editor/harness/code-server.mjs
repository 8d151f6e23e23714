import { spawn, spawnSync } from 'node:child_process';
import fs from 'node:fs';
import net from 'node:net';
import os from 'node:os';
import path from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { codeServer, projectNode } from './paths.mjs';

const startTimeoutMs = 60_000;

/** A quiet editor: no welcome page, no trust dialog, no chat, nothing that asks the network. */
const baseSettings = {
  'workbench.startupEditor': 'none',
  'workbench.welcomePage.walkthroughs.openOnInstall': false,
  'workbench.tips.enabled': false,
  'workbench.enableExperiments': false,
  'workbench.secondarySideBar.defaultVisibility': 'hidden',
  'security.workspace.trust.enabled': false,
  'telemetry.telemetryLevel': 'off',
  'extensions.autoUpdate': false,
  'extensions.autoCheckUpdates': false,
  'extensions.ignoreRecommendations': true,
  'update.mode': 'none',
  'chat.disableAIFeatures': true,
  'git.enabled': false,
  'npm.autoDetect': 'off',
  'files.simpleDialog.enable': true,
};

/**
 * Starts a VS Code server on 127.0.0.1 with a fresh profile and, if given, one packaged extension.
 * `stop()` ends it and removes the profile (KEEP=1 keeps it, with server.log).
 */
export async function startCodeServer({ vsix, settings = {}, port, env = {} }) {
  const profile = fs.mkdtempSync(path.join(os.tmpdir(), 'vermagic-editor-'));
  const data = path.join(profile, 'data');
  fs.mkdirSync(path.join(data, 'User'), { recursive: true });
  fs.writeFileSync(path.join(profile, 'config.yaml'), '');
  fs.writeFileSync(path.join(data, 'User/settings.json'), JSON.stringify({ ...baseSettings, ...settings }, null, 2));
  const program = [
    path.join(codeServer, 'out/node/entry.js'),
    '--config',
    path.join(profile, 'config.yaml'),
    '--user-data-dir',
    data,
    '--extensions-dir',
    path.join(profile, 'extensions'),
  ];
  const environment = {
    ...process.env,
    HOME: profile,
    XDG_CONFIG_HOME: profile,
    XDG_DATA_HOME: profile,
    // No extension gallery: nothing leaves this machine.
    EXTENSIONS_GALLERY: '{"serviceUrl":""}',
    ...env,
  };
  if (vsix) {
    const done = spawnSync(projectNode(), [...program, '--install-extension', vsix], { env: environment });
    if (done.status !== 0) throw new Error(`${vsix} cannot be installed: ${done.stderr}`);
  }
  const address = `127.0.0.1:${port ?? (await freePort())}`;
  const log = path.join(profile, 'server.log');
  const output = fs.openSync(log, 'w');
  const child = spawn(
    projectNode(),
    [
      ...program,
      ...['--auth', 'none', '--bind-addr', address, '--disable-telemetry', '--disable-update-check'],
      ...['--disable-workspace-trust', '--disable-getting-started-override', '--ignore-last-opened'],
    ],
    { env: environment, stdio: ['ignore', output, output], detached: true },
  );
  fs.closeSync(output);
  const gone = new Promise((resolve) => child.once('exit', resolve));
  const stop = async () => {
    try {
      process.kill(-child.pid, 'SIGTERM');
    } catch {
      // gone already
    }
    await Promise.race([gone, sleep(5000)]);
    if (!process.env.KEEP) fs.rmSync(profile, { recursive: true, force: true, maxRetries: 20, retryDelay: 100 });
  };
  const url = `http://${address}`;
  const deadline = Date.now() + startTimeoutMs;
  while (!(await answers(`${url}/healthz`))) {
    if (child.exitCode !== null || Date.now() > deadline) {
      const said = fs.readFileSync(log, 'utf8');
      await stop();
      throw new Error(`code-server did not start: ${said}`);
    }
    await sleep(100);
  }
  return { url, authority: address, profile, stop };
}

async function answers(url) {
  try {
    return (await fetch(url)).ok;
  } catch {
    return false;
  }
}

function freePort() {
  return new Promise((resolve) => {
    const server = net.createServer().listen(0, '127.0.0.1', () => {
      const { port } = server.address();
      server.close(() => resolve(port));
    });
  });
}
