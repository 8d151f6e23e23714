import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { readBytes } from '../../../server/src/elf/drivers.ts';
import { type KernelModule, modinfoValues } from '../../../server/src/module/kernel-module.ts';
import { readKernelModule } from '../../../server/src/module/read-kernel-module.ts';
import { appendSignature, buildModule, concat, flexibleVersions, type ModuleSpec } from '../elf/elf-builder.ts';

function read(image: Uint8Array): KernelModule {
  return readBytes(image, readKernelModule('file:///lib/modules/x/demo.ko', image.length));
}

const shapes: readonly (Pick<ModuleSpec, 'class' | 'endian'> & { readonly machine: number; readonly title: string })[] =
  [
    { title: 'x86-64', class: 64, endian: 'little', machine: 62 },
    { title: 's390x', class: 64, endian: 'big', machine: 22 },
    { title: 'arm', class: 32, endian: 'little', machine: 40 },
    { title: 'ppc', class: 32, endian: 'big', machine: 20 },
  ];

for (const { title, ...shape } of shapes) {
  describe(`a ${title} module`, () => {
    const versions = { module_layout: 0xdeadbeef, _printk: 0x92997ed8, ['a'.repeat(55)]: 1 };
    const module = read(
      buildModule({
        ...shape,
        versions,
        imports: ['_printk', 'maybe?'],
        exports: [
          { symbol: 'open_one', crc: 0xf0000001 },
          { symbol: 'gpl_one', crc: 2, gplOnly: true, namespace: 'DEMO' },
        ],
        hasExit: false,
      }),
    );

    it('gives class, byte order and machine', () => {
      const header = module.elf?.header;
      assert.deepEqual([header?.class, header?.endian, header?.machine], [shape.class, shape.endian, shape.machine]);
      assert.deepEqual(module.problems, []);
    });

    it('gives each CRC as an unsigned number, also of the longest name', () => {
      assert.equal(module.versions.format, 'classic');
      assert.equal(module.versions.sectionVisible, true);
      assert.deepEqual(Object.fromEntries(module.versions.entries.map(({ symbol, crc }) => [symbol, crc])), versions);
    });

    it('gives exports with CRC, licence restriction and namespace', () => {
      assert.deepEqual(module.exports, [
        { symbol: 'open_one', crc: 0xf0000001, gplOnly: false, namespace: '' },
        { symbol: 'gpl_one', crc: 2, gplOnly: true, namespace: 'DEMO' },
      ]);
    });

    it('tells imports and which are weak', () => {
      const imports = module.imports.map(({ symbol, weak }) => [symbol, weak]);
      assert.deepEqual(imports, [
        ['_printk', false],
        ['maybe', true],
      ]);
    });

    it('gives what struct module holds', () => {
      assert.equal(module.structModuleSize, 0x380);
      assert.equal(module.structModuleName, 'demo');
      assert.equal(module.hasInit, true);
      assert.equal(module.hasExit, false);
    });
  });
}

it('keeps repeated modinfo keys in file order, and values with = and no text', () => {
  const modinfo = ['alias=a', 'alias=b', 'parm=x:y=z', 'depends=', 'nothing', 'author=Jürgen'];
  const module = read(buildModule({ modinfo }));
  assert.deepEqual(
    module.modinfo.map(({ key, value }) => `${key}|${value}`),
    ['alias|a', 'alias|b', 'parm|x:y=z', 'depends|', 'nothing|', 'author|Jürgen'],
  );
  assert.deepEqual(modinfoValues(module, 'alias'), ['a', 'b']);
});

it('joins parm and parmtype by name', () => {
  const modinfo = ['parmtype=debug:int', 'parm=debug:Level: 0 to 3', 'parmtype=quiet:bool', 'parm=lost:no type'];
  assert.deepEqual(read(buildModule({ modinfo })).parameters, [
    { name: 'debug', type: 'int', description: 'Level: 0 to 3' },
    { name: 'quiet', type: 'bool', description: undefined },
    { name: 'lost', type: undefined, description: 'no type' },
  ]);
});

