import assert from 'node:assert/strict';
import fs from 'node:fs';
import path from 'node:path';
import { moduleFolder } from '../harness/workspace.mjs';

/** A file that changes on disk changes everything that is on the screen. */
export const liveUpdates = {
  name: 'live updates',
  cases: {
    'a refused module is on the page, in the Problems panel and in the Explorer': async (workbench) => {
      await workbench.expand('rootfs');
      await workbench.expand('skua');
      const page = await workbench.openModule('skua_imu.ko');
      await page.locator('h2', { hasText: 'Refused by orin-rt' }).waitFor();
      const problems = await workbench.problems('skua_imu.ko');
      await problems.filter({ hasText: 'skua_imu.ko' }).first().waitFor();
    },
    'a rebuilt module that loads changes all three': async (workbench, workspace) => {
      const modules = path.join(workspace.folder, moduleFolder, 'skua');
      fs.copyFileSync(path.join(modules, 'skua_ctl.ko'), path.join(modules, 'skua_imu.ko'));
      await workbench.modulePage().locator('h2', { hasText: 'Loads on orin-rt' }).waitFor();
      await workbench.tooltip('skua_imu.ko', 'Loads on orin-rt');
      assert.match(await workbench.badge('skua_imu.ko'), /✓/);
      const errors = workbench.page.locator('.markers-panel .monaco-list-row', { hasText: 'module_layout' });
      await errors.first().waitFor({ state: 'detached' });
    },
    'a module cut short changes all three again': async (workbench, workspace) => {
      fs.truncateSync(path.join(workspace.folder, moduleFolder, 'skua/skua_imu.ko'), 100);
      await workbench.modulePage().locator('h2', { hasText: 'Refused by orin-rt' }).waitFor();
      await workbench.modulePage().locator('#problems-title').waitFor();
      await workbench.tooltip('skua_imu.ko', 'Refused by orin-rt');
    },
    'a deleted module leaves a page that says so': async (workbench, workspace) => {
      fs.rmSync(path.join(workspace.folder, moduleFolder, 'skua/skua_imu.ko'));
      await workbench.modulePage().locator('h1', { hasText: 'The file is gone' }).waitFor();
    },
  },
};
