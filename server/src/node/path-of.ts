import { fileURLToPath } from 'node:url';

/** `fileURLToPath` costs more than opening the file; most names need no decoding. */
export function pathOf(uri: string): string {
  return uri.startsWith('file:///') && !/[%?#]/.test(uri) && process.platform !== 'win32'
    ? uri.slice('file://'.length)
    : fileURLToPath(uri);
}