it("reads Ubuntu's variable version records", () => {
  const versions = { module_layout: 0x11223344, a: 5, abc: 0xffffffff, ['long_'.repeat(40)]: 7 };
  const module = read(buildModule({ versionBytes: flexibleVersions(versions) }));
  assert.equal(module.versions.format, 'flexible');
  assert.deepEqual(Object.fromEntries(module.versions.entries.map(({ symbol, crc }) => [symbol, crc])), versions);
});

it('reads extended tables beside classic records and alone', () => {
  const extendedVersions = { module_layout: 3, ['x'.repeat(300)]: 4 };
  const both = read(buildModule({ versions: { module_layout: 3 }, extendedVersions }));
  assert.equal(both.versions.format, 'classic');
  assert.deepEqual(
    both.versions.extended?.map(({ symbol, crc }) => [symbol, crc]),
    Object.entries(extendedVersions),
  );
  assert.equal(read(buildModule({ extendedVersions })).versions.format, 'extended');
});

it('says when extended CRCs and names do not pair up', () => {
  const module = read(
    buildModule({ extendedVersions: { a: 1 }, sections: [{ name: '__version_ext_crcs', bytes: new Uint8Array(12) }] }),
  );
  assert.match(module.problems[0]?.message ?? '', /__version_ext_crcs and __version_ext_names/);
  assert.equal(module.versions.moreCrcsThanNames, true);
  const spareName = { name: '__version_ext_names', bytes: new TextEncoder().encode('a\0b\0') };
  const named = read(buildModule({ extendedVersions: { a: 1 }, sections: [spareName] }));
  assert.equal(named.versions.moreCrcsThanNames, undefined);
});

it('sees that __versions is invisible to the loader when it is not allocated', () => {
  const module = read(buildModule({ sections: [{ name: '__versions', flags: 0, bytes: new Uint8Array(64) }] }));
  assert.equal(module.versions.sectionVisible, false);
  assert.equal(module.versions.entries.length, 1);
});

it('reads the export layouts of 5.18 and of 7.2', () => {
  const exports = [
    { symbol: 'one', crc: 0xffffffff },
    { symbol: 'two', crc: 2, gplOnly: true, namespace: 'N' },
  ];
  const expected = exports.map((each) => ({ gplOnly: false, namespace: '', ...each }));
  assert.deepEqual(read(buildModule({ exports, crcLayout: 'absolute' })).exports, expected);
  assert.deepEqual(read(buildModule({ exports, exportLayout: 'kflagstab' })).exports, expected);
});

it('gives exports without CRC when the module was built without CONFIG_MODVERSIONS', () => {
  const module = read(buildModule({ exports: [{ symbol: 'one' }] }));
  assert.deepEqual(module.exports, [{ symbol: 'one', crc: undefined, gplOnly: false, namespace: '' }]);
});

it('points out symbols that loaders refuse', () => {
  const symbols = [
    { name: 'common', section: 0xfff2 },
    { name: 'stray', section: 200 },
  ];
  const irregular = read(buildModule({ symbols })).irregularSymbols;
  assert.deepEqual(irregular.map((symbol) => symbol.name).sort(), ['common', 'stray']);
});

describe('an appended signature', () => {
  const plain = buildModule();

  it('is no part of the ELF file', () => {
    const module = read(appendSignature(plain, true));
    assert.equal(module.signature?.offset, plain.length);
    assert.equal(module.elf?.sizeBytes, plain.length);
    assert.equal(module.signature?.trailer.idType, 2);
    assert.match(module.signature?.problems[0]?.message ?? '', /PKCS#7/);
  });

  it('that announces more bytes than there are is a problem, not an exception', () => {
    const signed = appendSignature(plain, true);
    new DataView(signed.buffer).setUint32(signed.length - 32, 0x7fffffff);
    assert.match(read(signed).signature?.problems[0]?.message ?? '', /announces 2147483647 bytes/);
  });

  it('is none when anything follows the marker', () => {
    assert.equal(read(concat([appendSignature(plain, true), Uint8Array.of(10)])).signature, undefined);
  });
});

it('recognises a file of zeros', () => {
  assert.equal(read(new Uint8Array(300_000)).allZero, true);
  const almost = new Uint8Array(300_000);
  almost[299_999] = 1;
  assert.equal(read(almost).allZero, false);
});
