import assert from 'node:assert/strict';
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, it } from 'node:test';
import { readBytes, readSync } from '../../../server/src/elf/drivers.ts';
import { elfySections } from '../../../server/src/elf/elfy-adapter.ts';
import { rawSections } from '../../../server/src/elf/read-elf.ts';
import { readRelocations } from '../../../server/src/elf/relocations.ts';
import type { KernelModule } from '../../../server/src/module/kernel-module.ts';
import { moduleFileName } from '../../../server/src/module/module-file-name.ts';
import { readKernelModule } from '../../../server/src/module/read-kernel-module.ts';
import { inspectReport } from '../../../server/src/service/inspect-report.ts';
import { appendSignature, buildModule, concat } from './elf-builder.ts';

/** Reads everything, the lazy parts included, in both ways of decoding. */
function readAll(image: Uint8Array): KernelModule {
  for (const decode of [elfySections, rawSections]) {
    const module = readBytes(image, readKernelModule('file:///m.ko', image.length, { decode }));
    inspectReport(module, '/m.ko');
    if (module.elf !== undefined) readBytes(image, readRelocations(module.elf));
    if (decode === rawSections) return module;
  }
  throw new Error('unreachable');
}

/** Processor time of this process in ms: unlike the clock it does not count what else the machine does. */
function cpuMs(): number {
  const { user, system } = process.cpuUsage();
  return (user + system) / 1000;
}

function firstProblem(image: Uint8Array): string {
  return readAll(image).problems[0]?.message ?? '';
}

const shapes = [
  { class: 64, endian: 'little' },
  { class: 64, endian: 'big' },
  { class: 32, endian: 'little' },
  { class: 32, endian: 'big' },
] as const;

const rich = (shape: (typeof shapes)[number]) =>
  buildModule({
    ...shape,
    versions: { module_layout: 1, _printk: 2 },
    exports: [
      { symbol: 'a', crc: 1 },
      { symbol: 'b', crc: 2, gplOnly: true, namespace: 'N' },
    ],
    signature: true,
  });

describe('what is no module says so', () => {
  it('an empty file', () => assert.equal(firstProblem(new Uint8Array(0)), 'The file is empty.'));
  it('zeros', () => {
    const module = readAll(new Uint8Array(4096));
    assert.equal(module.allZero, true);
    assert.match(module.problems[0]?.message ?? '', /^Not an ELF file: it starts with 00 00 00 00/);
  });
  it('text', () => assert.match(firstProblem(new TextEncoder().encode('#!/bin/sh\n')), /starts with 23 21 2f 62/));
  it('an ELF header alone', () => assert.match(firstProblem(rich(shapes[0]).subarray(0, 64)), /is cut off or damaged/));
  it('half a header', () => assert.match(firstProblem(rich(shapes[0]).subarray(0, 40)), /ends inside the ELF header/));
  it('an unknown class', () => {
    const image = rich(shapes[0]);
    image[4] = 7;
    assert.match(firstProblem(image), /class byte is 7/);
  });
  it('a class or byte order that the rest of the header contradicts, and is read as kernels read it', () => {
    for (const shape of shapes) {
      const whole = readAll(rich(shape));
      for (const at of [4, 5]) {
        const image = rich(shape);
        image[at] = 3 - (image[at] ?? 0);
        const module = readAll(image);
        assert.match(module.problems[0]?.message ?? '', /^e_ident says .*, the header is .*, and is read so/);
        assert.deepEqual(module.exports, whole.exports);
        assert.deepEqual(module.versions, whole.versions);
      }
    }
  });
});

it('a file cut at any place gives a module with problems', () => {
  for (const shape of shapes) {
    const image = buildModule({ ...shape, versions: { module_layout: 1 }, exports: [{ symbol: 'a', crc: 1 }] });
    for (let length = 0; length < image.length; length += 1) {
      assert.ok(readAll(image.subarray(0, length)).problems.length > 0, `${shape.class} ${shape.endian} at ${length}`);
    }
  }
});

it('70,000 sections are read, and extended numbering is said to be refused by kernels', () => {
  const count = 70_000;
  const header = buildModule().slice(0, 64);
  const view = new DataView(header.buffer);
  view.setBigUint64(40, 64n, true);
  view.setUint16(60, 0, true);
  view.setUint16(62, 0, true);
  const table = new Uint8Array(count * 64);
  new DataView(table.buffer).setBigUint64(32, BigInt(count), true);
  const image = concat([header, table]);
  const started = cpuMs();
  const module = readBytes(image, readKernelModule('file:///m.ko', image.length));
  const spentMs = cpuMs() - started;
  assert.equal(module.elf?.sections.length, count);
  assert.equal(module.elf?.header.shnum, 0);
  assert.match(module.problems[0]?.message ?? '', /Extended section numbering \(70000 sections\)/);
  assert.ok(spentMs < 1000, `${spentMs} ms`);
});

it('sections that overlap or lie outside the file are said and not read', () => {
  const sections = [
    { name: '.modinfo', size: 0x7fff_ffff_ffff },
    { name: '__versions', size: 1 << 20 },
  ];
  const module = readAll(buildModule({ sections }));
  assert.deepEqual(module.modinfo, []);
  assert.match(module.problems.map((problem) => problem.message).join('\n'), /\.modinfo .* cannot be read/);
  assert.match(module.problems.map((problem) => problem.message).join('\n'), /__versions .* cannot be read/);
});

