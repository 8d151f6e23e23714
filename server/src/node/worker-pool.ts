import path from 'node:path';
import { Worker } from 'node:worker_threads';
import type { ScanPool } from '../ports/scan-pool.ts';

/** A thread's work leaves little behind; with Node's own limit each lets some 50 MB of garbage gather. */
const maxYoungGenerationSizeMb = 12;

interface Waiting {
  resolve(reply: unknown): void;
  reject(error: Error): void;
}

/** Threads of this process, all running `scan-thread-main`. They start at once and do not keep the process alive. */
export class WorkerPool implements ScanPool {
  readonly threads: number;
  readonly #workers: Worker[] = [];
  readonly #waiting: Map<number, Waiting>[] = [];
  #next = 0;

  constructor(threads: number) {
    this.threads = threads;
    for (let thread = 0; thread < threads; thread++) this.#start(thread);
  }

  ask(thread: number, request: unknown): Promise<unknown> {
    const worker = this.#workers[thread];
    const waiting = this.#waiting[thread];
    if (worker === undefined || waiting === undefined) return Promise.reject(new Error(`there is no thread ${thread}`));
    const id = this.#next++;
    worker.ref();
    return new Promise((resolve, reject) => {
      waiting.set(id, { resolve, reject });
      worker.postMessage({ id, request });
    });
  }

  async close(): Promise<void> {
    await Promise.all(this.#workers.map((worker) => worker.terminate()));
  }

  #start(thread: number): void {
    const file = path.join(
      import.meta.dirname,
      import.meta.filename.endsWith('.ts') ? 'scan-thread-main.ts' : 'scan-thread.cjs',
    );
    const worker = new Worker(file, { execArgv: [], stdin: false, resourceLimits: { maxYoungGenerationSizeMb } });
    const waiting = new Map<number, Waiting>();
    worker.unref();
    worker.on('message', ({ id, reply, error }: { id: number; reply: unknown; error?: string }) => {
      const waits = waiting.get(id);
      waiting.delete(id);
      if (waiting.size === 0) worker.unref();
      if (error === undefined) waits?.resolve(reply);
      else waits?.reject(new Error(error));
    });
    const fail = (error: Error) => {
      for (const waits of waiting.values()) waits.reject(error);
      waiting.clear();
    };
    worker.on('error', fail);
    worker.on('exit', (code) => fail(new Error(`a thread of the scan ended (status ${code})`)));
    this.#workers[thread] = worker;
    this.#waiting[thread] = waiting;
  }
}
