/** Threads that answer requests of plain data, one at a time each. */
export interface ScanPool {
  readonly threads: number;
  /** Rejects when the thread ends before it has answered. */
  ask(thread: number, request: unknown): Promise<unknown>;
  close(): Promise<void>;
}
