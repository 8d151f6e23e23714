import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { readBytes } from '../../../server/src/elf/drivers.ts';
import type { ElfFile } from '../../../server/src/elf/elf-file.ts';
import { elfySections } from '../../../server/src/elf/elfy-adapter.ts';
import { rawSections, readElf, type SectionDecoder } from '../../../server/src/elf/read-elf.ts';
import { buildModule } from './elf-builder.ts';

function sections(image: Uint8Array, decode: SectionDecoder): ElfFile['sections'] {
  return readBytes(image, readElf(image.length, decode)).value?.sections ?? [];
}

describe('elfy and the fast decoder give the same sections', () => {
  for (const elfClass of [32, 64] as const) {
    for (const endian of ['little', 'big'] as const) {
      it(`${elfClass}-bit ${endian}-endian`, () => {
        const image = buildModule({
          class: elfClass,
          endian,
          machine: 258,
          versions: { module_layout: 1 },
          exports: [{ symbol: 'x', crc: 1 }],
          sections: [
            { name: '.bss', type: 8, flags: 3, size: 0x7fffffff },
            { name: '.odd', type: 0x6fff4c0b, flags: 0xf0000002 },
          ],
        });
        let byElfy = 0;
        const viaElfy = sections(image, (tables) => {
          const decoded = elfySections(tables);
          byElfy = decoded.length;
          return decoded;
        });
        assert.ok(byElfy > 8);
        assert.deepEqual(viaElfy, sections(image, rawSections));
        assert.deepEqual(
          [viaElfy.at(-2)?.name, viaElfy.at(1)?.addralign],
          [`.rel${elfClass === 64 ? 'a' : ''}.gnu.linkonce.this_module`, 8],
        );
      });
    }
  }
});
