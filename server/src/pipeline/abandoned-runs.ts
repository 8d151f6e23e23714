import type { ProcessRunner } from '../ports/process-runner.ts';
import type { RunJournal, RunRecord } from '../ports/run-journal.ts';
import { engineProgram, isEngineName, runLabel } from './engine.ts';
import { stopContainer, stopInDevcontainer, stopNewContainers } from './stop-containers.ts';

/** An engine that was not asked for so long has been restarted since. */
const forgetAfterMs = 7 * 24 * 3600 * 1000;
const askMs = 20_000;

export interface AbandonedRun {
  readonly record: RunRecord;
  /** Whether all of it is gone now. */
  readonly stopped: boolean;
}

/**
 * Builds whose Vermagic was killed: their programs and containers are ended. A container counts as ours by its name and by
 * the label of the run, and nothing in a workspace can name one.
 * @returns those of which something was still there
 */
export async function stopAbandonedRuns(
  processes: ProcessRunner,
  journal: RunJournal,
  now: number = Date.now(),
): Promise<readonly AbandonedRun[]> {
  const found: AbandonedRun[] = [];
  for (const { record, watched } of await journal.others()) {
    if (watched) continue;
    const { engine, container, before, folder, id } = record;
    if (!isEngineName(engine)) {
      await journal.end(id);
      continue;
    }
    if (container === undefined) {
      const ran = await journal.endProgram(id);
      if (typeof record.devcontainer === 'string') await stopInDevcontainer(processes, record.devcontainer, id);
      await stopNewContainers(processes, engine, new Set(before), folder);
      await journal.end(id);
      if (ran) found.push({ record, stopped: true });
      continue;
    }
    // Asked first: a program that is ended may take its container along.
    const filters = [`--filter=name=^${container}$`, `--filter=label=${runLabel}=${id}`];
    const listed = await processes.run([...engineProgram(engine), 'ps', '--all', '--quiet', ...filters], {
      timeoutMs: askMs,
    });
    const ran = await journal.endProgram(id);
    if (listed.status !== 0) {
      if (now - record.timeMs > forgetAfterMs) await journal.end(id);
      continue;
    }
    const there = listed.stdout.trim() !== '';
    const stopped = !there || (await stopContainer(processes, engine, container));
    if (there || ran) found.push({ record, stopped });
    if (stopped) await journal.end(id);
  }
  return found;
}

/** For a person, in a sentence or two. */
export function abandonedText({ record, stopped }: AbandonedRun): string {
  const { phase, folder, container, engine } = record;
  const what = `The build phase ${phase} of ${folder}, whose Vermagic had ended without stopping it,`;
  if (stopped)
    return `${what} was still running and is stopped now. What it was making may be incomplete: run it again.`;
  return `${what} still runs: «${engine} rm --force ${container ?? ''}» ends it.`;
}
