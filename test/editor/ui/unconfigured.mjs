import fs from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { root } from '../harness/paths.mjs';
import { moduleFolder } from '../harness/workspace.mjs';

const sample = path.join(root, 'samples/jetson-rt');
const module = path.join(sample, moduleFolder, 'skua/skua_imu.ko');

/** Workspaces in which nobody ever heard of Vermagic. */
export const unconfigured = [
  {
    name: 'unconfigured, with one build tree',
    workspace: () =>
      workspaceOf((folder) =>
        fs.cpSync(path.join(sample, 'kernel/build-rt'), path.join(folder, 'linux'), { recursive: true }),
      ),
    cases: {
      'the target is found alone, and named with its origin': async (workbench) => {
        const page = await workbench.openModule('skua_imu.ko');
        await page.locator('h2', { hasText: 'Refused by' }).waitFor();
        await page.locator('.facts', { hasText: 'linux' }).waitFor();
      },
    },
  },
  {
    name: 'unconfigured, with no kernel',
    // The kernel of the machine that runs the tests would be found, and rightly so.
    skip: () =>
      fs.existsSync(`/lib/modules/${os.release()}`) ? 'this machine has modules of its own kernel' : undefined,
    workspace: () => workspaceOf(() => undefined),
    cases: {
      'the page says that no kernel is known, and offers to choose one': async (workbench) => {
        const page = await workbench.openModule('skua_imu.ko');
        await page.locator('h2', { hasText: 'No target kernel is known' }).waitFor();
        await page.getByRole('button', { name: 'Select Target Kernel…' }).click();
        await workbench.page.locator('.quick-input-list', { hasText: 'Browse…' }).waitFor();
        await workbench.page.keyboard.press('Escape');
      },
      'the status bar says it too': async (workbench) => {
        await workbench.page
          .locator('.statusbar-item[id*="vermagic.target"]', { hasText: 'No target kernel' })
          .waitFor();
      },
    },
  },
];

function workspaceOf(fill) {
  const folder = fs.mkdtempSync(path.join(os.tmpdir(), 'vermagic-plain-'));
  fs.copyFileSync(module, path.join(folder, 'skua_imu.ko'));
  fill(folder);
  return { folder, remove: () => fs.rmSync(folder, { recursive: true, force: true }) };
}
