import type { Phase, Pipeline } from '../../../server/src/pipeline/phase.ts';
import { parseInput } from '../../../server/src/pipeline/phase.ts';
import type { FileWriter } from '../../../server/src/ports/file-writer.ts';
import type { ProcessOptions, ProcessResult, ProcessRunner } from '../../../server/src/ports/process-runner.ts';
import type { MemoryFileSystem } from '../support/memory-file-system.ts';

export const root = 'file:///w';

export function phase(given: Partial<Omit<Phase, 'inputs'>> & { name: string; inputs?: readonly string[] }): Phase {
  return {
    kind: 'other',
    command: ['make', given.name],
    place: { kind: 'host', drivesEngine: false },
    cwd: '/w',
    env: {},
    outputs: [],
    makesImage: undefined,
    gate: [],
    after: undefined,
    where: { uri: `${root}/Makefile`, range: { start: { line: 0, character: 0 }, end: { line: 0, character: 0 } } },
    why: 'test',
    ...given,
    inputs: (given.inputs ?? []).map(parseInput),
  };
}

export function pipeline(...phases: Phase[]): Pipeline {
  return { rootUri: root, engine: 'docker', source: 'vermagic.json', phases };
}

/** A memory file system that can be written to as the records of builds are. */
export function writerOf(files: MemoryFileSystem): FileWriter {
  return {
    writeFile: async (uri, text) => files.write(uri, text),
    remove: async (uri) => {
      if (await files.stat(uri)) files.remove(uri);
    },
  };
}

export const ended = (status: number, stderr = '', stdout = ''): ProcessResult => ({
  status,
  endedBy: undefined,
  failure: undefined,
  stdout,
  stderr,
});

/** Programs that are only recorded; `answer` says how each ends. */
export class RecordedProcesses implements ProcessRunner {
  readonly runs: (readonly string[])[] = [];
  readonly #answer: (argv: readonly string[], options: ProcessOptions) => ProcessResult | Promise<ProcessResult>;

  constructor(answer: (argv: readonly string[], options: ProcessOptions) => ProcessResult | Promise<ProcessResult>) {
    this.#answer = answer;
  }

  async run(argv: readonly string[], options: ProcessOptions = {}): Promise<ProcessResult> {
    this.runs.push(argv);
    return this.#answer(argv, options);
  }
}
