import assert from 'node:assert/strict';
import fs from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { writeFiles } from '../../kernels/rebuild-engine.ts';

/** How a project is built, written down from what it has: shown first, written when the user says so. */
export const writePipeline = {
  name: 'write pipeline',
  workspace: () => {
    const place = fs.mkdtempSync(path.join(os.tmpdir(), 'vermagic-write-'));
    const folder = path.join(place, 'board');
    writeFiles(folder, {
      'vermagic.json': '{\n  // ours\n  "policy": { "containerOnly": true }\n}\n',
      Dockerfile: 'FROM debian:12\n',
      'versions.env': 'LOCALVERSION=-tegra\n',
      'scripts/01_extract_and_patch.sh': 'tar -xf kernel.tar\n',
      'scripts/02_build_kernel.sh': '. ./versions.env\nmake bindeb-pkg\n',
      'scripts/03_bake_rootfs.sh': 'cp -a out rootfs\n',
      'scripts/04_flash.sh': 'dd if=image of=/dev/sdx\n',
    });
    return { folder, remove: () => fs.rmSync(place, { recursive: true, force: true }) };
  },
  cases: {
    'what was found is shown beside the file, and nothing is written before the user says so': async (
      workbench,
      { folder },
    ) => {
      await workbench.command('Vermagic: Write Detected Pipeline to vermagic.json');
      await workbench.page.locator('.tab.active', { hasText: 'with the pipeline' }).waitFor();
      await workbench.page
        .locator('.monaco-diff-editor .modified .view-line', { hasText: '"pipeline"' })
        .first()
        .waitFor();
      assert.ok(!fs.readFileSync(path.join(folder, 'vermagic.json'), 'utf8').includes('phases'));
      const question = workbench.page.locator('.notifications-toasts .notification-list-item', {
        hasText: 'Write this pipeline into vermagic.json?',
      });
      await question.getByRole('button', { name: 'Write', exact: true }).click();
      const file = path.join(folder, 'vermagic.json');
      for (const end = Date.now() + 20_000; !fs.readFileSync(file, 'utf8').includes('phases') && Date.now() < end; )
        await workbench.page.waitForTimeout(200);
      const text = fs.readFileSync(file, 'utf8');
      assert.match(text, /\/\/ ours\n {2}"policy"/);
      const { pipeline } = JSON.parse(text.replace(/\/\/ ours/, ''));
      assert.deepEqual(
        pipeline.phases.map(({ name, kind }) => [name, kind]),
        [
          ['image', 'image'],
          ['01_extract_and_patch', 'source'],
          ['02_build_kernel', 'kernel'],
          ['03_bake_rootfs', 'rootfs'],
          ['04_flash', 'flash'],
        ],
      );
    },
  },
};
