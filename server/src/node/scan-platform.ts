import { randomBytes } from 'node:crypto';
import fs from 'node:fs/promises';
import os from 'node:os';
import type { ScanPlatform } from '../cli/cli-io.ts';
import { NodeModuleReader } from './node-module-reader.ts';
import { NodeScanCache, scanCacheFolder } from './node-scan-cache.ts';
import { readRanges } from './read-ranges.ts';
import { WorkerPool } from './worker-pool.ts';

/** This machine, as scans use it. */
export const scanPlatform: ScanPlatform = {
  cores: os.availableParallelism(),
  startThreads: (count) => new WorkerPool(count),
  createReader: () => new NodeModuleReader(),
  createCache: (logger) => new NodeScanCache(scanCacheFolder(), logger),
  readRanges,
  release: os.platform() === 'linux' ? os.release() : undefined,
  async mirror(host, say) {
    const { mirrorMachine } = await import('./ssh-mirror.ts');
    return mirrorMachine(host, say);
  },
  async writeFile(path, text) {
    const draft = `${path}.${process.pid}.${randomBytes(4).toString('hex')}`;
    try {
      await fs.writeFile(draft, text, { flag: 'wx' });
      await fs.rename(draft, path);
    } catch (error) {
      await fs.rm(draft, { force: true }).catch(() => undefined);
      throw error;
    }
  },
};
