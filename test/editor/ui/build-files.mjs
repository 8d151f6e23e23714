import assert from 'node:assert/strict';
import fs from 'node:fs';
import path from 'node:path';
import { BuildWorkspace } from '../../server/build-workspace.ts';
import { openFile } from './text-editor.mjs';

/** The sample project with a small kernel source in it: configuration, Kbuild file and Module.symvers as a person meets them. */
export const buildFiles = {
  name: 'build files',
  workspace() {
    const workspace = new BuildWorkspace();
    return { folder: workspace.folder, remove: () => workspace.remove() };
  },
  cases: {
    'above .config stands its vermagic and the target that it fits': async (workbench) => {
      await openFile(workbench, 'kernel/src/.config');
      const lens = await lensText(workbench, '→ 6.1.0');
      assert.equal(lens, '→ 6.1.0-56-rt-arm64 SMP preempt_rt mod_unload modversions aarch64 · matches orin-rt');
    },
    'hover of a symbol: its effect, its value in the targets, Kconfig': async (workbench) => {
      const hover = await hoverWord(workbench, 'CONFIG_PREEMPT_RT', 'Fully Preemptible Kernel');
      assert.match(hover, /Puts "preempt_rt" into vermagic/);
      assert.match(hover, /orin-rt: y · orin-stock: not set/);
      await workbench.page.mouse.move(5, 5);
    },
    'F12 leads to the Kconfig file': async (workbench) => {
      await word(workbench, 'CONFIG_NET_DSA').click();
      await workbench.page.keyboard.press('F12');
      await workbench.page.locator('.tab.active[aria-label*="Kconfig"]').waitFor();
      await workbench.page.locator('.view-line', { hasText: 'config NET_DSA' }).first().waitFor();
    },
    'references of a symbol are in Kconfig files and Makefiles': async (workbench) => {
      const { page } = workbench;
      await openFile(workbench, 'kernel/src/.config');
      await word(workbench, 'CONFIG_NET_DSA').click();
      await page.keyboard.press('Shift+F12');
      const peek = page.locator('.peekview-widget');
      await peek.locator('.ref-tree .monaco-list-row', { hasText: 'Makefile' }).locator('.monaco-tl-twistie').click();
      await peek.locator('.ref-tree .monaco-list-row', { hasText: 'obj-$(CONFIG_NET_DSA) += dsa.o' }).waitFor();
      assert.match(await peek.locator('.head').innerText(), /References \(2\)/);
      const files = await peek.locator('.ref-tree .monaco-list-row', { hasText: 'kernel/src/net' }).allInnerTexts();
      assert.deepEqual(files.map((text) => text.split('\n')[0]).toSorted(), [
        'Kconfigkernel/src/net',
        'Makefilekernel/src/net',
      ]);
      await page.keyboard.press('Escape');
      await peek.waitFor({ state: 'detached' });
    },
    'a quick fix writes what Kconfig will write': async (workbench, { folder }) => {
      await openFile(workbench, 'kernel/src/.config');
      const { page } = workbench;
      await page.locator('.squiggly-error, .squiggly-warning, .squiggly-info').first().waitFor();
      await word(workbench, 'CONFIG_NET_DSA').click();
      await page.keyboard.press('Control+.');
      const fix = page.locator('.action-widget .monaco-list-row', { hasText: 'as Kconfig will' }).first();
      await fix.waitFor();
      await fix.click();
      await page.locator('.view-line', { hasText: '# CONFIG_NET_DSA is not set' }).first().waitFor();
      await page.keyboard.press('Control+s');
      await until(() =>
        /^# CONFIG_NET_DSA is not set$/m.test(fs.readFileSync(path.join(folder, 'kernel/src/.config'), 'utf8')),
      );
    },
    'names and values are offered': async (workbench) => {
      const { page } = workbench;
      await page.keyboard.press('Control+End');
      await page.keyboard.type('CONFIG_NET_');
      await suggestion(workbench, 'CONFIG_NET_DSA');
      await page.keyboard.type('DSA=');
      await suggestion(workbench, 'as a module');
      await page.keyboard.press('Escape');
      for (let letter = 0; letter < 15; letter++) await page.keyboard.press('Backspace');
      await page.keyboard.press('Control+s');
    },
    'above obj-m stands the verdict of each module; a click opens its page': async (workbench) => {
      await openFile(workbench, 'source/mine/Kbuild');
      assert.match(await lensText(workbench, 'mine.ko'), /^✓ mine\.ko loads on orin-rt/);
      assert.match(
        await lensText(workbench, 'orca_dma.ko'),
        /^✗ orca_dma\.ko is refused by orin-rt: .*__get_free_pages/,
      );
      await workbench.page.locator('.codelens-decoration a', { hasText: '✓ mine.ko' }).click();
      await workbench.modulePage().locator('h1', { hasText: 'mine.ko' }).waitFor();
    },
    'a missing provider is added to KBUILD_EXTRA_SYMBOLS by a quick fix': async (workbench) => {
      await openFile(workbench, 'source/mine/Kbuild');
      const { page } = workbench;
      await page.locator('.squiggly-error, .squiggly-warning').first().waitFor();
      await page
        .locator('.editor-instance .view-line span', { hasText: /^mine\.o$/ })
        .first()
        .click();
      await page.keyboard.press('Control+.');
      const fix = page
        .locator('.action-widget .monaco-list-row', { hasText: 'Add $(src)/../orca/Module.symvers' })
        .first();
      await fix.waitFor();
      await fix.click();
      await page.locator('.view-line', { hasText: 'KBUILD_EXTRA_SYMBOLS' }).first().waitFor();
      await page.keyboard.press('Control+z');
    },
    'the outline of a Kbuild file has its modules, the objects below them': async (workbench) => {
      const { page } = workbench;
      await openFile(workbench, 'source/skua/Kbuild');
      await page.keyboard.press('Control+Shift+o');
      const rows = page.locator('.quick-input-list .monaco-list-row');
      await rows.filter({ hasText: 'skua_deser.ko' }).first().waitFor();
      await page.keyboard.type('skua_lens.ko');
      await rows.filter({ hasText: 'skua_imu.ko' }).waitFor({ state: 'detached' });
      await rows.filter({ hasText: 'skua_lens.ko' }).first().click();
      await page.locator('.quick-input-widget').waitFor({ state: 'hidden' });
    },
    'the objects of a Kbuild file are links to their sources': async (workbench) => {
      const { page } = workbench;
      await openFile(workbench, 'source/mine/Kbuild');
      const link = page.locator('.editor-instance .detected-link', { hasText: 'mine.o' }).first();
      await link.waitFor();
      await link.click({ modifiers: ['Control'] });
      await page.locator('.tab.active[aria-label^="mine.c"]').waitFor();
    },
    'paths of KBUILD_EXTRA_SYMBOLS are offered': async (workbench) => {
      const { page } = workbench;
      await openFile(workbench, 'source/mine/Kbuild');
      await page.keyboard.press('Control+End');
      await page.keyboard.type('KBUILD_EXTRA_SYMBOLS := ');
      await suggestion(workbench, '../skua/Module.symvers');
      await page.keyboard.type('$(src)/../or');
      await page
        .locator('.suggest-widget.visible .monaco-list-row.focused', { hasText: '../orca/Module.symvers' })
        .waitFor();
      await page
        .locator('.suggest-widget.visible .monaco-list-row', { hasText: 'orca/Module.symvers' })
        .first()
        .click();
      await until(async () =>
        (await shownLines(workbench)).includes('KBUILD_EXTRA_SYMBOLS := $(src)/../orca/Module.symvers'),
      );
      await workbench.command('File: Revert File');
    },
    'an exported symbol is found among the symbols of the workspace': async (workbench) => {
      const { page } = workbench;
      await page.keyboard.press('Control+t');
      await page.locator('.quick-input-widget input').waitFor();
      await page.keyboard.type('orca_queue_op');
      const row = page.locator('.quick-input-list .monaco-list-row', { hasText: 'orca_queue_open' }).first();
      await row.waitFor();
      assert.match(spaced(await row.innerText()), /orca_npu/);
      await row.click();
      await page.locator('.tab.active[aria-label^="Module.symvers"]').waitFor();
      await page.locator('.editor-instance .view-line', { hasText: 'orca_queue_open' }).first().waitFor();
    },
    'hover of Module.symvers names the importers and the other kernel': async (workbench) => {
      await openFile(workbench, 'kernel/build-rt/Module.symvers');
      const { page } = workbench;
      await page.keyboard.press('Control+f');
      await page.keyboard.type('__get_free_pages');
      await page.keyboard.press('Escape');
      const hover = await hoverWord(workbench, '__get_free_pages', 'exported by the kernel itself');
      assert.match(hover, /Imported by orca_dma\.ko/);
      await page.mouse.move(5, 5);
    },
    'two Module.symvers are compared by symbol': async (workbench) => {
      await workbench.command('Vermagic: Compare Module.symvers…');
      await workbench.quickPick('kernel/build-stock');
      await workbench.page.locator('.tab.active[aria-label*="changes"]').waitFor();
      const rows = workbench.page.locator('.monaco-diff-editor .modified .view-line');
      await rows.first().waitFor();
      assert.match(spaced(await rows.first().innerText()), /^\S+ +0x[0-9a-f]{8} +(GPL|open) +\S+/);
    },
    'two configurations are compared by what they set': async (workbench) => {
      await openFile(workbench, 'kernel/build-rt/.config');
      await workbench.command('Vermagic: Compare with Another Configuration…');
      await workbench.quickPick('kernel/build-stock');
      await workbench.page.locator('.tab.active[aria-label*="↔"]').waitFor();
      await workbench.page
        .locator('.monaco-diff-editor .original .view-line', { hasText: 'CONFIG_HAVE_PREEMPT_LAZY=y' })
        .waitFor();
    },
  },
};

