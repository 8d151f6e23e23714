import { type Finding, fileStart, type Location } from '../findings/finding.ts';
import { limits } from '../limits.ts';
import { withFollowers } from '../pipeline/dependencies.ts';
import { inputUri } from '../pipeline/fingerprint.ts';
import { isManual, type Phase, type Pipeline } from '../pipeline/phase.ts';
import type { PhaseStatus, StaleReason } from '../pipeline/staleness.ts';
import { configurationValues } from '../pipeline/values.ts';
import type { FileSystem } from '../ports/file-system.ts';

/**
 * What is stale, as findings: each change once, where it was made, with all that has to be run again, in order; and each
 * stale root file system where its phase is written down.
 */
export async function pipelineFindings(
  files: FileSystem,
  pipeline: Pipeline,
  statuses: readonly PhaseStatus[],
): Promise<readonly Finding[]> {
  const changes = new Map<string, { reason: StaleReason; phases: string[] }>();
  const findings: Finding[] = [];
  for (const { phase, reasons } of statuses) {
    const sources = reasons.filter(isSource);
    if (sources.length > 0) findings.push(sourcesChanged(pipeline, phase, sources));
    for (const reason of reasons) {
      if (reason.kind === 'upstream' || isSource(reason)) continue;
      const key =
        reason.path === undefined
          ? `${phase.name}\0${reason.message}`
          : `${reason.path}\0${reason.key}\0${reason.message}`;
      const known = changes.get(key);
      if (known) known.phases.push(phase.name);
      else changes.set(key, { reason, phases: [phase.name] });
    }
  }
  for (const { reason, phases } of changes.values()) {
    const [first = ''] = phases;
    const maker = pipeline.phases.find((phase) => phase.name === first);
    if (!maker || findings.length >= limits.buildProblems) continue;
    findings.push({
      rule: maker.kind === 'rootfs' ? 'stale-rootfs' : 'stale-build',
      severity: 'error',
      message: `${first} is stale: ${reason.message}. ${remedy(withFollowers(pipeline.phases, new Set(phases)))}`,
      where: await placeOf(files, pipeline, reason, maker),
      related: [{ location: maker.where, message: `The phase ${first}` }],
      fixes: [rerun(first)],
    });
  }
  for (const { phase, reasons } of statuses) {
    const [because] = reasons.filter((reason) => reason.kind === 'upstream');
    if (phase.kind !== 'rootfs' || !because || reasons.some((reason) => reason.kind !== 'upstream')) continue;
    findings.push({
      rule: 'stale-rootfs',
      severity: 'error',
      message: `The root file system holds what an older build made: ${because.message}. ${remedy(withFollowers(pipeline.phases, new Set([phase.name])))}`,
      where: phase.where,
      fixes: [rerun(phase.name)],
    });
  }
  return findings;
}

/** Editing sources is the daily work: it makes a phase stale, but is no fault at the line that is being written. */
function isSource({ kind, path }: StaleReason): boolean {
  return kind === 'file' && path !== undefined && /\.(?:[chS]|cpp|rs|dtsi?)$/.test(path);
}

function sourcesChanged(pipeline: Pipeline, phase: Phase, reasons: readonly StaleReason[]): Finding {
  const [first] = reasons;
  const more = reasons.length > 1 ? ` and ${reasons.length - 1} more` : '';
  return {
    rule: 'stale-build',
    severity: 'info',
    message: `${phase.name} is stale: ${first?.message ?? ''}${more}. ${remedy(withFollowers(pipeline.phases, new Set([phase.name])))}`,
    where: phase.where,
    fixes: [rerun(phase.name)],
  };
}

function rerun(phase: string): NonNullable<Finding['fixes']>[number] {
  return { kind: 'command', title: `Re-run ${phase}`, command: 'vermagic.rerunPhase', arguments: [{ phase }] };
}

/** `Run kernel, then rootfs; then flash again yourself (make flash).` */
function remedy(phases: readonly Phase[]): string {
  const runs = phases.filter((phase) => !isManual(phase) && phase.kind !== 'audit').map((phase) => phase.name);
  const byHand = phases.filter(isManual).map((phase) => `${phase.name} yourself`);
  return `Run ${[...runs, ...byHand].join(', then ')}.`;
}

/** The line that changed; the phase's own place for what is in no file. */
export async function placeOf(
  files: FileSystem,
  pipeline: Pipeline,
  reason: StaleReason,
  phase: Phase,
): Promise<Location> {
  if (reason.path === undefined || reason.kind === 'output') return phase.where;
  const uri = inputUri(pipeline.rootUri, reason.path);
  const stat = await files.stat(uri).catch(() => undefined);
  if (stat?.type !== 'file') return phase.where;
  if (reason.key === undefined) return { uri, range: fileStart };
  const bytes = await files.readFile(uri, limits.textBytes).catch(() => undefined);
  const values = bytes ? configurationValues(uri, new TextDecoder().decode(bytes)) : [];
  return { uri, range: values.find((value) => value.name === reason.key)?.range ?? fileStart };
}
