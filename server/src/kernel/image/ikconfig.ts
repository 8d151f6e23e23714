import { limits } from '../../limits.ts';
import type { Parsed } from '../../ports/parsed.ts';
import { ascii, indexOfBytes } from './byte-search.ts';
import { unpackGzipMember } from './gzip-member.ts';
import type { KernelPayload } from './kernel-payload.ts';

/**
 * The configuration compiled into the kernel (CONFIG_IKCONFIG): gzip data between the marks `IKCFG_ST` and
 * `IKCFG_ED` (kernel/configs.c). `undefined` when there is none.
 */
export async function readIkconfig(payload: KernelPayload): Promise<Parsed<string | undefined>> {
  for (const { bytes } of payload.sections) {
    const start = indexOfBytes(bytes, ascii('IKCFG_ST\x1f\x8b'));
    if (start < 0) continue;
    const end = indexOfBytes(bytes, ascii('IKCFG_ED'), start);
    if (end < 0) break;
    const unpacked = await unpackGzipMember(bytes.slice(start + 8, end), limits.configBytes);
    if ('problem' in unpacked) {
      return {
        value: undefined,
        problems: [{ message: `The configuration inside the kernel cannot be read. ${unpacked.problem}` }],
      };
    }
    return { value: new TextDecoder().decode(unpacked.bytes), problems: [] };
  }
  return { value: undefined, problems: [] };
}
