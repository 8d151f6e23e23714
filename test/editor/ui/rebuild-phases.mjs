import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import fs from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { moduleFiles, writeFiles } from '../../kernels/rebuild-engine.ts';
import { engine as anyEngine } from './rebuild.mjs';

/** Where no engine is asked for, the same phases run on this machine. */
const engine = anyEngine?.problem ? undefined : anyEngine;

/** A pipeline of small phases, each run by the real engine where there is one. */
function workspace() {
  const container = engine && { engine: engine.name, image: engine.image, mounts: mounts() };
  const make = engine ? ['make', '-C', engine.realtime, 'M=/src', 'modules'] : ['sh', 'modules.sh'];
  const phases = [
    {
      name: 'kernel',
      command: ['sh', 'build.sh'],
      inputs: ['kernel.config', 'versions.env', 'build.sh'],
      outputs: ['kernel.txt'],
    },
    {
      name: 'modules',
      command: make,
      inputs: ['*.[ch]', 'Kbuild'],
      outputs: ['hello.ko'],
      after: [],
    },
    {
      name: 'headers',
      command: ['cp', 'kernel.txt', 'headers.txt'],
      inputs: ['kernel.txt'],
      outputs: ['headers.txt'],
      container: false,
    },
    { name: 'bake', kind: 'rootfs', command: ['sh', 'bake.sh'], inputs: ['kernel.txt'], outputs: ['image.txt'] },
    { name: 'slow', command: ['sh', 'slow.sh'], after: [] },
    { name: 'flash', command: ['touch', 'flashed'], after: ['bake'] },
  ];
  const project = {
    ...(engine ? { targets: { rt: [engine.realtime] } } : {}),
    pipeline: { ...(container ? { container } : {}), phases },
  };
  const folder = path.join(fs.mkdtempSync(path.join(os.tmpdir(), 'vermagic-phases-')), 'board');
  writeFiles(folder, {
    ...moduleFiles,
    'vermagic.json': JSON.stringify(project, null, 2),
    'kernel.config': 'CONFIG_PREEMPT_RT=y\nCONFIG_HZ=250\n',
    'versions.env': 'LOCALVERSION=-tegra\n',
    'build.sh': '. ./versions.env\necho "built$LOCALVERSION"\ncat kernel.config > kernel.txt\n',
    'modules.sh': 'head -c 2000 /dev/zero > hello.ko\n',
    'slow.sh': 'echo $$ > slow.pid\nexec sleep 600\n',
    'bake.sh': 'cat kernel.txt > image.txt\n',
    '.vscode/tasks.json': JSON.stringify(tasks(), null, 2),
  });
  return { folder, remove: () => fs.rmSync(path.dirname(folder), { recursive: true, force: true }) };
}

const mounts = () => ['/usr/src:/usr/src:ro', '/usr/lib/linux-kbuild-6.1:/usr/lib/linux-kbuild-6.1:ro'];

/** What a person writes: our own task type, and a build of their own with our problem matchers. */
function tasks() {
  const said = [
    "hello.c:9:2: error: 'lost' undeclared (first use in this function)",
    'ERROR: modpost: "lost" [hello.ko] undefined!',
    "make[2]: *** No rule to make target 'wing.o', needed by 'hello.ko'.  Stop.",
  ];
  return {
    version: '2.0.0',
    tasks: [
      { label: 'build the kernel', type: 'vermagic', phase: 'kernel' },
      {
        label: 'own build',
        type: 'process',
        command: 'printf',
        args: ['%s\\n', ...said],
        problemMatcher: ['$vermagic-gcc', '$vermagic-modpost', '$vermagic-kbuild'],
      },
    ],
  };
}

/** Whether something of the slow phase is there: its container, or its process. */
function isRunning(folder) {
  if (engine) {
    const list = ['ps', '--all', '--quiet', '--filter=name=^vermagic-slow-'];
    return spawnSync(engine.name, list, { encoding: 'utf8' }).stdout.trim() !== '';
  }
  const file = path.join(folder, 'slow.pid');
  return fs.existsSync(file) && fs.existsSync(`/proc/${fs.readFileSync(file, 'utf8').trim()}`);
}

