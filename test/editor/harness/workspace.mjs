import fs from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { root } from './paths.mjs';

const sample = path.join(root, 'samples/jetson-rt');

/** A copy of the sample workspace that a test may change. `remove()` deletes it. */
export function copySample() {
  const folder = fs.mkdtempSync(path.join(os.tmpdir(), 'vermagic-workspace-'));
  const workspace = path.join(folder, 'jetson-rt');
  fs.cpSync(sample, workspace, { recursive: true });
  return { folder: workspace, remove: () => fs.rmSync(folder, { recursive: true, force: true }) };
}

/** Folder of the sample's modules, relative to the workspace. */
export const moduleFolder = 'rootfs/lib/modules/6.1.0-56-rt-arm64/updates';
