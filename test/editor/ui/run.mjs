// The extension as a person sees it: in a browser, by mouse and keyboard, over a copy of the sample workspace.
import fs from 'node:fs';
import path from 'node:path';
import { startCodeServer } from '../harness/code-server.mjs';
import { results, vsixFile } from '../harness/paths.mjs';
import { copySample } from '../harness/workspace.mjs';
import { buildFiles } from './build-files.mjs';
import { buildFixes } from './build-fixes.mjs';
import { firstLook } from './first-look.mjs';
import { liveUpdates } from './live-updates.mjs';
import { modulePage } from './module-page.mjs';
import { rebuild } from './rebuild.mjs';
import { buildPhases } from './rebuild-phases.mjs';
import { scripts } from './scripts.mjs';
import { targets } from './targets.mjs';
import { unconfigured } from './unconfigured.mjs';
import { cancelVerify, verify } from './verify.mjs';
import { Workbench } from './workbench.mjs';
import { writePipeline } from './write-pipeline.mjs';

/** Each: a name, the folder it opens, and its cases in order; the cases of one share a window. */
const groups = [
  firstLook,
  modulePage,
  targets,
  liveUpdates,
  ...unconfigured,
  buildFiles,
  buildFixes,
  rebuild,
  buildPhases,
  writePipeline,
  scripts,
  verify,
  cancelVerify,
];

/** {passed, failed, skipped}; `SCREEN=word` runs only the groups with that word in their name. */
export async function runScreen() {
  const counts = { passed: 0, failed: 0, skipped: 0 };
  const server = await startCodeServer({ vsix: vsixFile() });
  try {
    for (const group of groups) {
      if (process.env.SCREEN && !group.name.includes(process.env.SCREEN)) continue;
      await runGroup(server, group, counts);
    }
  } finally {
    await server.stop();
  }
  return counts;
}

async function runGroup(server, group, counts) {
  console.log(`  ${group.name}`);
  const reason = group.skip?.();
  if (reason) {
    console.log(`    - skipped: ${reason}`);
    counts.skipped += Object.keys(group.cases).length;
    return;
  }
  const workspace = group.workspace?.() ?? copySample();
  const workbench = await Workbench.open(server, workspace.folder);
  const cases = { ...group.cases, 'asks nothing of other machines, and the page has no error': nothingStrange };
  try {
    for (const [name, test] of Object.entries(cases)) {
      try {
        const again = await withSecondChance(workbench, () => test(workbench, workspace));
        console.log(`    ✓ ${name}${again ? ' (at the second try: the first waited in vain)' : ''}`);
        counts.passed++;
      } catch (error) {
        fs.mkdirSync(results, { recursive: true });
        const picture = path.join(results, `${group.name} - ${name}.png`.replaceAll(/[^\w. -]/g, ''));
        await workbench.page.screenshot({ path: picture });
        console.log(`    ✗ ${name}\n${error.message}\n      ${picture}`);
        counts.failed++;
        await workbench.page.keyboard.press('Escape');
      }
    }
  } finally {
    await workbench.close();
    workspace.remove();
  }
}

/**
 * A hover or menu that a busy machine closed before it was clicked makes Playwright wait in vain; that alone is tried once more.
 * @returns whether it was
 */
async function withSecondChance(workbench, test) {
  try {
    await test();
    return false;
  } catch (error) {
    if (error.name !== 'TimeoutError') throw error;
    await workbench.page.keyboard.press('Escape');
    await test();
    return true;
  }
}

function nothingStrange({ strangers }) {
  if (strangers.length > 0) throw new Error(strangers.join('\n'));
}
