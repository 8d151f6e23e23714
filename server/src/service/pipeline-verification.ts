import type { Finding } from '../findings/finding.ts';
import type { Session } from './session.ts';

/** Findings of modules by the module's URI. */
export type ModuleFindings = ReadonlyMap<string, readonly Finding[]>;

export interface Verification {
  /** Findings that were there before the run and are gone. */
  readonly vanished: readonly PlacedFinding[];
  readonly remaining: readonly PlacedFinding[];
  /** Those of `remaining` that the run brought. */
  readonly added: readonly PlacedFinding[];
}

export interface PlacedFinding {
  readonly uri: string;
  readonly finding: Finding;
}

/** What is wrong with the workspace's modules now. */
export async function findingsOfModules(session: Session): Promise<ModuleFindings> {
  const found = new Map<string, readonly Finding[]>();
  await session.ready;
  for (const uri of session.modules()) found.set(uri, await session.moduleFindings(uri));
  return found;
}

/** A finding is the same when it says the same of the same file. */
export function compareFindings(before: ModuleFindings, after: ModuleFindings): Verification {
  const placed = (findings: ModuleFindings): PlacedFinding[] =>
    [...findings].flatMap(([uri, list]) => list.map((finding) => ({ uri, finding })));
  const key = ({ uri, finding }: PlacedFinding) =>
    `${uri}\0${finding.rule}\0${finding.symbol ?? ''}\0${finding.message}`;
  const [was, is] = [placed(before), placed(after)];
  const [wasKeys, isKeys] = [new Set(was.map(key)), new Set(is.map(key))];
  return {
    vanished: was.filter((one) => !isKeys.has(key(one))),
    remaining: is,
    added: is.filter((one) => !wasKeys.has(key(one))),
  };
}
