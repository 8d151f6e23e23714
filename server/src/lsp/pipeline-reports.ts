import type { RebuildReport } from '@vermagic/shared';
import type { Phase } from '../pipeline/phase.ts';
import type { RunEvent } from '../pipeline/run-plan.ts';
import type { RebuildResult } from '../service/pipeline-rebuild.ts';

/** What a terminal shows of an event. */
export function linesOf(event: RunEvent): readonly string[] {
  switch (event.type) {
    case 'phase':
      return [`[${event.index + 1}/${event.total}] ${event.phase}`];
    case 'command':
      return [`$ ${event.command.join(' ')}`];
    case 'output':
      return event.lines;
  }
}

/** Where a phase runs, in a few words. */
export function placeText({ place }: Phase, engine: string | undefined): string {
  switch (place.kind) {
    case 'container':
      return `${engine ?? 'container'} · ${place.image}`;
    case 'devcontainer':
      return 'devcontainer';
    case 'host':
      return place.drivesEngine ? 'starts its own container' : 'this machine';
  }
}

export function reportOf({ outcome, messages, verification, headers, status }: RebuildResult): RebuildReport {
  return {
    status: outcome.status,
    completed: outcome.completed,
    failedPhase: outcome.failedPhase ?? null,
    cause: outcome.cause ?? null,
    problems: messages.map(({ uri, range, severity, tool, message }) => ({
      uri: uri ?? null,
      range,
      severity,
      tool,
      message,
    })),
    vanished: verification.vanished.length,
    remaining: verification.remaining.length,
    added: verification.added.length,
    headers: headers.map(({ message }) => message),
    stale: status.phases.filter(({ state }) => state === 'stale').map(({ phase }) => phase.name),
  };
}
