import { detectCompression } from '../elf/compression.ts';
import { readAsync, readBytes } from '../elf/drivers.ts';
import type { SectionDecoder } from '../elf/read-elf.ts';
import type { Reading } from '../elf/reading.ts';
import { limits } from '../limits.ts';
import { type ByteSource, MemoryByteSource } from '../ports/byte-source.ts';
import type { Compression, Decompressor } from '../ports/decompressor.ts';
import { FileError, type FileErrorCode, type FileSystem } from '../ports/file-system.ts';
import type { KernelModule } from './kernel-module.ts';
import { readKernelModule } from './read-kernel-module.ts';

/** What opening a module needs of the outside. */
export interface ModulePorts {
  readonly files: FileSystem;
  readonly decompressor: Decompressor;
}

/** The unpacked contents of a module's file, open; or in one sentence why it cannot be read. */
export type OpenedModule =
  | { readonly source: ByteSource; readonly compression: Compression }
  | { readonly problem: string; readonly compression: Compression };

/** Opens a module and reads all it says of itself. Never throws: what cannot be read becomes problems. */
export async function openKernelModule(
  ports: ModulePorts,
  uri: string,
  decode?: SectionDecoder,
): Promise<KernelModule> {
  const opened = await openModuleBytes(ports, uri);
  if ('problem' in opened) return unreadable(uri, opened.compression, opened.problem);
  try {
    const { source, compression } = opened;
    const options = decode === undefined ? { compression } : { compression, decode };
    return await readAsync(source, readKernelModule(uri, source.sizeBytes, options));
  } catch (error) {
    return unreadable(uri, opened.compression, explain(error));
  } finally {
    await opened.source.close().catch(() => undefined);
  }
}

/** Runs another reading over a module's unpacked bytes, for what `KernelModule` does not hold (relocations, a section). */
export async function readFromModule<T>(
  ports: ModulePorts,
  uri: string,
  reading: (sizeBytes: number) => Reading<T>,
): Promise<T | { readonly problem: string }> {
  const opened = await openModuleBytes(ports, uri);
  if ('problem' in opened) return { problem: opened.problem };
  try {
    return await readAsync(opened.source, reading(opened.source.sizeBytes));
  } catch (error) {
    return { problem: explain(error) };
  } finally {
    await opened.source.close().catch(() => undefined);
  }
}

/** Opens a file and unpacks it when its first bytes, not its name, say that it is compressed. The caller closes it. */
export async function openModuleBytes(ports: ModulePorts, uri: string): Promise<OpenedModule> {
  let source: ByteSource | undefined;
  let compression: Compression = 'none';
  try {
    source = await ports.files.open(uri);
    if (source.sizeBytes > limits.moduleBytes) {
      return await refuse(
        source,
        compression,
        `has ${source.sizeBytes} bytes; at most ${limits.moduleBytes} are read.`,
      );
    }
    const start = new Uint8Array(8);
    const count = await source.read(0, start);
    compression = detectCompression(start.subarray(0, count));
    if (compression === 'none') return { source, compression };
    const packed = new Uint8Array(source.sizeBytes);
    const packedBytes = await source.read(0, packed);
    await source.close();
    source = undefined;
    const unpacked = await ports.decompressor.unpack(
      compression,
      packed.subarray(0, packedBytes),
      limits.unpackedBytes,
    );
    if ('problem' in unpacked) return { problem: unpacked.problem, compression };
    return { source: new MemoryByteSource(unpacked.bytes), compression };
  } catch (error) {
    await source?.close().catch(() => undefined);
    return { problem: explain(error), compression };
  }
}

async function refuse(source: ByteSource, compression: Compression, reason: string): Promise<OpenedModule> {
  await source.close();
  return { problem: `The file ${reason}`, compression };
}

const reasons: Readonly<Record<FileErrorCode, string>> = {
  'not-found': 'The file does not exist.',
  'no-permission': 'The file may not be read: permission denied.',
  'is-directory': 'This is a directory, not a file.',
  'not-a-directory': 'A part of the path is no directory.',
  'too-large': 'The file is too large to be read.',
  loop: 'The symbolic link leads in a circle.',
  io: 'Reading the file failed.',
};

function explain(error: unknown): string {
  if (error instanceof FileError) {
    return error.code === 'io' ? `Reading the file failed: ${error.message}` : reasons[error.code];
  }
  return `Reading the file failed: ${error instanceof Error ? error.message : String(error)}`;
}

function unreadable(uri: string, compression: Compression, message: string): KernelModule {
  const empty = readBytes(new Uint8Array(0), readKernelModule(uri, 0, { compression }));
  return { ...empty, unreadable: message, problems: [{ message }] };
}
