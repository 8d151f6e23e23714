// The built server in another editor: Neovim attaches over stdio and prints what is published about .ko files.
import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import fs from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { findProgram } from '../../../scripts/setup.mjs';
import { projectNode, root } from '../harness/paths.mjs';
import { copySample } from '../harness/workspace.mjs';

export function neovimReason() {
  return findProgram('nvim') ? undefined : 'no Neovim: install the package neovim';
}

export async function runNeovim() {
  const workspace = copySample();
  const home = fs.mkdtempSync(path.join(os.tmpdir(), 'vermagic-neovim-'));
  const done = spawnSync('nvim', ['--headless', '--clean', '-S', path.join(import.meta.dirname, 'diagnostics.lua')], {
    cwd: workspace.folder,
    encoding: 'utf8',
    timeout: 90_000,
    env: {
      ...process.env,
      HOME: home,
      VERMAGIC_NODE: projectNode(),
      VERMAGIC_SERVER: path.join(root, 'server/dist/server.cjs'),
      VERMAGIC_WANTED: 'skua_imu.ko',
      VERMAGIC_TIMEOUT_MS: '60000',
    },
  });
  workspace.remove();
  fs.rmSync(home, { recursive: true, force: true });
  const lines = done.stdout.split('\n').filter(Boolean);
  const findings = lines.filter((line) => line.startsWith('file:')).map((line) => line.split('\t'));
  const of = (name) => findings.filter(([uri]) => uri.endsWith(`/${name}`));
  return count({
    'the refusal of a module that no buffer shows is published': () => {
      const [found] = of('skua_imu.ko');
      assert.ok(found, `nothing about skua_imu.ko in:\n${done.stdout}\n${done.stderr}`);
      assert.deepEqual(found.slice(1, 3), ['0', '0']);
      assert.match(found[3], /^(crc|vermagic)-mismatch$/);
      assert.match(found[4], /module_layout/);
    },
    'a broken file is published as such': () => {
      assert.equal(of('skua_lens.ko')[0]?.[3], 'elf-invalid');
    },
    'the server ends when the editor says so': () => {
      assert.equal(lines.at(-1), 'stopped');
    },
  });
}

function count(cases) {
  const counts = { passed: 0, failed: 0, skipped: 0 };
  for (const [name, test] of Object.entries(cases)) {
    try {
      test();
      console.log(`    ✓ ${name}`);
      counts.passed++;
    } catch (error) {
      console.log(`    ✗ ${name}\n${error.message}`);
      counts.failed++;
    }
  }
  return counts;
}
