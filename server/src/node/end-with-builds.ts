import { spawn } from 'node:child_process';
import type { NodeRunJournal } from './node-run-journal.ts';

/**
 * However this process ends, short of SIGKILL, a build that still runs is ended too: by another process, because containers
 * take longer than a process that is going down may wait.
 * @param cliCommand program and first arguments of our command line
 */
export function endWithBuilds(journal: NodeRunJournal, cliCommand: readonly string[]): void {
  process.on('exit', () => {
    if (!journal.isBusy) return;
    journal.abandon();
    const [program = process.execPath, ...words] = cliCommand;
    try {
      spawn(program, [...words, 'rebuild', '--stop-abandoned'], { detached: true, stdio: 'ignore', cwd: '/' }).unref();
    } catch {
      // The next Vermagic finds what is left.
    }
  });
}
