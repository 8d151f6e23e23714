import assert from 'node:assert/strict';
import fs from 'node:fs';
import path from 'node:path';
import { copySample } from '../harness/workspace.mjs';
import { fixAll, goTo, hover, openFile, quickFix, squiggles } from './text-editor.mjs';

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
