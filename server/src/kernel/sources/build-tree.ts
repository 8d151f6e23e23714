import type { KernelPart } from '../kernel-part.ts';
import { mergeSymbolTables } from '../merged-symbols.ts';
import { readTreeFacts, readTreeKeys } from './kernel-tree.ts';
import { type SourcePorts, SourceReader } from './source-reader.ts';

/** The facts of a kernel build tree (source tree built in place, or the O= output folder). Reads a dozen known files. */
export async function readBuildTree(ports: SourcePorts, folder: string): Promise<KernelPart> {
  const reader = new SourceReader(ports, folder);
  const facts = await readTreeFacts(reader);
  const symbols = await readTreeSymbols(reader);
  if (symbols === undefined) {
    reader.problem(
      `${reader.origin(reader.uri('Module.symvers')).label} is not there: the exports of this kernel are unknown until "make modules" has run.`,
    );
  }
  if (facts.release === undefined) {
    reader.problem(
      `${reader.origin(reader.uri('include/generated/utsrelease.h')).label} is not there: the release is unknown until "make prepare" has run.`,
    );
  }
  const trustedKeys = await readTreeKeys(ports, reader, facts.config?.value);
  return {
    ...facts,
    kind: 'build-tree',
    trustedKeys,
    symbols,
    origins: reader.origins,
    problems: reader.problems,
    dependsOn: reader.dependsOn,
  };
}

/** Module.symvers, or the halves that a build which was stopped early has left. */
async function readTreeSymbols(reader: SourceReader): Promise<KernelPart['symbols']> {
  const whole = await reader.symvers(reader.uri('Module.symvers'));
  if (whole) return whole;
  const halves = [];
  for (const name of ['vmlinux.symvers', 'modules-only.symvers']) {
    const half = await reader.symvers(reader.uri(name));
    if (half) halves.push(half);
  }
  if (halves.length === 0) return undefined;
  const merged = mergeSymbolTables(halves, { complete: halves.length === 2 });
  reader.addProblems(merged.problems);
  return merged.value;
}