/** Phases as a person sees and runs them: the view, the commands, tasks.json, stopping. */
export const buildPhases = {
  name: 'build phases',
  workspace,
  cases: {
    'the problem matchers find errors of a build of one’s own': async (workbench) => {
      await workbench.command('Tasks: Run Task');
      await workbench.quickPick('own build');
      for (const text of ['first use in this function', '"lost" [hello.ko] undefined!', 'No rule to make target'])
        await (await workbench.problems(text)).filter({ hasText: text }).first().waitFor();
    },
    'the view shows the phases in their order, none of them ever run': async (workbench) => {
      const focus = 'Vermagic: Focus on Build Phases View';
      while (!(await workbench.paletteOffers(focus)).includes(focus)) await workbench.page.waitForTimeout(500);
      await workbench.command(focus);
      await row(workbench, 'never run: kernel').waitFor();
      await row(workbench, 'by hand: flash').waitFor();
      const rows = await sidebar(workbench).locator('.monaco-list-row .label-name').allInnerTexts();
      const names = ['kernel', 'modules', 'headers', 'bake', 'slow', 'flash'];
      assert.deepEqual(
        rows.filter((text) => names.includes(text)),
        names,
      );
    },
    'a phase is run from its row, and is clean then': async (workbench, { folder }) => {
      await row(workbench, 'never run: kernel').hover();
      await row(workbench, 'never run: kernel').getByRole('button', { name: 'Run Phase' }).click();
      await agree(workbench, engine ? /run --rm .* sh build\.sh/ : /kernel +\(in .*\)\s+sh build\.sh/);
      // On this machine it is over before it can be seen.
      if (engine) await row(workbench, 'running: kernel').waitFor();
      await row(workbench, 'clean: kernel').waitFor();
      assert.equal(fs.readFileSync(path.join(folder, 'kernel.txt'), 'utf8'), 'CONFIG_PREEMPT_RT=y\nCONFIG_HZ=250\n');
    },
    'Re-bake Root File System and Rebuild Headers Package run their phases': async (workbench, { folder }) => {
      await workbench.command('Vermagic: Re-bake Root File System');
      await agree(workbench, /sh bake\.sh/);
      await row(workbench, 'clean: bake').waitFor();
      await workbench.command('Vermagic: Rebuild Headers Package');
      await agree(workbench, /cp kernel\.txt headers\.txt/);
      await row(workbench, 'clean: headers').waitFor();
      assert.ok(fs.existsSync(path.join(folder, 'image.txt')) && fs.existsSync(path.join(folder, 'headers.txt')));
    },
    'Rebuild This Module makes just that': async (workbench, { folder }) => {
      fs.writeFileSync(path.join(folder, 'hello.ko'), '');
      await workbench.command('Vermagic: Rebuild This Module');
      await workbench.quickPick('hello.ko');
      await agree(workbench, engine ? /make -C .* M=\/src modules/ : /sh modules\.sh/);
      await row(workbench, 'clean: modules').waitFor();
      await toast(workbench, 'Rebuilt modules: ').waitFor();
      assert.ok(fs.statSync(path.join(folder, 'hello.ko')).size > 1000);
    },
    'one changed value makes the phases stale that need it, and says why at its line': async (
      workbench,
      { folder },
    ) => {
      fs.writeFileSync(path.join(folder, 'kernel.config'), 'CONFIG_PREEMPT_RT=y\nCONFIG_HZ=1000\n');
      const kernel = row(workbench, "stale: kernel, stale · CONFIG_HZ was '250', is '1000' in kernel.config");
      await kernel.waitFor();
      for (const name of ['headers', 'bake', 'flash']) await row(workbench, `stale: ${name}`).waitFor();
      assert.equal(await row(workbench, 'stale: modules').count(), 0);
      await kernel.locator('.monaco-tl-twistie').click();
      await row(workbench, 'because: CONFIG_HZ').click();
      await workbench.page.locator('.tab.active', { hasText: 'kernel.config' }).waitFor();
      await workbench.page.locator('.statusbar-item', { hasText: /Ln 2, Col 1/ }).waitFor();
      const problems = await workbench.problems('stale-build');
      await problems.filter({ hasText: "CONFIG_HZ was '250', is '1000'" }).first().waitFor();
    },
    'what is stale is run in order by one button of the view, flashing left out': async (workbench, { folder }) => {
      await workbench.command('Vermagic: Rebuild What Is Stale');
      const text = await agree(workbench, /sh build\.sh/);
      assert.ok(text.indexOf('build.sh') < text.indexOf('bake.sh') && !text.includes('flashed'), text);
      for (const name of ['kernel', 'headers', 'bake']) await row(workbench, `clean: ${name}`).waitFor();
      assert.ok(!fs.existsSync(path.join(folder, 'flashed')));
      assert.match(fs.readFileSync(path.join(folder, 'image.txt'), 'utf8'), /HZ=1000/);
    },
    'stopping in the middle ends the container, and the phase is not called done': async (workbench, { folder }) => {
      // What was never run counts as stale: it is the last of that run.
      await row(workbench, 'running: slow').waitFor();
      for (const end = Date.now() + 30_000; !isRunning(folder) && Date.now() < end; )
        await workbench.page.waitForTimeout(300);
      assert.ok(isRunning(folder), 'it did not start');
      await workbench.command('Vermagic: Stop Rebuild');
      await toast(workbench, 'slow was stopped').waitFor();
      await row(workbench, 'never run: slow').waitFor();
      assert.ok(!isRunning(folder));
    },
    'Re-run Phase… runs what was picked, fresh or not': async (workbench, { folder }) => {
      fs.rmSync(path.join(folder, '.vermagic/logs/bake.log'));
      await workbench.command('Vermagic: Re-run Phase…');
      // Its command was agreed to before: it is not asked again.
      await workbench.quickPick('bake');
      while (!fs.existsSync(path.join(folder, '.vermagic/logs/bake.log'))) await workbench.page.waitForTimeout(200);
      await row(workbench, 'clean: bake').waitFor();
    },
    'a task of tasks.json runs a phase': async (workbench, { folder }) => {
      fs.writeFileSync(path.join(folder, 'versions.env'), 'LOCALVERSION=-mine\n');
      await row(workbench, "stale: kernel, stale · LOCALVERSION was '-tegra', is '-mine'").waitFor();
      await workbench.command('Tasks: Run Task');
      await workbench.quickPick('build the kernel');
      await row(workbench, 'clean: kernel').waitFor();
    },
    'the log of a phase is one command away': async (workbench) => {
      await workbench.command('Vermagic: Show Log of Phase…');
      await workbench.quickPick('kernel');
      await workbench.page.locator('.tab.active', { hasText: 'kernel.log' }).waitFor();
      await workbench.page.locator('.view-line', { hasText: 'built-mine' }).waitFor();
    },
  },
};

/** Reads what would be run, and agrees. */
async function agree({ page }, wanted) {
  const dialog = page.locator('.monaco-dialog-box');
  await dialog.waitFor();
  const text = await dialog.textContent();
  assert.match(text, wanted);
  await dialog.getByRole('button', { name: 'Run', exact: true }).click();
  return text;
}

function sidebar({ page }) {
  return page.locator('.part.sidebar');
}

/** A row by the words that a screen reader says. */
function row(workbench, words) {
  return sidebar(workbench).locator(`.monaco-list-row[aria-label^="${words}"]`).first();
}

function toast({ page }, text) {
  return page.locator('.notifications-toasts .notification-list-item-message', { hasText: text }).first();
}
