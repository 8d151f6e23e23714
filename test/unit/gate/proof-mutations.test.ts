/** Thousands of damaged modules: what the proof of a scan lets pass, the full check lets pass as well. */
import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { SHF_ALLOC, SHT_REL, SHT_RELA } from '../../../server/src/elf/constants.ts';
import { MemoryFileSystem } from '../support/memory-file-system.ts';
import { ProofAndCheck } from './proof-against-check.ts';
import { fixture, flavours, kernelFor, moduleOf } from './scan-support.ts';

/** What makes a kernel look at as much as it can. */
const options = [
  'DEBUG_INFO_BTF_MODULES',
  'ARM64_MODULE_PLTS',
  'ARM_MODULE_PLTS',
  'MODULE_SIG',
  'CONSTRUCTORS',
  'CRYPTO_SHA256',
];
const rounds = 1500;

for (const [flavour, arch] of flavours) {
  describe(`scan and check over ${flavour}`, async () => {
    const files = new MemoryFileSystem();
    for (const name of ['beacon', 'listener']) files.write(`/m/${name}.ko`, fixture(flavour, `${name}.ko`));
    const beacon = await moduleOf(files, '/m/beacon.ko');
    const kernel = kernelFor(await moduleOf(files, '/m/listener.ko'), beacon, arch, options);
    const original = fixture(flavour, 'beacon.ko');
    const section = (name: string) => beacon.elf?.sections.find((each) => each.name === name);
    /** The field of a section's header at so many bytes. */
    const header = (index: number, at: number) =>
      (beacon.elf?.header.shoff ?? 0) + index * (arch.endsWith('64') ? 64 : 40) + at;

    async function both(change: (bytes: Uint8Array, view: DataView) => void): Promise<readonly [string, string]> {
      const bytes = original.slice();
      change(bytes, new DataView(bytes.buffer));
      const pair = new ProofAndCheck(kernel, 'beacon');
      return [await pair.scan(bytes), (await pair.check(bytes)).replace(/: .*/s, '')];
    }

    it('agree on the module as it was built', async () => {
      assert.deepEqual(await both(() => undefined), ['unsigned', 'unsigned']);
    });

    it('agree on every damaged copy that is proven', async () => {
      const tally = await new ProofAndCheck(kernel, 'beacon').compare(original, rounds, 0x2f6e2b1);
      assert.deepEqual(tally.disagreements, []);
      assert.ok(tally.proven > rounds / 3, `only ${tally.proven} were proven: the test shows little`);
      assert.ok(tally.proven < rounds, 'nothing was damaged');
    });

    it('leave relocations in the form that this architecture does not take to the full check', async () => {
      // In the other form its first entry reads the same and is the only one.
      const isOne = (type: number, size: number) =>
        (type === SHT_RELA && size === 24) || (type === SHT_REL && size === 16);
      const isLoaded = (index: number) => ((beacon.elf?.sections[index]?.flags ?? 0) & SHF_ALLOC) !== 0;
      const table = beacon.elf?.sections.find(({ type, size, info }) => isOne(type, size) && isLoaded(info));
      assert.ok(table);
      const found = await both((_, view) =>
        view.setUint32(header(table.index, 4), table.type === SHT_REL ? SHT_RELA : SHT_REL, true),
      );
      assert.deepEqual(found, ['doubt', 'refused']);
    });

    for (const name of arch.startsWith('arm') ? ['.plt', '.init.plt'] : []) {
      it(`ask for ${name} where stubs are needed`, async () => {
        const index = section(name)?.index;
        assert.ok(index !== undefined);
        const found = await both((_, view) =>
          view.setUint32(header(index, 0), section('.text')?.nameOffset ?? 0, true),
        );
        assert.deepEqual(found, ['doubt', 'refused']);
      });
    }

    const btf = section('.BTF');
    for (const word of btf === undefined ? [] : [0, 1, 2, 3, 4, 5]) {
      it(`look at word ${word} of .BTF`, async () => {
        const found = await both((_, view) => {
          const at = (btf?.offset ?? 0) + word * 4;
          view.setUint32(at, view.getUint32(at, true) + 4, true);
        });
        assert.deepEqual(found, ['doubt', 'refused']);
      });
    }

    if (arch.endsWith('64'))
      it('read flags that stand beside bits that no kernel knows', async () => {
        const index = section('.gnu.linkonce.this_module')?.index ?? 0;
        const found = await both((bytes) => {
          bytes[header(index, 8) + 7] = 0x80;
        });
        assert.deepEqual(found, ['unsigned', 'unsigned']);
      });
  });
}
