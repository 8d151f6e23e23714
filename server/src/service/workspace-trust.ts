import type { ProcessRunner } from '../ports/process-runner.ts';

/** What a person reads who wants to build in a workspace that is not trusted. */
export const untrustedText =
  'Nothing is run in a workspace that is not trusted: its files say what would be run. Trust it in the editor; other clients say so with the initialization option "trusted": true.';

/** Whether programs may be run for this workspace. Not until the client says that its user trusts it. */
export class WorkspaceTrust {
  #trusted = false;

  get isTrusted(): boolean {
    return this.#trusted;
  }

  /** Only the word `true` counts. */
  set(trusted: unknown): void {
    this.#trusted = trusted === true;
  }
}

/** The same programs, none of which starts while the workspace is not trusted, whoever asks. */
export function guardedProcesses(processes: ProcessRunner, trust: WorkspaceTrust): ProcessRunner {
  return {
    run: (argv, options) =>
      trust.isTrusted
        ? processes.run(argv, options)
        : Promise.resolve({ status: undefined, endedBy: undefined, failure: 'untrusted', stdout: '', stderr: '' }),
  };
}
