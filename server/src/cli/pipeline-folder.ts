import { pathToFileURL } from 'node:url';
import type { Ports } from '../ports/ports.ts';
import { parentUri } from '../ports/uri.ts';
import { Rebuilder } from '../service/pipeline-rebuild.ts';
import { Session } from '../service/session.ts';
import type { CliIo } from './cli-io.ts';
import { locateProject } from './project.ts';

/** The project around the current folder, looked through, with all that is needed to rebuild it. */
export async function openPipelineFolder(
  io: CliIo,
  ports: Ports,
): Promise<{ readonly folderUri: string; readonly rebuilder: Rebuilder }> {
  // The session reads the file, and says what it does not understand.
  const project = await locateProject(ports, io.cwd);
  const folderUri = project === undefined ? pathToFileURL(io.cwd).href : parentUri(project);
  const session = new Session(ports);
  await session.open([folderUri]);
  return { folderUri, rebuilder: new Rebuilder(ports, session) };
}
