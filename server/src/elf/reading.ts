/**
 * A parser that does no I/O: a generator that yields the ranges it wants and is handed their bytes.
 * The same parser then runs over synchronous reads in a scan's worker, over `vscode.workspace.fs`
 * in a browser, and over memory in a test.
 *
 * The bytes handed in are shorter than asked for only at the end of the input. They stay valid
 * only until the next `yield`, unless the driver says otherwise: decode, do not keep.
 */
export type Reading<T> = Generator<ByteRange, T, Uint8Array>;

export interface ByteRange {
  readonly offset: number;
  readonly length: number;
}

export function* bytesAt(offset: number, length: number): Reading<Uint8Array> {
  return yield { offset, length };
}
