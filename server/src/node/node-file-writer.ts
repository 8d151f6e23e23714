import { randomBytes } from 'node:crypto';
import { mkdir, rename, rm, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { FileError } from '../ports/file-system.ts';
import type { FileWriter } from '../ports/file-writer.ts';

export class NodeFileWriter implements FileWriter {
  async writeFile(uri: string, text: string): Promise<void> {
    const target = fileURLToPath(uri);
    const beside = `${target}.${randomBytes(4).toString('hex')}.tmp`;
    try {
      await mkdir(path.dirname(target), { recursive: true });
      await writeFile(beside, text);
      await rename(beside, target);
    } catch (error) {
      await rm(beside, { force: true }).catch(() => undefined);
      throw toFileError(error, uri);
    }
  }

  async remove(uri: string): Promise<void> {
    try {
      await rm(fileURLToPath(uri), { force: true });
    } catch (error) {
      throw toFileError(error, uri);
    }
  }
}

function toFileError(error: unknown, uri: string): FileError {
  const code = (error as NodeJS.ErrnoException).code;
  const denied = code === 'EACCES' || code === 'EPERM' || code === 'EROFS';
  return new FileError(denied ? 'no-permission' : 'io', uri, error instanceof Error ? error.message : String(error));
}
