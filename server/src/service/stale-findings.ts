import { fileStart } from '../findings/finding.ts';
import type { Ports } from '../ports/ports.ts';
import { joinUri } from '../ports/uri.ts';
import { findingReport } from './check-report.ts';
import { Rebuilder } from './pipeline-rebuild.ts';
import type { ScriptFinding } from './preflight.ts';
import type { Session } from './session.ts';

/** Whether a project has any record of a build; without one nothing is known to be stale, and nothing has to be opened. */
export async function hasBuildRecords({ files }: Ports, folderUri: string): Promise<boolean> {
  for (const name of ['.vermagic/stamps', 'BUILD_MANIFEST.json'])
    if (await files.stat(joinUri(folderUri, name)).catch(() => undefined)) return true;
  return false;
}

/** What stands against flashing because it was built before something changed. The engine is not asked. */
export async function staleFindings(ports: Ports, session: Session, folderUri: string): Promise<ScriptFinding[]> {
  if (!(await hasBuildRecords(ports, folderUri))) return [];
  const rebuilder = new Rebuilder(ports, session);
  const { findings } = await rebuilder.status(await rebuilder.load(folderUri));
  return findings.map((finding) => ({
    ...findingReport(finding),
    uri: finding.where?.uri ?? folderUri,
    range: finding.where?.range ?? fileStart,
  }));
}
