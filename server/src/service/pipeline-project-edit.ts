import { applyEdits, type JSONPath, modify } from 'jsonc-parser';
import type { Phase, Pipeline } from '../pipeline/phase.ts';

/**
 * The text of `vermagic.json` with the pipeline written down; comments and everything else stay. `source` is `undefined`
 * where there is no such file yet.
 */
export function writeProjectPipeline(source: string | undefined, pipeline: Pipeline): string {
  const text = source ?? '{}\n';
  const options = { formattingOptions: { insertSpaces: true, tabSize: 2, eol: '\n', insertFinalNewline: true } };
  const set = (before: string, path: JSONPath, value: unknown) =>
    applyEdits(before, modify(before, path, value, options));
  const image = pipeline.phases.flatMap(({ place }) => (place.kind === 'container' ? [place.image] : []))[0];
  const container = {
    ...(pipeline.engine === undefined ? {} : { engine: pipeline.engine }),
    ...(image === undefined ? {} : { image }),
  };
  const withContainer = Object.keys(container).length === 0 ? text : set(text, ['pipeline', 'container'], container);
  return set(withContainer, ['pipeline', 'phases'], pipeline.phases.map(phaseSource));
}

function phaseSource(phase: Phase): Record<string, unknown> {
  const { place, inputs, outputs, gate, env, after } = phase;
  const mounts = place.kind === 'container' ? place.mounts.slice(1) : [];
  return {
    name: phase.name,
    ...(phase.kind === 'other' ? {} : { kind: phase.kind }),
    command: phase.command,
    ...(place.kind === 'host' ? { container: false } : {}),
    ...(mounts.length > 0
      ? {
          container: {
            mounts: mounts.map((one) => `${one.hostPath}:${one.containerPath}${one.readOnly ? ':ro' : ''}`),
          },
        }
      : {}),
    ...(Object.keys(env).length > 0 ? { env } : {}),
    ...(inputs.length > 0 ? { inputs: inputs.map((input) => input.name) } : {}),
    ...(outputs.length > 0 ? { outputs } : {}),
    ...(phase.makesImage === undefined ? {} : { makesImage: phase.makesImage }),
    ...(gate.length > 0 ? { gate } : {}),
    ...(after === undefined ? {} : { after }),
  };
}
