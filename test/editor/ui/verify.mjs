import assert from 'node:assert/strict';
import fs from 'node:fs';
import path from 'node:path';
import { copySample, moduleFolder } from '../harness/workspace.mjs';

/** Verifying a whole root file system: command, progress, rows, and what can be done with them. */
export const verify = {
  name: 'verify tree',
  cases: {
    'the view says what can be verified before anything was': async (workbench) => {
      await workbench.page.locator('.activitybar .action-item', { has: workbench.page.getByLabel('Vermagic') }).click();
      const welcome = kernelModules(workbench).locator('.welcome-view-content');
      await welcome.getByRole('button', { name: 'Verify Tree…' }).waitFor();
      await welcome.getByRole('button', { name: 'Verify Before Flashing' }).waitFor();
    },
    'a root file system of the workspace is verified, and the verdict is said': async (workbench) => {
      await workbench.command('Vermagic: Verify Tree…');
      await workbench.quickPick('root file system');
      await toast(workbench, 'Not ready: rootfs: 9 of 15 modules would be refused').waitFor();
      await row(workbench, 'refused: rootfs, 9 of 15 refused').waitFor();
      await workbench.page.keyboard.press('Escape');
    },
    'its rows are the modules that would be refused, each with verdict and errno': async (workbench) => {
      const module = row(workbench, 'refused: orca_dma.ko, refused, EINVAL');
      await module.waitFor();
      const rows = await kernelModules(workbench).locator('.monaco-list-row').allInnerTexts();
      assert.ok(!rows.some((text) => text.includes('orca_npu.ko')), 'a module that loads is listed');
      await module.locator('.monaco-tl-twistie').click();
      await row(workbench, 'error: crc-mismatch, __get_free_pages').waitFor();
    },
    'a finding leads to the page of its module': async (workbench) => {
      await row(workbench, 'error: crc-mismatch, __get_free_pages').click();
      await workbench.modulePage().locator('h1', { hasText: 'orca_dma.ko' }).waitFor();
    },
    'what only the whole tree shows is in the Problems panel': async (workbench) => {
      const problems = await workbench.problems('mixed-vermagic');
      await problems.filter({ hasText: 'of 13 modules has vermagic' }).first().waitFor();
    },
    'rows are found by the keyboard alone': async (workbench) => {
      await workbench.command('Vermagic: Focus on Kernel Modules View');
      // Enter selects a row, and folds it.
      for (const key of ['Home', 'Enter', 'Control+c', 'Enter']) await workbench.page.keyboard.press(key);
      await workbench.page.locator('.statusbar-item', { hasText: 'Copied' }).waitFor();
      const copied = await workbench.page.evaluate(() => navigator.clipboard.readText());
      assert.match(copied, /^rootfs on orin-rt.*: 9 of 15 refused/);
      assert.match(copied, /orca_dma\.ko: refused, EINVAL/);
    },
    'a filter by name leaves the modules of that name': async (workbench) => {
      await workbench.command('Vermagic: Filter Kernel Modules…');
      await workbench.page.getByPlaceholder('A severity, a rule, or part of a file name').fill('skua_imu');
      await workbench.quickPick('Files named “skua_imu”');
      await row(workbench, 'refused: orca_dma.ko').waitFor({ state: 'detached' });
      await row(workbench, 'refused: skua_imu.ko').waitFor();
      await kernelModules(workbench).getByText('Only findings in files named “skua_imu” are shown.').waitFor();
      await workbench.command('Vermagic: Clear Filter of Kernel Modules');
      await row(workbench, 'refused: orca_dma.ko').waitFor();
    },
    'a filter by severity hides warnings': async (workbench) => {
      await row(workbench, 'warning: modules-dep-stale').waitFor();
      await workbench.command('Vermagic: Filter Kernel Modules…');
      await workbench.quickPick('Errors only');
      await row(workbench, 'warning: modules-dep-stale').waitFor({ state: 'detached' });
      await workbench.command('Vermagic: Clear Filter of Kernel Modules');
    },
    'grouped by rule, a rule holds the modules that break it': async (workbench) => {
      await workbench.command('Vermagic: Group Kernel Modules by Rule');
      const rule = row(workbench, 'error: crc-mismatch, 4 findings in 2 files');
      await rule.waitFor();
      await rule.locator('.monaco-tl-twistie').click();
      await row(workbench, 'error: orca_dma.ko, __get_free_pages').waitFor();
      await workbench.command('Vermagic: Group Kernel Modules by Module');
    },
    'a module that is put right leaves the rows by itself': async (workbench, workspace) => {
      const modules = path.join(workspace.folder, moduleFolder, 'skua');
      fs.copyFileSync(path.join(modules, 'skua_ctl.ko'), path.join(modules, 'skua_imu.ko'));
      await row(workbench, 'refused: rootfs, 8 of 15 refused').waitFor();
      await row(workbench, 'refused: skua_imu.ko').waitFor({ state: 'detached' });
    },
    'before flashing, everything that stands against it is one verdict': async (workbench) => {
      await workbench.command('Vermagic: Verify Before Flashing');
      const said = toast(workbench, 'Do not flash: ');
      await said.waitFor();
      assert.match(await said.innerText(), /rootfs: 8 of 15 modules would be refused/);
      assert.match(await said.innerText(), /errors in scripts and configuration/);
      await row(workbench, 'refused: Do not flash').waitFor();
      await row(workbench, 'error: Scripts and configuration').waitFor();
    },
    'a tree is verified against another kernel than its own': async (workbench) => {
      await workbench.page.keyboard.press('Escape');
      await workbench.command('Vermagic: Verify Tree…');
      await workbench.quickPick('Compare with Another Kernel…');
      await workbench.quickPick('orin-stock');
      await workbench.quickPick('root file system');
      await toast(workbench, 'Not ready: rootfs: 15 of 15 modules would be refused').waitFor();
      await row(workbench, 'refused: rootfs, 15 of 15 refused').waitFor();
    },
  },
};

/** A tree that takes long enough to change one's mind. */
export const cancelVerify = {
  name: 'verify a large tree',
  workspace: largeRootfs,
  cases: {
    'a verification tells how far it is, and can be cancelled': async (workbench) => {
      await workbench.command('Vermagic: Verify Tree…');
      await workbench.quickPick('root file system');
      const progress = workbench.page.locator('.notifications-toasts .notification-list-item', {
        hasText: /Verifying rootfs: \d+ of \d+ modules, \d+ a second/,
      });
      await progress.waitFor();
      await progress.getByRole('button', { name: 'Cancel' }).click();
      await progress.waitFor({ state: 'detached' });
      assert.equal(await toast(workbench, 'rootfs').count(), 0, 'a verdict on a tree that was not verified');
    },
  },
};

function largeRootfs() {
  const sample = copySample();
  const modules = path.join(sample.folder, moduleFolder, 'skua');
  for (let copy = 0; copy < 1200; copy++)
    fs.linkSync(path.join(modules, 'skua_imu.ko'), path.join(modules, `skua_imu_${copy}.ko`));
  return sample;
}

function kernelModules({ page }) {
  return page.locator('.part.sidebar');
}

/** A row by the words that a screen reader says. */
function row(workbench, words) {
  return kernelModules(workbench).locator(`.monaco-list-row[aria-label^="${words}"]`).first();
}

function toast({ page }, text) {
  return page.locator('.notifications-toasts .notification-list-item-message', { hasText: text }).first();
}
