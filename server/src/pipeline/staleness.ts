import { dependenciesOf } from './dependencies.ts';
import type { FileState, Fingerprint } from './fingerprint.ts';
import { isManual, type Phase, type Pipeline } from './phase.ts';
import type { Stamp } from './stamp.ts';

/**
 * `fresh`: made from what is there now. `unknown`: no run was recorded. `by-hand`: a person runs it, and nothing before
 * it is stale.
 */
export type PhaseState = 'fresh' | 'stale' | 'unknown' | 'by-hand';

export interface StaleReason {
  readonly kind: 'value' | 'file' | 'image' | 'command' | 'output' | 'upstream' | 'broken-off' | 'manifest';
  /** One sentence without the phase's name in front. */
  readonly message: string;
  /** The file that changed, as the phase's inputs write it. */
  readonly path?: string;
  /** The value in it that changed. */
  readonly key?: string;
  /** The phase before it that was run again or has to be. */
  readonly upstream?: string;
}

export interface PhaseStatus {
  readonly phase: Phase;
  readonly state: PhaseState;
  /** Why it is stale; its own reasons before those of phases it stands on. */
  readonly reasons: readonly StaleReason[];
  /** The phases it stands on. */
  readonly after: readonly string[];
  readonly stamp: Stamp | undefined;
}

/** What a phase's world looks like now. */
export interface PhaseFacts {
  readonly inputs: Fingerprint;
  readonly outputs: Fingerprint;
  /** `undefined`: nobody asked the engine. */
  readonly imageId?: string | undefined;
  readonly stamp: Stamp | undefined;
  /** Where a manifest of the project's own build disagrees with what is there now; `undefined`: there is none for it. */
  readonly manifest?: readonly StaleReason[] | undefined;
}

/** The state of every phase, in the order of the pipeline. A phase is stale when anything it stands on is. */
export function judgePipeline(pipeline: Pipeline, facts: ReadonlyMap<string, PhaseFacts>): readonly PhaseStatus[] {
  const dependencies = dependenciesOf(pipeline.phases);
  const judged = new Map<string, PhaseStatus>();
  for (const phase of pipeline.phases) {
    const after = dependencies.get(phase.name) ?? [];
    const own = facts.get(phase.name);
    const reasons = own ? ownReasons(phase, own) : [];
    for (const name of after) {
      const before = judged.get(name);
      const reason = before && upstreamReason(before, own?.stamp);
      if (reason) reasons.push(reason);
    }
    const unknown = isManual(phase) ? 'by-hand' : own?.stamp || own?.manifest ? 'fresh' : 'unknown';
    judged.set(phase.name, { phase, after, reasons, stamp: own?.stamp, state: reasons.length > 0 ? 'stale' : unknown });
  }
  return [...judged.values()];
}

function ownReasons(phase: Phase, { stamp, inputs, outputs, imageId, manifest }: PhaseFacts): StaleReason[] {
  if (isManual(phase)) return [];
  if (!stamp) return [...(manifest ?? [])];
  if (stamp.status !== 'complete') {
    const how = { running: 'never ended', interrupted: 'was stopped', failed: 'failed' }[stamp.status];
    return [{ kind: 'broken-off', message: `its last run ${how}: what it made may be incomplete` }];
  }
  const reasons: StaleReason[] = [];
  if (stamp.command.join('\0') !== phase.command.join('\0')) {
    reasons.push({
      kind: 'command',
      message: `its command was «${shown(stamp.command)}», is «${shown(phase.command)}»`,
    });
  }
  if (imageId !== undefined && stamp.imageId !== null && imageId !== stamp.imageId) {
    reasons.push({
      kind: 'image',
      message: `the image was ${shortId(stamp.imageId)}, is ${shortId(imageId)}`,
    });
  }
  for (const path of new Set([...Object.keys(stamp.inputs), ...Object.keys(inputs)])) {
    reasons.push(...changes(path, stamp.inputs[path], inputs[path]));
  }
  for (const [path, before] of Object.entries(stamp.outputs)) {
    const now = outputs[path];
    if (before && !now) reasons.push({ kind: 'output', path, message: `${path}, which it made, is gone` });
    else if (before?.hash !== undefined && now?.hash !== before.hash) {
      reasons.push({ kind: 'output', path, message: `${path} was changed after it was made` });
    }
  }
  return reasons;
}

function changes(path: string, before: FileState | undefined, now: FileState | undefined): StaleReason[] {
  if (!before && !now) return [];
  if (!before) return [{ kind: 'file', path, message: `${path} is new` }];
  if (!now) return [{ kind: 'file', path, message: `${path} is gone` }];
  const values = valueChanges(path, before, now);
  if (before.hash === undefined && now.hash === undefined) return values;
  if (before.hash === now.hash) return [];
  return values.length > 0 ? values : [{ kind: 'file', path, message: `${path} changed` }];
}

function valueChanges(path: string, before: NonNullable<FileState>, now: NonNullable<FileState>): StaleReason[] {
  const reasons: StaleReason[] = [];
  for (const key of new Set([...Object.keys(before.values ?? {}), ...Object.keys(now.values ?? {})])) {
    const [was, is] = [settingOf(before, key), settingOf(now, key)];
    if (was === is) continue;
    reasons.push({ kind: 'value', path, key, message: `${key} was ${word(was)}, is ${word(is)} in ${path}` });
  }
  return reasons;
}

/** For a kernel configuration, "not set" and "not there" are the same. */
function settingOf({ values = {} }: NonNullable<FileState>, key: string): string | undefined {
  return values[key] ?? (key.startsWith('CONFIG_') ? 'n' : undefined);
}

function word(value: string | undefined): string {
  if (value === undefined) return 'not set';
  if (value.startsWith('sha256:')) return 'something else';
  return value === '' ? 'empty' : `'${value}'`;
}

function upstreamReason(before: PhaseStatus, stamp: Stamp | undefined): StaleReason | undefined {
  const upstream = before.phase.name;
  if (before.state === 'stale') return { kind: 'upstream', upstream, message: `${upstream} has to be run again first` };
  const recorded = stamp?.upstream[upstream];
  if (recorded !== undefined && before.stamp && before.stamp.id !== recorded) {
    return { kind: 'upstream', upstream, message: `${upstream} was run again after it` };
  }
  return undefined;
}

function shown(command: readonly string[]): string {
  return command.join(' ');
}

function shortId(id: string): string {
  return id.replace(/^sha256:/, '').slice(0, 12);
}
