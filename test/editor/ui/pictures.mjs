// Makes the pictures of docs/pictures from the sample workspace: `node test/editor/ui/pictures.mjs [FOLDER]`.
import fs from 'node:fs';
import path from 'node:path';
import { startCodeServer } from '../harness/code-server.mjs';
import { root, vsixFile } from '../harness/paths.mjs';
import { ensureHarness } from '../harness/setup.mjs';
import { copySample } from '../harness/workspace.mjs';
import { Workbench } from './workbench.mjs';

const folder = path.resolve(process.argv[2] ?? path.join(root, 'docs/pictures'));
const themes = {
  dark: 'Default Dark Modern',
  light: 'Default Light Modern',
  contrast: 'Default High Contrast',
};
const viewport = { width: 1280, height: 860 };

const reason = ensureHarness();
if (reason) throw new Error(reason);
fs.mkdirSync(folder, { recursive: true });
const sample = copySample();
for (const [name, theme] of Object.entries(themes)) {
  const settings = { 'workbench.colorTheme': theme, 'breadcrumbs.enabled': false, 'window.commandCenter': false };
  const server = await startCodeServer({ vsix: vsixFile(), settings });
  const workbench = await Workbench.open(server, sample.folder, viewport);
  try {
    await takePictures(workbench, name);
  } finally {
    await workbench.close();
    await server.stop();
  }
}
sample.remove();

async function takePictures(workbench, theme) {
  const { page } = workbench;
  const take = async (what) => {
    await page.waitForTimeout(600);
    await page.screenshot({ path: path.join(folder, `${what}-${theme}.png`) });
  };
  await workbench.expand('rootfs');
  await workbench.expand('skua');
  await workbench.tooltip('skua_imu.ko', 'Refused by orin-rt');
  if (theme === 'dark') await take('explorer');
  const module = await workbench.openModule('skua_imu.ko');
  await module.locator('h2', { hasText: 'Refused by orin-rt' }).waitFor();
  await page.mouse.move(800, 5);
  await take('module');
  if (theme !== 'dark') return;
  await module.locator('#vermagic-title').evaluate((title) => title.scrollIntoView());
  await take('difference');
  await workbench.modulePage().getByRole('button', { name: 'Show Vermagic Difference' }).click();
  await page.locator('.monaco-diff-editor .modified .view-line').first().waitFor();
  await workbench.problems('updates');
  await page.locator('.markers-panel .monaco-list-row').nth(3).waitFor();
  await take('problems');
  await workbench.command('View: Close Panel');
  await workbench.command('Vermagic: Verify Before Flashing');
  const row = (words) => page.locator(`.part.sidebar .monaco-list-row[aria-label^="${words}"]`).first();
  await row('refused: rootfs').locator('.monaco-tl-twistie').click();
  await row('refused: orca_dma.ko').locator('.monaco-tl-twistie').click();
  await row('error: crc-mismatch').click();
  await workbench.modulePage().locator('h1', { hasText: 'orca_dma.ko' }).waitFor();
  await take('verify');
}
