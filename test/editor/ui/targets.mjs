import assert from 'node:assert/strict';

/** The target kernel: where it is named and how it is chosen. */
export const targets = {
  name: 'targets',
  cases: {
    'the status bar names the target while a module is looked at': async (workbench) => {
      await workbench.expand('rootfs');
      await workbench.expand('skua');
      await workbench.openModule('skua_imu.ko');
      await statusItem(workbench).filter({ hasText: 'orin-rt' }).waitFor();
    },
    'choosing another target changes page and status': async (workbench) => {
      await statusItem(workbench).click();
      await workbench.quickPick('orin-stock');
      await statusItem(workbench).filter({ hasText: 'orin-stock' }).waitFor();
      await workbench.modulePage().locator('h2', { hasText: 'Loads on orin-stock' }).waitFor();
      await workbench.tooltip('skua_imu.ko', 'Loads on orin-stock');
    },
    'the automatic choice comes back': async (workbench) => {
      await workbench.command('Vermagic: Select Target Kernel');
      await workbench.quickPick('Automatic');
      await statusItem(workbench).filter({ hasText: 'orin-rt' }).waitFor();
    },
    'the language status of a text file names the target, and where it comes from': async (workbench) => {
      await workbench.row('Makefile').dblclick();
      // What a screen reader says of it comes first: a hover over an item that is still being written closes again.
      const status = workbench.page.locator('.statusbar-item[id="status.languageStatus"][aria-label*="orin-rt"]');
      await status.waitFor();
      assert.match(await status.getAttribute('aria-label'), /orin-rt \(6\.1\.0-56-rt-arm64\), vermagic\.json/);
      const hover = await workbench.hoverText(status, '.hover-language-status', 'Select Target');
      assert.match(hover, /6\.1\.0-56-rt-arm64/);
    },
    'the server can be restarted': async (workbench) => {
      await workbench.command('Vermagic: Restart Server');
      await workbench.tooltip('skua_imu.ko', 'Refused by orin-rt');
    },
  },
};

function statusItem(workbench) {
  return workbench.page.locator('.statusbar-item[id*="vermagic.target"]');
}
