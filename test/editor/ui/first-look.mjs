import assert from 'node:assert/strict';

/** What is seen without opening anything. */
export const firstLook = {
  name: 'first look',
  cases: {
    'the tooltip of a refused module names verdict, target, reason and vermagic': async (workbench) => {
      await workbench.expand('rootfs');
      await workbench.expand('skua');
      const tooltip = await workbench.tooltip('skua_imu.ko', 'Refused by orin-rt');
      assert.match(tooltip, /module_layout/);
      assert.match(tooltip, /vermagic: 6\.1\.0-56-arm64 SMP mod_unload modversions aarch64/);
    },
    'the tooltip of a good module says where it loads': async (workbench) => {
      await workbench.tooltip('skua_deser.ko', 'Loads on orin-rt');
    },
    'badges tell the verdict without colour': async (workbench) => {
      assert.match(await workbench.badge('skua_imu.ko'), /✗/);
      assert.match(await workbench.badge('skua_deser.ko'), /✓/);
      assert.match(await workbench.badge('skua_cam.ko.xz'), /✓/);
    },
    'the Problems panel has the refused module with the rule that refuses it': async (workbench) => {
      const problems = await workbench.problems('skua_imu.ko');
      await problems.filter({ hasText: 'skua_imu.ko' }).first().waitFor();
      const entry = problems.filter({ hasText: 'module_layout' }).first();
      await entry.waitFor();
      assert.match(await entry.textContent(), /vermagic\(?(crc|vermagic)-mismatch/);
    },
    'the palette has the commands of the extension': async (workbench) => {
      // One question a command: the list shows only as many rows as fit.
      for (const title of [
        'Select Target Kernel',
        'Inspect Module',
        'Show Vermagic Difference',
        'Show CRC Difference',
      ]) {
        const offers = await workbench.paletteOffers(`Vermagic: ${title}`);
        assert.ok(offers.includes(`Vermagic: ${title}`), `${title} is not in ${offers.join(', ')}`);
      }
      const hex = await workbench.paletteOffers('Vermagic: Open as Hex');
      assert.ok(!hex.includes('Vermagic: Open as Hex'), 'a hex view is offered without a module');
    },
  },
};
