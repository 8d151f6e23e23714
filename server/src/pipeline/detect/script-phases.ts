import { kindOfName, type Phase, parseInput } from '../phase.ts';
import { containerPlace } from './containers.ts';
import { type Evidence, fileStartOf, phaseOf } from './evidence.ts';
import { enginesIn } from './makefile.ts';
import { buildInputs, withSourced } from './makefile-phases.ts';
import { numberedScripts } from './scripts.ts';

/** Numbered scripts, each a phase, in the container where the project has one. */
export async function scriptPhases(evidence: Evidence): Promise<Phase[]> {
  const scripts = numberedScripts(evidence.listing.files);
  return Promise.all(scripts.map((script) => phaseOfScript(evidence, script)));
}

async function phaseOfScript(evidence: Evidence, script: string): Promise<Phase> {
  const { listing, container } = evidence;
  const name = (script.split('/').at(-1) ?? script).replace(/\.\w+$/, '');
  const kind = kindOfName(name);
  const text = (await listing.read(script)) ?? '';
  const engine = enginesIn(text);
  const own = await withSourced(evidence, [script]);
  const builds = kind === 'kernel' || kind === 'modules' || kind === 'source';
  // The first of them takes the patches; what follows stands on it.
  const inputs = new Set([...own, ...(builds ? await buildInputs(evidence) : [])]);
  const outputs = ['EXPECTED_VERMAGIC', 'BUILD_MANIFEST.json'].filter((marker) =>
    new RegExp(`>\\s*["']?(?:[\\w$\{}/.-]*/)?${marker.replace('.', '\\.')}`).test(text),
  );
  const inContainer = container?.image !== undefined && !engine && kind !== 'flash' && kind !== 'audit';
  return phaseOf(evidence, {
    name,
    kind,
    command: [`./${script}`],
    place: inContainer ? containerPlace(listing, container) : { kind: 'host', drivesEngine: engine !== undefined },
    inputs: [...inputs].filter((path) => !outputs.includes(path)).map(parseInput),
    outputs,
    where: fileStartOf(evidence, script),
    why: `script ${script}`,
  });
}
