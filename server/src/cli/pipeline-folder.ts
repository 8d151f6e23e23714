import { pathToFileURL } from 'node:url';
import type { Ports } from '../ports/ports.ts';
import { parentUri } from '../ports/uri.ts';
import { Rebuilder } from '../service/pipeline-rebuild.ts';
import { Session } from '../service/session.ts';
import type { CliIo } from './cli-io.ts';
import { findProject } from './project.ts';

/** The project around the current folder, looked through, with all that is needed to rebuild it. */
export async function openPipelineFolder(
  io: CliIo,
  ports: Ports,
): Promise<{ readonly folderUri: string; readonly rebuilder: Rebuilder }> {
  const project = await findProject(io, ports);
  const folderUri = project ? parentUri(project.uri) : pathToFileURL(io.cwd).href;
  const session = new Session(ports);
  await session.open([folderUri]);
  return { folderUri, rebuilder: new Rebuilder(ports, session) };
}
