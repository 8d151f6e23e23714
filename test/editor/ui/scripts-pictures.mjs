// Makes the pictures of a script in docs/pictures: `node test/editor/ui/scripts-pictures.mjs [FOLDER]`.
import path from 'node:path';
import { startCodeServer } from '../harness/code-server.mjs';
import { root, vsixFile } from '../harness/paths.mjs';
import { ensureHarness } from '../harness/setup.mjs';
import { scripts } from './scripts.mjs';
import { goTo, openFile, squiggles } from './text-editor.mjs';
import { Workbench } from './workbench.mjs';

const folder = path.resolve(process.argv[2] ?? path.join(root, 'docs/pictures'));
const reason = ensureHarness();
if (reason) throw new Error(reason);
const settings = {
  'workbench.colorTheme': 'Default Dark Modern',
  'breadcrumbs.enabled': false,
  'window.commandCenter': false,
  'editor.minimap.enabled': false,
  'workbench.sideBar.location': 'right',
};
const workspace = scripts.workspace();
const server = await startCodeServer({ vsix: vsixFile(), settings });
const workbench = await Workbench.open(server, workspace.folder, { width: 1100, height: 620 });
try {
  const { page } = workbench;
  const clip = { x: 0, y: 32, width: 1100, height: 300 };
  const take = async (name) => {
    await page.waitForTimeout(800);
    await page.screenshot({ path: path.join(folder, `${name}.png`), clip });
  };
  await openFile(workbench, 'deploy/load.sh');
  await workbench.command('View: Toggle Primary Side Bar Visibility');
  await squiggles(workbench, 4);
  await goTo(workbench, '9:25');
  await workbench.command('Show or Focus Hover');
  await page.locator('.monaco-hover:visible', { hasText: 'CRCs are still checked' }).first().waitFor();
  await take('scripts-hover');
  await page.keyboard.press('Escape');
  await openFile(workbench, 'deploy/Dockerfile');
  await squiggles(workbench, 2);
  await goTo(workbench, '5:10');
  await page.keyboard.press('Control+.');
  await page.locator('.action-widget .monaco-list-row', { hasText: 'Leave nvidia-l4t-kernel out' }).first().waitFor();
  await take('scripts-quick-fix');
} finally {
  await workbench.close();
  await server.stop();
  workspace.remove();
}
