import { bytesAt, type Reading } from '../elf/reading.ts';

const blockBytes = 64 * 1024;
const sampledBlocks = 64;

/**
 * Whether a file has only zero bytes: what an interrupted copy or a crash before write-back leaves. Up to 4 MB
 * are read; of a larger file its beginning, its end and blocks evenly between, so that a huge one takes no longer.
 */
export function* isAllZero(sizeBytes: number): Reading<boolean> {
  if (sizeBytes === 0) return false;
  const blocks = Math.min(sampledBlocks, Math.ceil(sizeBytes / blockBytes));
  const stride = blocks > 1 ? (sizeBytes - Math.min(blockBytes, sizeBytes)) / (blocks - 1) : 0;
  for (let block = 0; block < blocks; block++) {
    const bytes = yield* bytesAt(Math.floor(block * stride), blockBytes);
    if (!bytes.every((byte) => byte === 0)) return false;
  }
  return true;
}
