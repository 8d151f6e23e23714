import type { PhaseReport, PipelinePlace, PipelineReport } from '@vermagic/shared';
import { commandText } from './outcome-text.ts';

export type PhaseNodeState = PhaseReport['state'] | 'running';

/** A row of the view of build phases, before the editor draws it. */
export interface PhaseNode {
  /** The same for the same row after a refresh, so that it stays open and selected. */
  readonly id: string;
  readonly kind: 'folder' | 'phase' | 'reason';
  readonly label: string;
  readonly description: string;
  readonly tooltip: string;
  readonly state: PhaseNodeState;
  /** URI of the workspace folder it belongs to. */
  readonly folder: string;
  /** The phase, of its row and of the rows below it. */
  readonly phase?: string;
  /** Where a phase is written down, or a change was made. */
  readonly place?: PipelinePlace;
  /** The log of the phase's last run. */
  readonly log?: string;
  /** Vermagic may run it. */
  readonly runs: boolean;
  readonly children: readonly PhaseNode[];
}

export interface FolderPipeline {
  readonly folder: string;
  /** Of the workspace folder. */
  readonly name: string;
  readonly report: PipelineReport;
}

/** What a state is called on the screen and by a screen reader. */
export const stateWords: Readonly<Record<PhaseNodeState, string>> = {
  fresh: 'clean',
  stale: 'stale',
  unknown: 'never run',
  'by-hand': 'by hand',
  running: 'running',
};

/** The phases in the order in which they run; of several folders below their names. Folders without any are left out. */
export function pipelineNodes(pipelines: readonly FolderPipeline[], now: number): readonly PhaseNode[] {
  const some = pipelines.filter(({ report }) => report.phases.length > 0);
  if (some.length === 1 && some[0]) return phaseNodes(some[0], now);
  return some.map((pipeline): PhaseNode => {
    const { folder, name, report } = pipeline;
    const stale = report.phases.filter(({ state }) => state === 'stale').length;
    return {
      id: folder,
      kind: 'folder',
      label: name,
      description: stale === 0 ? 'nothing is stale' : `${stale} stale`,
      tooltip: name,
      state: stale === 0 ? 'fresh' : 'stale',
      folder,
      runs: false,
      children: phaseNodes(pipeline, now),
    };
  });
}

function phaseNodes({ folder, report }: FolderPipeline, now: number): readonly PhaseNode[] {
  return report.phases.map((phase, index) => phaseNode(folder, phase, index + 1, now));
}

function phaseNode(folder: string, phase: PhaseReport, number: number, now: number): PhaseNode {
  const { name, reasons, manual, timeMs, log, where } = phase;
  const state = phase.running ? 'running' : phase.state;
  const id = `${folder}#${name}`;
  const [first] = reasons;
  const more = reasons.length > 1 ? ` (and ${reasons.length - 1} more)` : '';
  const because = first === undefined ? '' : `${first.message}${more}`;
  const since = timeMs === null || state === 'running' ? '' : agoText(now - timeMs);
  const about = state === 'stale' && because !== '' ? because : since;
  const own = { folder, phase: name, ...(log === null ? {} : { log }) };
  const children = reasons.map(
    ({ message, place }, at): PhaseNode => ({
      id: `${id}#${at}`,
      kind: 'reason',
      label: message,
      description: place === null ? '' : `${fileOf(place.uri)}:${place.range.start.line + 1}`,
      tooltip: message,
      state: 'stale',
      ...own,
      ...(place === null ? {} : { place }),
      runs: false,
      children: [],
    }),
  );
  const lines = [
    `${number}. ${name}: ${stateWords[state]}`,
    ...reasons.map(({ message }) => `• ${message}`),
    commandText(phase.command),
    `${phase.place} · ${phase.why}`,
    ...(since === '' ? [] : [`last run ${since}`]),
    ...(manual ? ['It writes a device: verify before flashing, then run it yourself.'] : []),
  ];
  return {
    id,
    kind: 'phase',
    label: name,
    description: [stateWords[state], about].filter(Boolean).join(' · '),
    tooltip: lines.join('\n'),
    state,
    ...own,
    place: where,
    runs: !manual,
    children: phase.running ? [] : children,
  };
}

/** `5 min ago`; '' when it was later than now. */
export function agoText(milliseconds: number): string {
  const minutes = Math.floor(milliseconds / 60_000);
  if (minutes < 0) return '';
  if (minutes < 1) return 'just now';
  if (minutes < 60) return `${minutes} min ago`;
  const hours = Math.floor(minutes / 60);
  return hours < 48 ? `${hours} h ago` : `${Math.floor(hours / 24)} days ago`;
}

function fileOf(uri: string): string {
  return decodeURIComponent(uri.split('/').at(-1) ?? '');
}
