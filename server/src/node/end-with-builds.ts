import { spawn } from 'node:child_process';
import { isEngineName, killArguments } from '../pipeline/engine.ts';
import type { NodeRunJournal } from './node-run-journal.ts';

/**
 * However this process ends, short of SIGKILL, a build that still runs is ended too: by another process, because containers
 * take longer than a process that is going down may wait.
 * @param cliCommand program and first arguments of our command line
 */
export function endWithBuilds(journal: NodeRunJournal, cliCommand: readonly string[]): void {
  process.on('exit', () => {
    if (!journal.isBusy) return;
    for (const { engine, container } of journal.abandon())
      if (container !== undefined && isEngineName(engine)) startAlone(killArguments(engine, container));
    // What that leaves: programs of this machine, containers that are just starting.
    startAlone([...cliCommand, 'rebuild', '--stop-abandoned']);
  });
}

/** A program that goes on when this process is gone. */
function startAlone([program = '', ...words]: readonly string[]): void {
  try {
    spawn(program, words, { detached: true, stdio: 'ignore', cwd: '/' }).unref();
  } catch {
    // The next Vermagic finds what is left.
  }
}
