import assert from 'node:assert/strict';
import fs from 'node:fs';
import path from 'node:path';
import { copySample } from '../harness/workspace.mjs';
import { openFile } from './build-files.mjs';

const script = `#!/bin/bash
set -euo pipefail
PKGS="nvidia-l4t-kernel jq"
sudo apt-get install -y \\
    git \\
    'nvidia-l4t-kernel-dtbs' \\
    curl
sudo apt-get dist-upgrade -y
ssh root@orin 'insmod --force-vermagic /tmp/orca_dma.ko debug=1'
sudo rmmod -f orca_dma
`;
const holds = `#!/bin/sh
sudo apt-mark unhold git nvidia-l4t-kernel
sudo apt-mark unhold nvidia-l4t-bootloader
sudo apt-get install -y --allow-change-held-packages jq
sudo apt-get install -y nvidia-l4t-kernel
modprobe -vf orca_dma
# vermagic disable=force-unload
rmmod -f orca_dma
`;
const fetches = `#!/bin/bash
PKGS="nvidia-l4t-kernel jq"
sudo apt-get install -y $PKGS
wget https://example.com/lidar.ko
sudo insmod lidar.ko
make -C source/orca modules
`;
const preferences = `Package: nvidia-l4t-kernel*
Pin: origin repo.download.nvidia.com
Pin-Priority: 1001
`;
const source = 'deb https://repo.download.nvidia.com/jetson/common r36.4 main\n';
const dockerfile = `FROM ubuntu:22.04
RUN apt-get update && \\
    apt-get install -y \\
      build-essential \\
      nvidia-l4t-kernel
RUN ["insmod", "-f", "/x.ko"]
`;
const workflow = `on: push
jobs:
  deploy:
    runs-on: [self-hosted, orin]
    steps:
      - name: load
        run: |
          set -e
          sudo modprobe -f orca_npu
      - run: sudo apt-get install -y nvidia-l4t-kernel git
`;
const files = {
  'deploy/load.sh': script,
  'deploy/holds.sh': holds,
  'deploy/fetch.sh': fetches,
  'overlay/etc/apt/preferences.d/nvidia.pref': preferences,
  'overlay2/etc/apt/sources.list.d/nvidia-l4t-apt-source.list': source,
  'deploy/Dockerfile': dockerfile,
  '.github/workflows/deploy.yml': workflow,
};
const dropped = script.replace("    'nvidia-l4t-kernel-dtbs' \\\n", '');

