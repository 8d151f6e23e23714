/**
 * Section mismatches. What modpost says while a module is built is found again in the finished .ko, and so is what modpost does not
 * see; and over all modules of a distribution nearly nothing is found, each remaining case looked at by hand.
 */
import assert from 'node:assert/strict';
import { copyFileSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { basename, join } from 'node:path';
import { describe, test } from 'node:test';
import { cacheDirectory, hasCompiler, kbuild } from '../../scripts/samples/debian-kernels.mjs';
import { readBytes } from '../../server/src/elf/drivers.ts';
import { readElf } from '../../server/src/elf/read-elf.ts';
import { type InitReference, modpostSees, readInitReferences } from '../../server/src/loader/init-reference.ts';
import { type DebianKernel, debianKernel, modulesOf } from './debian-kernel.ts';

const kernel = debianKernel('6.1', 'amd64');
const absent = typeof kernel === 'string' ? kernel : !hasCompiler('amd64') && 'no gcc-12 is installed';

function referencesOf(file: string): readonly InitReference[] {
  const bytes = readFileSync(file);
  const elf = readBytes(bytes, readElf(bytes.length)).value;
  assert.ok(elf, file);
  return readBytes(bytes, readInitReferences(elf));
}

const named = ({ fromSymbol, toSymbol, toSection }: InitReference) => `${fromSymbol} -> ${toSymbol ?? toSection}`;

/** `from -> to` of each line "section mismatch in reference: A (section: .data) -> B (section: .init.text)". */
function modpostWarnings(output: string): readonly string[] {
  return [...output.matchAll(/section mismatch in reference: (\S+) \(section: \S+\) -> (\S+) \(section: \S+\)/g)].map(
    ([, from, to]) => `${from?.replace(/\+0x[0-9a-f]+$/, '')} -> ${to}`,
  );
}

function build({ headers }: DebianKernel): { readonly output: string; readonly file: string } {
  const directory = join(cacheDirectory, 'build', 'modpost-agreement');
  rmSync(directory, { recursive: true, force: true });
  mkdirSync(directory, { recursive: true });
  copyFileSync(join(import.meta.dirname, 'modpost', 'torn_sections.c'), join(directory, 'torn_sections.c'));
  writeFileSync(join(directory, 'Kbuild'), 'obj-m := torn_sections.o\nccflags-y := -fno-ipa-cp -fno-ipa-sra\n');
  const output = kbuild({ headers, directory, architecture: 'amd64', variables: ['W=1'] });
  return { output, file: join(directory, 'torn_sections.ko') };
}

/**
 * The modules of Debian 6.1 with findings, and what a look into their sources gave. `real`: the driver's probe, which also runs
 * when a device appears later, goes through the pointer. `harmless`: only init does.
 */
const known: Readonly<Record<string, string>> = {
  fore_200e: 'real: prom_read is called from probe, and is __init',
  'inv-mpu6050-i2c': 'real: probe calls dmi_check_system with a callback that is __init',
  ksz884x: 'real: ndo_init is called when probe registers the device, and is __init',
  i915: 'harmless: the table has steps of init and of exit; exit uses only its own',
  qed: 'harmless: init reads the lists and then sets the pointers to NULL',
  qede: 'harmless: init reads the lists and then sets the pointers to NULL',
};

describe('section mismatches', { skip: absent }, () => {
  if (typeof kernel === 'string') return;

  test('every warning of modpost is found in the finished module, and the kinds that it cannot see', () => {
    const { output, file } = build(kernel);
    const warned = modpostWarnings(output);
    const found = referencesOf(file);
    for (const expected of [
      'torn_notifier -> torn_event',
      'torn_driver -> torn_probe',
      'torn_again -> torn_start',
      'torn_cleaner -> torn_clean',
      'torn_stop -> torn_clean',
    ]) {
      assert.ok(warned.includes(expected), `modpost warns about ${expected}: ${output}`);
    }
    assert.ok(warned.length >= 8, warned.join('\n'));
    const ours = new Set(found.map(named));
    assert.deepEqual(
      warned.filter((one) => !ours.has(one)),
      [],
      [...ours].join('\n'),
    );
    const unseen = found.filter((reference) => !modpostSees(reference)).map(named);
    assert.deepEqual(unseen.toSorted(), [
      'torn_constant -> torn_release',
      'torn_file_ops -> torn_open',
      'torn_step -> torn_late_step',
    ]);
    for (const one of unseen) assert.ok(!warned.includes(one), `modpost says nothing of ${one}`);
    assert.deepEqual(
      found
        .filter(modpostSees)
        .map(named)
        .filter((one) => !warned.includes(one)),
      [],
      'nothing is found that is neither told by modpost nor of the kinds it cannot see',
    );
    console.log(`modpost: ${warned.length} warnings, all found; beyond them ${unseen.length}`);
  });

  test('over all modules of the distribution: none but those that were looked at', () => {
    const files = modulesOf(kernel);
    assert.ok(files.length > 3500);
    const hits = files.filter((file) => referencesOf(file).length > 0).map((file) => basename(file, '.ko'));
    for (const name of hits) console.log(`${name}: ${known[name] ?? 'not looked at yet'}`);
    assert.ok(hits.length <= files.length * 0.05);
    assert.deepEqual(hits.toSorted(), Object.keys(known).toSorted());
  });
});