it('a name table without any NUL costs no more than its names', () => {
  const image = buildModule({
    sections: [{ name: '.strtab', type: 3, flags: 0, bytes: new Uint8Array(8 << 20).fill(0x61) }],
    imports: Array.from({ length: 20_000 }, (_, index) => `i${index}`),
  });
  const started = cpuMs();
  readBytes(image, readKernelModule('file:///m.ko', image.length));
  const spentMs = cpuMs() - started;
  assert.ok(spentMs < 1000, `${spentMs} ms`);
});

it('names outside the name tables are empty, not an exception', () => {
  const image = buildModule();
  const shoff = Number(new DataView(image.buffer).getBigUint64(40, true));
  new DataView(image.buffer).setUint32(shoff + 64, 0xffff_ffff, true);
  assert.equal(readAll(image).elf?.sections[1]?.name, '');
});

it('a sparse file of 300 MB is read in milliseconds, in few and small reads', () => {
  const sizeBytes = 300 * 1024 * 1024;
  const image = buildModule({ versions: { module_layout: 1 } });
  let bytesRead = 0;
  const read = (offset: number, target: Uint8Array) => {
    bytesRead += target.length;
    target.fill(0);
    target.set(image.subarray(Math.min(offset, image.length), offset + target.length));
    return target.length;
  };
  const started = cpuMs();
  const module = readSync(read, sizeBytes, readKernelModule('file:///big.ko', sizeBytes));
  assert.ok(cpuMs() - started < 200);
  assert.equal(module.versions.entries.length, 1);
  assert.ok(bytesRead < 200_000, `${bytesRead} bytes were read`);
});

it('a sparse file of 300 MB with nothing but zeros is recognised without reading it whole', () => {
  const sizeBytes = 300 * 1024 * 1024;
  let bytesRead = 0;
  const read = (_: number, target: Uint8Array) => {
    bytesRead += target.length;
    target.fill(0);
    return target.length;
  };
  assert.equal(readSync(read, sizeBytes, readKernelModule('file:///zero.ko', sizeBytes)).allZero, true);
  assert.ok(bytesRead < 8 << 20, `${bytesRead} bytes were read`);
});

it('names a module by its file, whatever it is packed with', () => {
  assert.equal(moduleFileName('file:///a/b%20c.ko.zst'), 'b c');
  assert.equal(moduleFileName('file:///a/snd-pcm.ko'), 'snd-pcm');
});

const realFolders = (process.env['VERMAGIC_REAL_MODULES'] ?? '').split(':').filter((path) => path !== '');
const mutationCount = Number(process.env['VERMAGIC_MUTATIONS'] ?? (realFolders.length > 0 ? 10_000 : 2_000));

it(`${mutationCount} random mutations: no exception, none takes a second`, (test) => {
  const images = [...shapes.map(rich), ...realModules()];
  test.diagnostic(`${images.length - shapes.length} real modules, ${shapes.length} composed ones`);
  const random = generator(20_261_120);
  let slowest = 0;
  for (let round = 0; round < mutationCount; round++) {
    const image = mutate(images[random(images.length)] as Uint8Array, random);
    const started = cpuMs();
    try {
      readAll(image);
    } catch (error) {
      assert.fail(`round ${round}: ${error instanceof Error ? error.stack : error}`);
    }
    slowest = Math.max(slowest, cpuMs() - started);
  }
  test.diagnostic(`slowest: ${slowest.toFixed(1)} ms; memory: ${Math.round(process.memoryUsage().rss / 1e6)} MB`);
  assert.ok(slowest < 1000, `slowest took ${slowest} ms`);
  assert.ok(process.memoryUsage().rss < 1e9);
});

/** Modules of the folders in VERMAGIC_REAL_MODULES, else of this repository's samples; at most 200. */
function realModules(): Uint8Array[] {
  const samples = join(import.meta.dirname, '../../../samples');
  const folders = realFolders.length > 0 ? realFolders : existsSync(samples) ? [samples] : [];
  const paths = folders.flatMap((folder) =>
    readdirSync(folder, { recursive: true, encoding: 'utf8' })
      .filter((name) => name.endsWith('.ko') && !name.includes('node_modules'))
      .map((name) => join(folder, name)),
  );
  const stride = Math.max(1, Math.floor(paths.length / 200));
  const picked = paths.filter((_, index) => index % stride === 0);
  return picked.map((path) => new Uint8Array(readFileSync(path))).filter((image) => image.length < 4 << 20);
}

/** Changes the header, the tables at the end or any bytes; sometimes cuts the file. */
function mutate(original: Uint8Array, random: (below: number) => number): Uint8Array {
  const image = original.slice();
  const changes = 1 + random(8);
  for (let change = 0; change < changes; change++) {
    const where = [random(64), random(image.length), Math.max(0, image.length - 1 - random(6000))][random(3)] as number;
    const bytes = 1 + random(8);
    const value = [0, 0xff, 0x7f, random(256)][random(4)] as number;
    for (let at = where; at < Math.min(image.length, where + bytes); at++)
      image[at] = random(2) === 0 ? value : random(256);
  }
  const cut = random(10) === 0 ? image.subarray(0, random(image.length)) : image;
  return random(20) === 0 ? appendSignature(cut, image.subarray(0, random(400))) : cut;
}

/** A small deterministic generator (mulberry32), so that a failing round can be repeated. */
function generator(seed: number): (below: number) => number {
  let state = seed;
  return (below) => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) % below;
  };
}
