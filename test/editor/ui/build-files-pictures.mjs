// Makes docs/pictures/build-*.png: `node test/editor/ui/build-files-pictures.mjs [FOLDER]`.
import fs from 'node:fs';
import path from 'node:path';
import { startCodeServer } from '../harness/code-server.mjs';
import { root, vsixFile } from '../harness/paths.mjs';
import { ensureHarness } from '../harness/setup.mjs';
import { buildFiles, hoverWord, lensText } from './build-files.mjs';
import { openFile } from './text-editor.mjs';
import { Workbench } from './workbench.mjs';

const folder = path.resolve(process.argv[2] ?? path.join(root, 'docs/pictures'));
const reason = ensureHarness();
if (reason) throw new Error(reason);
fs.mkdirSync(folder, { recursive: true });
const settings = {
  'workbench.colorTheme': 'Default Dark Modern',
  'breadcrumbs.enabled': false,
  'window.commandCenter': false,
  'editor.minimap.enabled': false,
};
const workspace = buildFiles.workspace();
const server = await startCodeServer({ vsix: vsixFile(), settings });
const workbench = await Workbench.open(server, workspace.folder, { width: 1000, height: 560 });
const { page } = workbench;
const take = async (what) => {
  await page.waitForTimeout(800);
  await page.screenshot({ path: path.join(folder, `${what}.png`) });
};
try {
  await page.keyboard.press('Control+b');
  await openFile(workbench, 'kernel/src/.config');
  await lensText(workbench, '→ 6.1.0');
  await hoverWord(workbench, 'CONFIG_PREEMPT_RT', 'Fully Preemptible Kernel');
  await take('build-config-dark');
  await page.mouse.move(5, 5);
  await openFile(workbench, 'source/mine/Kbuild');
  await lensText(workbench, 'orca_dma.ko');
  await page.locator('.squiggly-error, .squiggly-warning').first().waitFor();
  await take('build-kbuild-dark');
} finally {
  await workbench.close();
  await server.stop();
  workspace.remove();
}
