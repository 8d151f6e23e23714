/**
 * A parser that does no I/O: a generator that yields the ranges it wants and is handed their bytes.
 * The same parser then runs over synchronous reads in a scan's worker, over `vscode.workspace.fs`
 * in a browser, and over memory in a test. The drivers are in `drivers.ts`.
 *
 * The bytes handed in are shorter than asked for only at the end of the input. They stay valid and
 * unchanged until the reading returns, no longer: a result must not refer to them (copy or decode).
 */
export type Reading<T> = Generator<ByteRange, T, Uint8Array>;

export interface ByteRange {
  readonly offset: number;
  readonly length: number;
}

export function* bytesAt(offset: number, length: number): Reading<Uint8Array> {
  return yield { offset, length };
}
