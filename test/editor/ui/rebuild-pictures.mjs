// Makes docs/pictures/phases-dark.png: `node test/editor/ui/rebuild-pictures.mjs [FOLDER]`. No engine is needed.
import fs from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { startCodeServer } from '../harness/code-server.mjs';
import { root, vsixFile } from '../harness/paths.mjs';
import { ensureHarness } from '../harness/setup.mjs';
import { Workbench } from './workbench.mjs';

const folder = path.resolve(process.argv[2] ?? path.join(root, 'docs/pictures'));
const reason = ensureHarness();
if (reason) throw new Error(reason);
fs.mkdirSync(folder, { recursive: true });
const place = fs.mkdtempSync(path.join(os.tmpdir(), 'vermagic-pictures-'));
const board = path.join(place, 'board');
writeBoard();
const settings = { 'workbench.colorTheme': 'Default Dark Modern', 'breadcrumbs.enabled': false };
const server = await startCodeServer({ vsix: vsixFile(), settings });
const workbench = await Workbench.open(server, board, { width: 1280, height: 760 });
try {
  await takePicture(workbench);
} finally {
  await workbench.close();
  await server.stop();
  fs.rmSync(place, { recursive: true });
}

/** A board's project, of which everything is built by commands that take no time. */
function writeBoard() {
  const phases = [
    {
      name: 'extract',
      kind: 'source',
      command: ['sh', 'extract.sh'],
      inputs: ['patches/*.patch'],
      outputs: ['src.txt'],
    },
    {
      name: 'kernel',
      command: ['sh', 'kernel.sh'],
      inputs: ['src.txt', 'versions.env', 'kernel.config'],
      outputs: ['EXPECTED_VERMAGIC'],
    },
    { name: 'modules', command: ['sh', 'modules.sh'], inputs: ['EXPECTED_VERMAGIC'], outputs: ['modules.txt'] },
    { name: 'bake', kind: 'rootfs', command: ['sh', 'bake.sh'], inputs: ['modules.txt'], outputs: ['image.txt'] },
    { name: 'flash', command: ['./flash.sh'] },
  ];
  const files = {
    'vermagic.json': JSON.stringify({ pipeline: { phases } }, null, 2),
    'versions.env': '# What every phase is pinned to.\nKERNEL_BASE_VERSION=5.15.148\nLOCALVERSION=-tegra\n',
    'kernel.config': 'CONFIG_PREEMPT_RT=y\nCONFIG_MODVERSIONS=y\n',
    'patches/0001-rt.patch': '+rt\n',
    'extract.sh': 'cat patches/*.patch > src.txt\n',
    'kernel.sh':
      '. ./versions.env\necho "$KERNEL_BASE_VERSION$LOCALVERSION SMP preempt_rt mod_unload" > EXPECTED_VERMAGIC\n',
    'modules.sh': 'cp EXPECTED_VERMAGIC modules.txt\n',
    'bake.sh': 'cp modules.txt image.txt\n',
  };
  for (const [name, text] of Object.entries(files)) {
    fs.mkdirSync(path.dirname(path.join(board, name)), { recursive: true });
    fs.writeFileSync(path.join(board, name), text);
  }
}

async function takePicture(workbench) {
  const { page } = workbench;
  const row = (words) => page.locator(`.part.sidebar .monaco-list-row[aria-label^="${words}"]`).first();
  const focus = 'Vermagic: Focus on Build Phases View';
  while (!(await workbench.paletteOffers(focus)).includes(focus)) await page.waitForTimeout(500);
  await workbench.command(focus);
  await row('never run: kernel').waitFor();
  await workbench.command('Vermagic: Rebuild What Is Stale');
  await page.locator('.monaco-dialog-box').getByRole('button', { name: 'Run', exact: true }).click();
  await row('clean: bake').waitFor();
  await page.keyboard.press('Escape');
  const pins = path.join(board, 'versions.env');
  fs.writeFileSync(pins, fs.readFileSync(pins, 'utf8').replace('-tegra', '-mine'));
  await row('stale: kernel').locator('.monaco-tl-twistie').click();
  await row('because: LOCALVERSION').click();
  await row('stale: modules').hover();
  await page.waitForTimeout(1500);
  await page.screenshot({ path: path.join(folder, 'phases-dark.png') });
}