/** The sample project with a deployment script, a Dockerfile and a workflow that break its kernel. */
export const scripts = {
  name: 'scripts',
  workspace() {
    const workspace = copySample();
    for (const [name, text] of Object.entries(files)) {
      const file = path.join(workspace.folder, name);
      fs.mkdirSync(path.dirname(file), { recursive: true });
      fs.writeFileSync(file, text);
    }
    const project = path.join(workspace.folder, 'vermagic.json');
    const written = fs.readFileSync(project, 'utf8');
    fs.writeFileSync(project, written.replace('"policy": {', '"policy": { "containerOnly": true,'));
    return workspace;
  },
  cases: {
    'a shell script: what breaks the kernel is underlined': async (workbench) => {
      await openFile(workbench, 'deploy/load.sh');
      await squiggles(workbench, 4);
    },
    'hovers explain the flag, the package and the upgrade': async (workbench) => {
      assert.match(await hover(workbench, "'nvidia-l4t-kernel-dtbs'", 'is forbidden'), /forbidden-package/);
      assert.match(await hover(workbench, '--force-vermagic', 'CRCs are still checked'), /force-load/);
      assert.match(await hover(workbench, 'dist-upgrade', 'Expected: a hold before it'), /unguarded-upgrade/);
    },
    'a package in quotes on a continued line is left out': (workbench, workspace) =>
      quickFix(workbench, workspace, 'deploy/load.sh', '6:10', 'Leave nvidia-l4t-kernel-dtbs out', dropped),
    'a package is held first': (workbench, workspace) =>
      quickFix(workbench, workspace, 'deploy/load.sh', '6:10', /^Hold nvidia-l4t-kernel/, (text) => {
        assert.match(text, /^sudo apt-mark hold '?nvidia-l4t-kernel\S*\nsudo apt-get install -y \\$/m);
      }),
    'a hold and a pin go before an upgrade': (workbench, workspace) =>
      quickFix(workbench, workspace, 'deploy/load.sh', '8:15', 'Hold and pin the kernel packages first', (text) => {
        assert.match(text, /^sudo apt-mark hold .*\nprintf '.*-1\\n' \| sudo tee .*\nsudo apt-get dist-upgrade -y$/m);
      }),
    'a force flag inside a quoted command is removed': (workbench, workspace) => {
      const fixed = script.replace('insmod --force-vermagic /tmp', 'insmod /tmp');
      return quickFix(workbench, workspace, 'deploy/load.sh', '9:25', 'Remove --force-vermagic', fixed);
    },
    'a finding is silenced with a reason': (workbench, workspace) => {
      const comment = '# vermagic disable=force-unload -- the reason why this is right here\n';
      const fixed = script.replace('sudo rmmod', `${comment}sudo rmmod`);
      return quickFix(workbench, workspace, 'deploy/load.sh', '10:13', 'Silence force-unload here', fixed);
    },
    'in place of force a rebuild starts: it shows its commands and asks': (workbench) =>
      rebuildAsks(workbench, 'deploy/load.sh', '9:25'),
    'a package out of a variable is left out of the variable': (workbench, workspace) =>
      quickFix(
        workbench,
        workspace,
        'deploy/fetch.sh',
        '3:27',
        'Leave nvidia-l4t-kernel out',
        fetches.replace('"nvidia-l4t-kernel jq"', '"jq"'),
      ),
    'in place of a module from elsewhere a rebuild starts': (workbench) =>
      rebuildAsks(workbench, 'deploy/fetch.sh', '5:15'),
    'in place of a build on the host a rebuild starts': (workbench) => rebuildAsks(workbench, 'deploy/fetch.sh', '6:6'),
    'a protected package stays held': (workbench, workspace) =>
      quickFix(
        workbench,
        workspace,
        'deploy/holds.sh',
        '2:30',
        'Keep nvidia-l4t-kernel held',
        holds.replace('unhold git nvidia-l4t-kernel', 'unhold git'),
      ),
    'a command that only releases a hold is removed': (workbench, workspace) =>
      quickFix(
        workbench,
        workspace,
        'deploy/holds.sh',
        '3:25',
        'Remove the command',
        holds.replace('sudo apt-mark unhold nvidia-l4t-bootloader\n', ''),
      ),
    'an option that overrides holds is removed': (workbench, workspace) =>
      quickFix(
        workbench,
        workspace,
        'deploy/holds.sh',
        '4:30',
        'Remove --allow-change-held-packages',
        holds.replace(' --allow-change-held-packages', ''),
      ),
    'a command that only installs the kernel is removed': (workbench, workspace) =>
      quickFix(
        workbench,
        workspace,
        'deploy/holds.sh',
        '5:30',
        'Remove the command',
        holds.replace('sudo apt-get install -y nvidia-l4t-kernel\n', ''),
      ),
    'a letter among bundled options is removed': (workbench, workspace) =>
      quickFix(workbench, workspace, 'deploy/holds.sh', '6:12', 'Remove -f', holds.replace('-vf', '-v')),
    'a reason is added to a suppression': (workbench, workspace) =>
      quickFix(
        workbench,
        workspace,
        'deploy/holds.sh',
        '7:8',
        'Add a reason',
        holds.replace('=force-unload\n', '=force-unload -- the reason why this is right here\n'),
      ),
    'removal by force is made gentle': (workbench, workspace) =>
      quickFix(workbench, workspace, 'deploy/holds.sh', '8:8', 'Remove -f', holds.replace('rmmod -f', 'rmmod')),
    'a pin that opens the kernel is turned round': (workbench, workspace) =>
      quickFix(
        workbench,
        workspace,
        'overlay/etc/apt/preferences.d/nvidia.pref',
        '3:17',
        'Forbid these packages with priority -1',
        preferences.replace('1001', '-1'),
      ),
    "a source of the vendor's kernel is turned off": (workbench, workspace) =>
      quickFix(
        workbench,
        workspace,
        'overlay2/etc/apt/sources.list.d/nvidia-l4t-apt-source.list',
        '1:10',
        'Turn the source off',
        `# ${source}`,
      ),
    'everything in the script is fixed at once': async (workbench, workspace) => {
      await openFile(workbench, 'deploy/load.sh');
      const fixed = await fixAll(workbench, workspace, 'deploy/load.sh');
      assert.ok(!/force-vermagic|rmmod -f|'nvidia-l4t-kernel-dtbs' \\/.test(fixed), fixed);
      assert.match(fixed, /^sudo apt-mark hold /m);
      await squiggles(workbench, 0);
    },
    'a Dockerfile: squiggles, hover and fix in continued and exec forms': async (workbench, workspace) => {
      const name = 'deploy/Dockerfile';
      await openFile(workbench, name);
      await squiggles(workbench, 2);
      assert.match(await hover(workbench, 'nvidia-l4t-kernel', 'is forbidden'), /forbidden-package/);
      const without = dockerfile.replace(' \\\n      nvidia-l4t-kernel', '');
      await quickFix(workbench, workspace, name, '5:10', 'Leave nvidia-l4t-kernel out', without);
      assert.equal(await fixAll(workbench, workspace, name), without.replace('"-f", ', ''));
      await squiggles(workbench, 0);
    },
    'a workflow: squiggles, hover and fix in its run steps': async (workbench, workspace) => {
      const name = '.github/workflows/deploy.yml';
      await openFile(workbench, name);
      await squiggles(workbench, 2);
      assert.match(await hover(workbench, 'modprobe -f', 'skips the vermagic', '-f '), /force-load/);
      const gentle = workflow.replace('modprobe -f', 'modprobe');
      await quickFix(workbench, workspace, name, '9:26', 'Remove -f', gentle);
      assert.equal(await fixAll(workbench, workspace, name), gentle.replace('nvidia-l4t-kernel git', 'git'));
      await squiggles(workbench, 0);
    },
  },
};

/** Clicks the offer to rebuild at a place: the commands are shown, and nothing runs unasked. */
async function rebuildAsks(workbench, file, place) {
  await openFile(workbench, file);
  await goTo(workbench, place);
  const { page } = workbench;
  await page.keyboard.press('Control+.');
  await page.locator('.action-widget .monaco-list-row', { hasText: 'Rebuild in Container instead' }).first().click();
  const dialog = page.locator('.monaco-dialog-box');
  await dialog.waitFor();
  assert.match(
    (await dialog.textContent()).replaceAll('\u00a0', ' '),
    /Run .*\?These commands will be run, and nothing else:.* make /s,
  );
  await page.keyboard.press('Escape');
  await dialog.waitFor({ state: 'detached' });
}

export async function goTo({ page }, place) {
  await page.keyboard.press('Control+g');
  await page.locator('.quick-input-widget input').waitFor();
  await page.keyboard.type(place);
  await page.keyboard.press('Enter');
  await page.locator('.quick-input-widget').waitFor({ state: 'hidden' });
}

/** Waits until the visible editor underlines so many places. */
export async function squiggles({ page }, count) {
  const marks = page.locator('.editor-instance .squiggly-error, .editor-instance .squiggly-warning');
  for (const end = Date.now() + 30_000; ; ) {
    const found = await marks.count();
    if (found === count) return;
    if (Date.now() > end) throw new Error(`${found} places are underlined, expected ${count}`);
    await page.waitForTimeout(200);
  }
}

/** The hover over `target`, in the line that has `text`, once it says `says`. */
export async function hover({ page }, text, says, target = text) {
  const line = page.locator('.editor-instance .view-line', { hasText: text }).first();
  await page.mouse.move(5, 5);
  const { x, y } = await line.evaluate(placeOf, target);
  await page.mouse.move(x, y, { steps: 4 });
  const shown = page.locator('.monaco-hover:visible', { hasText: says }).first();
  await shown.waitFor();
  const told = (await shown.innerText()).replaceAll('\u00a0', ' ');
  await page.keyboard.press('Escape');
  return told;
}

/** The middle of the last occurrence of a text in a line on the screen; runs in the page. */
function placeOf(line, target) {
  const walker = document.createTreeWalker(line, NodeFilter.SHOW_TEXT);
  const letters = [];
  while (walker.nextNode()) {
    for (let at = 0; at < walker.currentNode.length; at++) letters.push([walker.currentNode, at]);
  }
  const text = letters.map(([node, at]) => node.data.charAt(at).replace('\u00a0', ' ')).join('');
  const [node, at] = letters[text.lastIndexOf(target) + Math.floor(target.length / 2)];
  const range = document.createRange();
  range.setStart(node, at);
  range.setEnd(node, at + 1);
  const { left, top, width, height } = range.getBoundingClientRect();
  return { x: left + width / 2, y: top + height / 2 };
}

/** Applies a quick fix from the menu, saves, compares the file on disk, and takes everything back. */
async function quickFix(workbench, { folder }, name, place, title, expected) {
  const { page } = workbench;
  const file = path.join(folder, name);
  await openFile(workbench, name);
  await goTo(workbench, place);
  await page.keyboard.press('Control+.');
  await page.locator('.action-widget .monaco-list-row', { hasText: title }).first().click();
  const before = fs.readFileSync(file, 'utf8');
  const fixed = await saved(workbench, file, (text) => text !== before);
  if (typeof expected === 'string') assert.equal(fixed, expected);
  else expected(fixed);
  await page.keyboard.press('Control+z');
  await saved(workbench, file, (text) => text === before);
}

/** The file after the source action that fixes all. */
async function fixAll(workbench, { folder }, name) {
  const { page } = workbench;
  const file = path.join(folder, name);
  const before = fs.readFileSync(file, 'utf8');
  await workbench.command('Source Action...');
  await page.locator('.action-widget .monaco-list-row', { hasText: 'Fix all Vermagic findings' }).first().click();
  return saved(workbench, file, (text) => text !== before);
}

async function saved({ page }, file, condition) {
  for (const end = Date.now() + 20_000; ; ) {
    await page.keyboard.press('Control+s');
    const text = fs.readFileSync(file, 'utf8');
    // Empty: read in the middle of being written.
    if (text !== '' && condition(text)) return text;
    if (Date.now() > end) throw new Error(`${path.basename(file)} is not as expected on disk:\n${text}`);
    await page.waitForTimeout(200);
  }
}
