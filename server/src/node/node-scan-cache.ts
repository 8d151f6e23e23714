import { randomBytes } from 'node:crypto';
import fs from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import type { Logger } from '../ports/logger.ts';
import type { ScanCache } from '../ports/scan-cache.ts';
import { isRunning } from './running-process.ts';

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

/** Files kept at most: one for each tree and kernel that was scanned, the ones not written for longest go first. */
const mostFiles = 64;
/** Under this name a file is written before it gets its own. */
const draftName = /\.json\.(\d+)\.[0-9a-f]{8}$/;

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
      await this.#tidy();
    } catch (error) {
      await fs.rm(draft, { force: true }).catch(() => undefined);
      this.#logger.warn(
        `the results were not kept for the next scan: ${error instanceof Error ? error.message : String(error)}. --no-cache does without.`,
      );
    }
  }

  /** Takes away what scans that were killed left half written, and what has not been of use for longest. */
  async #tidy(): Promise<void> {
    const whole: { readonly file: string; readonly modifiedMs: number }[] = [];
    for (const name of await fs.readdir(this.#folder)) {
      const file = path.join(this.#folder, name);
      const writer = draftName.exec(name)?.[1];
      if (writer !== undefined && !isRunning(Number(writer))) await fs.rm(file, { force: true });
      if (!name.endsWith('.json')) continue;
      const stat = await fs.stat(file).catch(() => undefined);
      if (stat !== undefined) whole.push({ file, modifiedMs: stat.mtimeMs });
    }
    whole.sort((a, b) => b.modifiedMs - a.modifiedMs);
    for (const { file } of whole.slice(mostFiles)) await fs.rm(file, { force: true });
  }
}
