/** A file for the initramfs; `mode` with type bits, e.g. 0o100755. */
export interface InitramfsFile {
  readonly path: string;
  readonly mode: number;
  readonly bytes: Uint8Array;
}

/** A "newc" cpio archive (Documentation/driver-api/early-userspace/buffer-format). */
export function initramfs(files: readonly InitramfsFile[]): Buffer {
  const parts: Buffer[] = [];
  const pad = (length: number) => parts.push(Buffer.alloc((4 - (length % 4)) % 4));
  const add = (path: string, mode: number, bytes: Uint8Array, inode: number) => {
    const name = Buffer.from(`${path}\0`);
    const fields = [inode, mode, 0, 0, 1, 0, bytes.length, 0, 0, mode === 0o020600 ? 5 : 0, mode === 0o020600 ? 1 : 0];
    const header = `070701${[...fields, name.length, 0].map((field) => field.toString(16).padStart(8, '0')).join('')}`;
    parts.push(Buffer.from(header), name);
    pad(header.length + name.length);
    parts.push(Buffer.from(bytes));
    pad(bytes.length);
  };
  const nothing = new Uint8Array(0);
  let inode = 1;
  add('dev', 0o040755, nothing, inode++);
  add('dev/console', 0o020600, nothing, inode++);
  for (const directory of new Set(files.map((file) => file.path.split('/').slice(0, -1).join('/')))) {
    if (directory !== '') add(directory, 0o040755, nothing, inode++);
  }
  for (const file of files) add(file.path, file.mode, file.bytes, inode++);
  add('TRAILER!!!', 0, nothing, 0);
  return Buffer.concat(parts);
}
