import assert from 'node:assert/strict';
import fs from 'node:fs';
import path from 'node:path';
import { buildOnHost, helloC, moduleWorkspace, rebuildEngine } from '../../kernels/rebuild-engine.ts';

// A container engine takes minutes to set up: only where it is asked for. The editor's server inherits its settings.
export const engine = process.env.VERMAGIC_REBUILD ? rebuildEngine() : undefined;
if (engine && !engine.problem) Object.assign(process.env, engine.env);

/** From a refused module to one that loads, by clicking, with a real engine and a real Kbuild. */
export const rebuild = {
  name: 'rebuild',
  skip: () => (engine ? engine.problem : 'VERMAGIC_REBUILD is not set: no container engine is used'),
  workspace: () => {
    const folder = moduleWorkspace(engine);
    buildOnHost(folder, engine.stock);
    return { folder, remove: () => fs.rmSync(path.dirname(folder), { recursive: true, force: true }) };
  },
  cases: {
    'a module built for another kernel is refused, and its page offers the rebuild': async (workbench) => {
      const page = await workbench.openModule('hello.ko');
      await page.locator('h2', { hasText: 'Refused by rt' }).waitFor();
      await page.getByRole('button', { name: 'Rebuild in Container' }).click();
    },
    'the exact commands are shown before anything runs': async (workbench) => {
      const dialog = workbench.page.locator('.monaco-dialog-box');
      await dialog.waitFor();
      const text = await dialog.textContent();
      assert.match(text, /podman run --rm .*--mount=type=bind,source=.*,target=\/src.* make -C .* modules/s);
      assert.equal(await workbench.page.locator('.notification-toast', { hasText: 'modules' }).count(), 0);
      await dialog.getByRole('button', { name: 'Run', exact: true }).click();
    },
    'progress is shown, and afterwards page, tooltip and Problems say that it loads': async (workbench) => {
      const toast = (text) => workbench.page.locator('.notification-toast', { hasText: text }).first();
      await toast(/modules · \d:\d\d/).waitFor();
      await toast(/Rebuilt modules: [1-9]\d* findings vanished/).waitFor();
      await workbench.modulePage().locator('h2', { hasText: 'Loads on rt' }).waitFor();
      await workbench.tooltip('hello.ko', 'Loads on rt');
      await workbench.page
        .locator('.markers-panel .monaco-list-row', { hasText: 'module_layout' })
        .waitFor({ state: 'detached' });
    },
    'a build that fails says the cause, at the line of the file in the workspace': async (workbench, { folder }) => {
      fs.writeFileSync(path.join(folder, 'hello.c'), helloC.replace('return 0;', 'return 0'));
      await workbench.command('Vermagic: Rebuild in Container');
      const toast = workbench.page.locator('.notification-toast', {
        hasText: /modules failed: .*hello\.c:9: expected/,
      });
      await toast.first().waitFor();
      const problems = await workbench.problems('hello.c');
      await problems.filter({ hasText: "expected ';'" }).first().waitFor();
    },
  },
};
