/** Runs at most `width` jobs at a time, newest first: what the user looks at now comes before what was scrolled past. */
export class RequestQueue {
  readonly #width: number;
  readonly #waiting: { run: () => Promise<void>; cancelled: () => boolean; drop: () => void }[] = [];
  #running = 0;

  constructor(width: number) {
    this.#width = width;
  }

  /** Resolves to undefined when `cancelled()` is true by the time the job's turn comes: it is then never started. */
  add<T>(job: () => Promise<T>, cancelled: () => boolean): Promise<T | undefined> {
    return new Promise((resolve, reject) => {
      this.#waiting.push({
        run: () => job().then(resolve, reject),
        cancelled,
        drop: () => resolve(undefined),
      });
      this.#next();
    });
  }

  #next(): void {
    while (this.#running < this.#width) {
      const job = this.#waiting.pop();
      if (!job) return;
      if (job.cancelled()) {
        job.drop();
        continue;
      }
      this.#running++;
      void job.run().finally(() => {
        this.#running--;
        this.#next();
      });
    }
  }
}
