import { FileError } from './file-system.ts';

/** Why a file or folder could not be read, in a person's words. */
export function fileProblem(error: unknown): string {
  if (error instanceof FileError && error.code === 'no-permission') return 'permission denied.';
  if (error instanceof FileError && error.code === 'is-directory') return 'it is a folder.';
  if (error instanceof FileError && error.code === 'not-found') return 'it leads to no file.';
  return error instanceof Error ? error.message : String(error);
}
