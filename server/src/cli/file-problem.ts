import { FileError } from '../ports/file-system.ts';

/** Why a file or folder could not be read, in a person's words. */
export function fileProblem(error: unknown): string {
  if (error instanceof FileError && error.code === 'no-permission') return 'permission denied.';
  return error instanceof Error ? error.message : String(error);
}
