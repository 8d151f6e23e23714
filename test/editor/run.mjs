// The editor tests: the packaged extension in a real VS Code, by its API, by its screen, and its server in Neovim.
// `node test/editor/run.mjs [RING…]`; prints the count of each ring, and all of them in the last line.
import fs from 'node:fs';
import { must } from '../../scripts/setup.mjs';
import { chromiumFile, projectNode, vsixFile } from './harness/paths.mjs';
import { ensureHarness } from './harness/setup.mjs';

/** Why a ring cannot run here, or undefined. */
function browserReason() {
  if (!chromiumFile()) return 'no Chromium: install it, or name one in CHROMIUM';
  return ensureHarness();
}

const rings = {
  'extension host': {
    reason: browserReason,
    run: async () => (await import('./extension-host.mjs')).runExtensionHost(),
  },
  screen: { reason: browserReason, run: async () => (await import('./ui/run.mjs')).runScreen() },
  neovim: {
    reason: async () => (await import('./neovim/run.mjs')).neovimReason(),
    run: async () => (await import('./neovim/run.mjs')).runNeovim(),
  },
};

const asked = process.argv.slice(2);
const names = asked.length > 0 ? asked : Object.keys(rings);
if (!process.env.VERMAGIC_VSIX || !fs.existsSync(vsixFile())) must(projectNode(), ['scripts/package.mjs', '--check']);

const total = { passed: 0, failed: 0, skipped: 0 };
for (const name of names) {
  const counts = await runRing(name);
  for (const key of Object.keys(total)) total[key] += counts[key];
}
console.log(`editor: ${total.passed} passed, ${total.failed} failed, ${total.skipped} skipped`);
process.exit(total.failed === 0 ? 0 : 1);

async function runRing(name) {
  console.log(`\n${name}`);
  const ring = rings[name];
  if (!ring) throw new Error(`No such ring: ${name}. There are: ${Object.keys(rings).join(', ')}.`);
  const reason = await ring.reason();
  if (reason) {
    console.log(`${name}: skipped: ${reason}`);
    return { passed: 0, failed: 0, skipped: 1 };
  }
  try {
    const counts = await ring.run();
    console.log(`${name}: ${counts.passed} passed, ${counts.failed} failed, ${counts.skipped} skipped`);
    return counts;
  } catch (error) {
    console.error(`${name}: ${error.stack ?? error}`);
    return { passed: 0, failed: 1, skipped: 0 };
  }
}
