import type { KernelPart } from '../kernel-part.ts';
import { readTreeFacts, readTreeKeys } from './kernel-tree.ts';
import { type SourcePorts, SourceReader } from './source-reader.ts';

/**
 * The facts of an installed headers folder (`/usr/src/linux-headers-R`). Debian splits it: the flavour's folder
 * has configuration, release and Module.symvers; the `-common` folder beside it has the Makefile with the version.
 */
export async function readHeadersFolder(ports: SourcePorts, folder: string): Promise<KernelPart> {
  const reader = new SourceReader(ports, folder);
  const facts = await readTreeFacts(reader);
  const symbols = await reader.symvers(reader.uri('Module.symvers'));
  if (symbols === undefined) {
    reader.problem(
      `${reader.origin(reader.uri('Module.symvers')).label} is not there: modules built against these headers get no CRCs. Install the complete headers package.`,
    );
  }
  const trustedKeys = await readTreeKeys(ports, reader, facts.config?.value);
  return {
    ...facts,
    kind: 'headers',
    trustedKeys,
    symbols,
    origins: reader.origins,
    problems: reader.problems,
    dependsOn: reader.dependsOn,
  };
}
