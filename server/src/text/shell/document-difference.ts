/** The smallest single replacement that makes one text of another: `[start, oldEnd)` became `[start, newEnd)`. */
export interface Difference {
  readonly start: number;
  readonly oldEnd: number;
  readonly newEnd: number;
}

const stride = 4096;

export function differenceOf(before: string, after: string): Difference {
  const shorter = Math.min(before.length, after.length);
  let start = 0;
  // Whole stretches first: comparing slices is many times faster than comparing characters.
  while (start + stride <= shorter && before.slice(start, start + stride) === after.slice(start, start + stride)) {
    start += stride;
  }
  while (start < shorter && before.charCodeAt(start) === after.charCodeAt(start)) start++;
  const most = shorter - start;
  let tail = 0;
  while (
    tail + stride <= most &&
    before.slice(before.length - tail - stride, before.length - tail) ===
      after.slice(after.length - tail - stride, after.length - tail)
  ) {
    tail += stride;
  }
  while (tail < most && before.charCodeAt(before.length - 1 - tail) === after.charCodeAt(after.length - 1 - tail)) {
    tail++;
  }
  return { start, oldEnd: before.length - tail, newEnd: after.length - tail };
}
