/**
 * What is said of configurations against what Kconfig itself makes of them: Debian's linux-source and the configurations that
 * its kernels of the same version are shipped with. make, gcc, flex and bison are needed. VERMAGIC_REAL_LINUX_SOURCE may name
 * another unpacked source, VERMAGIC_REAL_CONFIGS configurations of exactly that source, separated by colons.
 */
import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { basename, join } from 'node:path';
import { after, before, describe, test } from 'node:test';
import { pathToFileURL } from 'node:url';
import { type DebianArchitecture, newestRelease, unpackedPackage } from '../../scripts/samples/debian-kernels.mjs';
import { kernelSource, sourceVersion } from '../../scripts/samples/kernel-source.mjs';
import type { Finding } from '../../server/src/findings/finding.ts';
import { NodeFileSystem } from '../../server/src/node/node-file-system.ts';
import { Policy } from '../../server/src/rules/policy.ts';
import { KconfigStore } from '../../server/src/service/config-kconfig-store.ts';
import { lintDocument } from '../../server/src/service/lint-document.ts';
import { parseDotConfigSyntax, settingText } from '../../server/src/text/dot-config-syntax.ts';
import { KconfigValues } from '../../server/src/text/kconfig-values.ts';

const series = '6.1';
const { source, configs, skip } = material();

interface Material {
  readonly source: string;
  readonly configs: readonly string[];
  /** In one line what is missing. */
  readonly skip: string | false;
}

function material(): Material {
  const missing = ['make', 'gcc', 'flex', 'bison'].filter((tool) => spawnSync(tool, ['--version']).error);
  if (missing.length > 0) return { source: '', configs: [], skip: `there is no ${missing.join(', no ')}` };
  try {
    const folder = process.env['VERMAGIC_REAL_LINUX_SOURCE'] ?? kernelSource(series);
    const given = process.env['VERMAGIC_REAL_CONFIGS']?.split(':') ?? shippedConfigs(sourceVersion(folder));
    return { source: folder, configs: given, skip: given.length === 0 && `no configuration of ${folder} was found` };
  } catch (error) {
    return {
      source: '',
      configs: [],
      skip: error instanceof Error ? (error.message.split('\n')[0] ?? '') : String(error),
    };
  }
}

/**
 * Of the kernels that are built from the source as it is: PREEMPT_RT kernels have a patch of their own, which Debian's source
 * package has not applied.
 */
function shippedConfigs(version: string): string[] {
  const found: string[] = [];
  for (const [flavour, architecture] of [
    ['amd64', 'amd64'],
    ['cloud-amd64', 'amd64'],
    ['arm64', 'arm64'],
  ] as const) {
    const kernel = shippedConfig(flavour, architecture);
    const head = kernel && readFileSync(kernel, 'utf8').slice(0, 200);
    if (kernel && head?.includes(` ${version} `)) found.push(kernel);
    else console.log(`no configuration of ${version} for ${flavour}`);
  }
  return found;
}

function shippedConfig(flavour: string, architecture: DebianArchitecture): string | undefined {
  try {
    const release = newestRelease(series, flavour, architecture);
    return join(unpackedPackage(`linux-image-${release}`, architecture), 'boot', `config-${release}`);
  } catch {
    return undefined;
  }
}

const files = new NodeFileSystem();
const kconfig = new KconfigStore(files, source === '' ? {} : { sources: [pathToFileURL(source).href] });

async function findings(path: string, text: string): Promise<readonly Finding[]> {
  const all = await lintDocument({ uri: pathToFileURL(path).href, text }, { policy: new Policy(), files, kconfig });
  return all.filter((finding) => finding.rule.startsWith('config-'));
}

/** Settings that break a configuration, each in a way of its own. */
const breaks: readonly Readonly<Record<string, string>>[] = [
  { NET: 'n' },
  { PCI: 'n' },
  { MODULES: 'n' },
  { USB_SUPPORT: 'n' },
  { BLOCK: 'n' },
  { INET: 'n' },
  { CRYPTO_SHA256: 'n' },
  { SMP: 'm' },
  { PREEMPT_RT: 'y', PREEMPT_VOLUNTARY: 'n' },
  { HZ_1000: 'y' },
  { NR_CPUS: '100000' },
  { LOG_BUF_SHIFT: '3' },
  { LOG_BUF_SHIFT: 'abc' },
  { GENERIC_ALLOCATOR: 'n' },
  { MODVERSIONS: 'n' },
  { MODULE_SIG: 'n' },
  { SOUND: 'n' },
  { DRM: 'n' },
  { USB: 'm', USB_XHCI_HCD: 'y' },
  { ACPI: 'n' },
  { KVM: 'm', KVM_INTEL: 'y' },
  { EXT4_FS: 'm', JBD2: 'n' },
  { EXPERT: 'n' },
  { SLAB: 'y', SLUB: 'n' },
  { DEBUG_INFO_NONE: 'y' },
];