export async function lensText({ page }, words) {
  const lens = page.locator('.codelens-decoration', { hasText: words }).first();
  await lens.waitFor();
  const parts = await lens.locator('a, span').allInnerTexts();
  return spaced(parts.find((text) => text.includes(words)) ?? '').trim();
}

/** As read: the editor's blanks do not break. */
const spaced = (text) => text.replaceAll('\u00a0', ' ');

async function shownLines({ page }) {
  return (await page.locator('.editor-instance .view-line').allInnerTexts()).map(spaced);
}

function word({ page }, text) {
  return page.locator('.editor-instance .view-line', { hasText: text }).first().locator('span span').first();
}

export async function hoverWord(workbench, text, says) {
  const { page } = workbench;
  const hover = page.locator('.monaco-hover-content', { hasText: says }).first();
  const line = page.locator('.editor-instance .view-line', { hasText: text }).first();
  await line.getByText(text, { exact: false }).last().hover();
  await hover.waitFor();
  return spaced(await hover.innerText());
}

async function suggestion({ page }, text) {
  await page.keyboard.press('Control+Space');
  await page.locator('.suggest-widget.visible .monaco-list-row', { hasText: text }).first().waitFor();
}

async function until(condition) {
  for (const end = Date.now() + 20_000; !(await condition()); ) {
    if (Date.now() > end) throw new Error(`not within 20 s: ${condition}`);
    await new Promise((wake) => setTimeout(wake, 100));
  }
}
