import { fileStart } from '../findings/finding.ts';
import { limits } from '../limits.ts';
import { fileProblem } from '../ports/file-problem.ts';
import type { FileSystem } from '../ports/file-system.ts';
import { emptyProject, type ProjectFile, parseProjectFile } from './project-file.ts';

/** Reads `vermagic.json`. Never throws: a file that cannot be read is a project that says nothing, with that problem. */
export async function readProjectFile(files: FileSystem, uri: string): Promise<ProjectFile> {
  try {
    return parseProjectFile(new TextDecoder().decode(await files.readFile(uri, limits.textBytes)), uri).value;
  } catch (error) {
    const message = `the file cannot be read: ${fileProblem(error)}`;
    return { ...emptyProject(uri), problems: [{ message, range: fileStart, path: [] }] };
  }
}