describe('configurations against their own source', { skip }, () => {
  /** The build folder of every run: Kconfig's own programs are made once. */
  let folder = '';
  before(async () => {
    folder = await mkdtemp(join(tmpdir(), 'vermagic-kconfig-'));
  });
  after(() => rm(folder, { recursive: true, force: true }));

  for (const path of configs) {
    test(`nothing is said of ${basename(path)}, which Kconfig wrote`, async () => {
      assert.deepEqual(
        (await findings(path, await readFile(path, 'utf8'))).map((finding) => finding.message),
        [],
      );
    });
  }

  for (const values of breaks) {
    test(`${JSON.stringify(values)}: the same symbols as make olddefconfig`, { timeout: 120_000 }, async () => {
      await sameSymbols(folder, values);
    });
  }

  test('a configuration edited step by step has the values of one calculated from the beginning', async () => {
    const path = configs[0] ?? '';
    const syntax = parseDotConfigSyntax(await readFile(path, 'utf8'));
    const tree = await kconfig.treeOf(pathToFileURL(path).href, syntax);
    assert.ok(tree);
    const edited = new KconfigValues(tree, syntax.settings, true);
    for (const symbol of tree.symbols.values()) edited.of(symbol);
    let user: ReadonlyMap<string, { value: string }> = syntax.settings;
    for (const values of breaks) {
      user = new Map([...user, ...Object.entries(values).map(([name, value]) => [name, { value }] as const)]);
      edited.update(user);
      const fresh: KconfigValues = new KconfigValues(tree, user, true);
      assert.deepEqual([...edited.otherwise()].sort(), [...fresh.otherwise()].sort(), JSON.stringify(values));
      const others: readonly { readonly name: string }[] = [...tree.symbols.values()].filter(
        (symbol) => edited.textOf(symbol) !== fresh.textOf(symbol),
      );
      assert.deepEqual(
        others.map((symbol) => symbol.name),
        [],
        JSON.stringify(values),
      );
    }
  });
});

/** The given configuration after one pass of Kconfig with the compiler of this machine. */
let base: string | undefined;

async function asKconfigWritesIt(folder: string, given: string, arch: string): Promise<string> {
  await writeFile(join(folder, '.config'), given);
  olddefconfig(folder, arch);
  return readFile(join(folder, '.config'), 'utf8');
}

async function sameSymbols(folder: string, values: Readonly<Record<string, string>>): Promise<void> {
  const path = join(folder, '.config');
  const given = await readFile(configs[0] ?? '', 'utf8');
  const arch = parseDotConfigSyntax(given).banner?.arch ?? 'x86';
  base ??= await asKconfigWritesIt(folder, given, arch);
  let text = base;
  for (const [name, value] of Object.entries(values)) text = withSetting(text, name, value);
  await writeFile(path, text);
  const told = (await findings(join(tmpdir(), 'config-0'), text)).map(
    (finding) => finding.symbol ?? /CONFIG_(\w+)/.exec(finding.message)?.[1],
  );
  olddefconfig(folder, arch);
  const before = parseDotConfigSyntax(text).settings;
  const after = parseDotConfigSyntax(await readFile(path, 'utf8')).settings;
  const changed = [...before.values()].filter((setting) => {
    const now = after.get(setting.name);
    return now === undefined ? setting.value !== 'n' : now.value !== setting.value;
  });
  const names = changed.map((setting) => setting.name);
  // Of very many the list is cut, and its last entry says how many more there are.
  const common = told.filter((name) => name !== undefined);
  if (names.length <= common.length) assert.deepEqual(common.sort(), names.sort());
  else
    assert.deepEqual(
      common.filter((name) => !names.includes(name)),
      [],
    );
}

function withSetting(text: string, name: string, value: string): string {
  const pattern = new RegExp(`^(?:# CONFIG_${name} is not set|CONFIG_${name}=.*)$`, 'm');
  const line = settingText(name, value);
  return pattern.test(text) ? text.replace(pattern, line) : `${text}${line}\n`;
}

function olddefconfig(folder: string, arch: string): void {
  const run = spawnSync('make', ['-s', '-C', source, `O=${folder}`, `ARCH=${arch}`, 'olddefconfig'], {
    encoding: 'utf8',
  });
  assert.equal(run.status, 0, run.stderr);
}
