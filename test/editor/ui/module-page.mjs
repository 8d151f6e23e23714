import assert from 'node:assert/strict';

const symbolRows = '#symbols-title ~ .table-frame tbody tr';

/** The editor of a module. */
export const modulePage = {
  name: 'module page',
  cases: {
    'shows the verdict, and what the tools and the kernel would print': async (workbench) => {
      await workbench.expand('rootfs');
      await workbench.expand('skua');
      const page = await workbench.openModule('skua_imu.ko');
      await page.locator('h2', { hasText: 'Refused by orin-rt' }).waitFor();
      const terminal = await page.locator('.terminal pre').textContent();
      assert.match(terminal, /skua_imu: disagrees about version of symbol module_layout/);
      assert.match(terminal, /insmod: ERROR: could not insert module skua_imu\.ko: Invalid module format/);
    },
    'shows the vermagic word by word, with the reason of each word': async (workbench) => {
      const rows = workbench.modulePage().locator('#vermagic-title ~ .table-frame tbody tr');
      const words = await rows.filter({ hasText: 'preempt_rt' }).first().locator('th, td').allTextContents();
      assert.equal(words[0], 'none');
      assert.equal(words[1], 'preempt_rt');
      assert.equal(words[2], 'differs');
      assert.match(words[3], /CONFIG_PREEMPT/);
    },
    'filters the refused symbols, and shows all imports': async (workbench) => {
      const page = workbench.modulePage();
      const refused = await page.locator(symbolRows).count();
      assert.ok(refused > 0, 'there are refused symbols');
      await page.locator('#all-symbols').check();
      const all = await page.locator(symbolRows).count();
      assert.ok(all >= refused, `${all} imports, ${refused} refused`);
      await page.locator('#symbol-filter').fill('module_lay');
      assert.deepEqual(await page.locator(`${symbolRows} th`).allTextContents(), ['module_layout']);
      const crcs = await page.locator(`${symbolRows} td code`).allTextContents();
      assert.equal(crcs.length, 2);
      assert.match(crcs[0], /^0x[0-9a-f]{8}$/);
      assert.match(crcs[1], /^0x[0-9a-f]{8}$/);
      assert.notEqual(crcs[0], crcs[1]);
    },
    'keeps filter and scroll position while another editor is shown': async (workbench) => {
      await workbench.openModule('skua_deser.ko');
      await workbench.modulePage().locator('h1', { hasText: 'skua_deser.ko' }).waitFor();
      await workbench.openModule('skua_imu.ko');
      const filter = workbench.modulePage().locator('#symbol-filter');
      await filter.waitFor();
      assert.equal(await filter.inputValue(), 'module_lay');
      await filter.fill('');
    },
    'is used by the keyboard: the other target is one arrow away': async (workbench) => {
      const page = workbench.modulePage();
      await page.locator('[role=tab][aria-selected=true]').focus();
      await workbench.page.keyboard.press('ArrowRight');
      await page.locator('h2', { hasText: 'Loads on orin-stock' }).waitFor();
      assert.match(await page.locator(':focus').textContent(), /orin-stock/);
      await workbench.page.keyboard.press('ArrowLeft');
      await page.locator('h2', { hasText: 'Refused by orin-rt' }).waitFor();
    },
    'has landmarks, one first heading, and a caption for every table': async (workbench) => {
      const page = workbench.modulePage();
      assert.equal(await page.locator('main').count(), 1);
      assert.equal(await page.locator('h1').count(), 1);
      assert.equal(await page.locator('table:not(:has(caption))').count(), 0);
      assert.equal(await page.locator('section:not([aria-labelledby])').count(), 0);
    },
    'opens the native diff editor': async (workbench) => {
      await workbench.modulePage().getByRole('button', { name: 'Show Vermagic Difference' }).click();
      const diff = workbench.page.locator('.monaco-diff-editor');
      await diff.locator('.modified .view-line', { hasText: 'preempt_rt' }).first().waitFor();
      await diff.locator('.original .view-line', { hasText: '6.1.0-56-arm64' }).first().waitFor();
      await workbench.command('View: Close Editor');
    },
    'says that a hex view needs another extension': async (workbench) => {
      await workbench.modulePage().getByRole('button', { name: 'Open as Hex' }).click();
      await workbench.page
        .locator('.notification-list-item-message', { hasText: 'ms-vscode.hexeditor' })
        .first()
        .waitFor();
      await workbench.command('Notifications: Clear All Notifications');
    },
    'says of a broken file what is wrong with it': async (workbench) => {
      const page = await workbench.openModule('skua_lens.ko');
      await page.locator('h1', { hasText: 'skua_lens.ko' }).waitFor();
      const problems = await page.locator('#problems-title ~ ul').textContent();
      assert.match(problems, /ELF/);
      await page.locator('h2', { hasText: 'Refused by orin-rt' }).waitFor();
    },
  },
};
