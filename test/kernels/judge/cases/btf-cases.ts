import type { JudgeCase } from '../judge-case.ts';
import { ModuleBytes } from '../module-bytes.ts';

const signatureMagic = '~Module signature appended~\n';
const trailerBytes = 12;

/** The distribution's module without its signature: modules that are built against headers alone have no `.BTF`. */
function damaged(id: string, edit: (module: ModuleBytes, at: number, section: number) => void): JudgeCase {
  return {
    id: `btf-${id}`,
    make: (kit) => {
      const signed = kit.signed();
      const end = signed.length - signatureMagic.length;
      const signatureBytes = signed.readUInt32BE(end - 4);
      const module = new ModuleBytes(signed.subarray(0, end - trailerBytes - signatureBytes));
      if (!module.hasSection('.BTF')) return undefined;
      const section = module.section('.BTF');
      edit(module, module.offsetOf(section), section);
      return module.bytes;
    },
  };
}

const setWord = (id: string, offset: number, change: (value: number) => number): JudgeCase =>
  damaged(id, (module, at) =>
    module.bytes.writeUInt32LE(change(module.bytes.readUInt32LE(at + offset)) >>> 0, at + offset),
  );
const setByte = (id: string, offset: number, value: number): JudgeCase =>
  damaged(id, (module, at) => module.bytes.writeUInt8(value, at + offset));
const setSize = (id: string, change: (size: number) => number): JudgeCase =>
  damaged(id, (module, _, section) =>
    module.bytes.writeBigUInt64LE(BigInt(change(module.sizeOf(section))), module.header(section) + 32),
  );

export const btfCases: readonly JudgeCase[] = [
  damaged('whole', () => {}),
  setByte('magic', 0, 0),
  setByte('version', 2, 9),
  setByte('flags', 3, 1),
  setWord('header-0-bytes', 4, () => 0),
  setWord('header-8-bytes', 4, () => 8),
  setWord('header-too-long', 4, () => 0x7fffffff),
  setWord('types-behind-gap', 8, () => 4),
  setWord('types-shorter', 12, (bytes) => bytes - 4),
  setWord('types-too-long', 12, () => 0x7fffffff),
  setWord('strings-over-types', 16, () => 0),
  setWord('strings-none', 20, () => 0),
  setWord('strings-shorter', 20, (bytes) => bytes - 1),
  damaged('strings-not-terminated', (module, at, section) =>
    module.bytes.writeUInt8(0x41, at + module.sizeOf(section) - 1),
  ),
  setSize('empty', () => 0),
  setSize('10-bytes', () => 10),
  setSize('shorter', (size) => size - 4),
];
