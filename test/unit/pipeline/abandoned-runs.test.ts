import assert from 'node:assert/strict';
import { test } from 'node:test';
import { stopAbandonedRuns } from '../../../server/src/pipeline/abandoned-runs.ts';
import type { JournalEntry, RunJournal } from '../../../server/src/ports/run-journal.ts';
import { ended, RecordedProcesses } from './make.ts';

const id = 'a1b2';
const entry = (given: Partial<JournalEntry['record']> = {}, watched = false): JournalEntry => ({
  owner: 4711,
  watched,
  record: {
    id,
    phase: 'kernel',
    folder: '/w',
    engine: 'docker',
    container: `vermagic-kernel-${id}`,
    before: [],
    timeMs: 1000,
    ...given,
  },
});

/** A journal that only remembers, and an engine with the containers that `listed` names. */
function world(entries: readonly JournalEntry[], listed: readonly string[], status = 0) {
  const left = new Set(listed);
  const forgotten: string[] = [];
  const journal: RunJournal = {
    begin: async () => undefined,
    started: async () => undefined,
    end: async (run) => void forgotten.push(run),
    others: async () => entries,
    endProgram: async () => false,
  };
  const processes = new RecordedProcesses((argv) => {
    if (argv.includes('ps')) return ended(status, '', [...left].join('\n'));
    if (argv.includes('kill') || argv.includes('rm')) left.clear();
    return ended(0);
  });
  return { journal, processes, forgotten };
}

test('a container that its Vermagic left behind is ended, by its name and the label of the run', async () => {
  const { journal, processes, forgotten } = world([entry()], ['c0ffee']);
  const found = await stopAbandonedRuns(processes, journal, 2000);
  assert.deepEqual(
    found.map(({ record, stopped }) => [record.phase, stopped]),
    [['kernel', true]],
  );
  assert.deepEqual(processes.runs[0], [
    'docker',
    'ps',
    '--all',
    '--quiet',
    `--filter=name=^vermagic-kernel-${id}$`,
    `--filter=label=vermagic.run=${id}`,
  ]);
  assert.deepEqual(forgotten, [id]);
});

test('a run that someone watches is left alone, and so is what is no run of ours', async () => {
  const watched = world([entry({}, true)], ['c0ffee']);
  assert.deepEqual(await stopAbandonedRuns(watched.processes, watched.journal, 2000), []);
  assert.deepEqual(watched.processes.runs, []);
  // A container of this name without the label is not listed by the engine: nothing is killed.
  const others = world([entry()], []);
  assert.deepEqual(await stopAbandonedRuns(others.processes, others.journal, 2000), []);
  assert.ok(!others.processes.runs.some((argv) => argv.includes('kill')));
});

test('nothing but an engine is ever started as one', async () => {
  const { journal, processes, forgotten } = world([entry({ engine: 'touch /tmp/harm' })], ['c0ffee']);
  assert.deepEqual(await stopAbandonedRuns(processes, journal, 2000), []);
  assert.deepEqual(processes.runs, []);
  assert.deepEqual(forgotten, [id]);
});

test('while the engine does not answer, the run is remembered, for a week', async () => {
  const { journal, processes, forgotten } = world([entry()], [], 1);
  await stopAbandonedRuns(processes, journal, 2000);
  assert.deepEqual(forgotten, []);
  await stopAbandonedRuns(processes, journal, 1000 + 8 * 24 * 3600 * 1000);
  assert.deepEqual(forgotten, [id]);
});
