import { randomBytes } from 'node:crypto';
import fs from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import type { Logger } from '../ports/logger.ts';
import type { ScanCache } from '../ports/scan-cache.ts';

/** A larger file is not one of ours. */
const largestBytes = 64 * 1024 * 1024;

/** `$XDG_CACHE_HOME/vermagic/scan`, or the platform's own place for such files. */
export function scanCacheFolder(): string {
  const home = process.env['XDG_CACHE_HOME'];
  if (home !== undefined && path.isAbsolute(home)) return path.join(home, 'vermagic', 'scan');
  const local = process.env['LOCALAPPDATA'];
  if (process.platform === 'win32' && local !== undefined) return path.join(local, 'vermagic', 'scan');
  const base = process.platform === 'darwin' ? 'Library/Caches' : '.cache';
  return path.join(os.homedir(), base, 'vermagic', 'scan');
}

/** Texts in files of the user's cache folder, each written under another name and then renamed. */
export class NodeScanCache implements ScanCache {
  readonly #folder: string;
  readonly #logger: Logger;

  constructor(folder: string, logger: Logger) {
    this.#folder = folder;
    this.#logger = logger;
  }

  async read(key: string): Promise<string | undefined> {
    try {
      const file = path.join(this.#folder, `${key}.json`);
      return (await fs.stat(file)).size > largestBytes ? undefined : await fs.readFile(file, 'utf8');
    } catch {
      return undefined;
    }
  }

  async write(key: string, text: string): Promise<void> {
    const file = path.join(this.#folder, `${key}.json`);
    const draft = `${file}.${process.pid}.${randomBytes(4).toString('hex')}`;
    try {
      await fs.mkdir(this.#folder, { recursive: true, mode: 0o700 });
      await fs.writeFile(draft, text, { flag: 'wx', mode: 0o600 });
      await fs.rename(draft, file);
    } catch (error) {
      await fs.rm(draft, { force: true }).catch(() => undefined);
      this.#logger.warn(
        `the results were not kept for the next scan: ${error instanceof Error ? error.message : String(error)}. --no-cache does without.`,
      );
    }
  }
}
