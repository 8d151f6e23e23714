import { execFileSync } from 'node:child_process';
import { copyFileSync, existsSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { cacheDirectory, compilers, run } from '../../../scripts/samples/debian-kernels.mjs';
import { buildModules } from '../../../scripts/samples/module-build.mjs';
import type { BuiltModule, CaseKit } from './judge-case.ts';
import type { JudgeKernel } from './judge-kernel.ts';

const here = resolve(import.meta.dirname);
const sources = join(here, 'modules');

/** Folder of this kernel's builds; a package update makes a new one. */
export function kernelScratch(kernel: JudgeKernel): string {
  const directory = join(cacheDirectory, 'judge', `${kernel.release}_${kernel.packageVersion}`);
  mkdirSync(directory, { recursive: true });
  return directory;
}

/** Compiles the initramfs's only program for the kernel's machine. */
export function buildInit(kernel: JudgeKernel): Buffer {
  const program = join(kernelScratch(kernel), 'init');
  const { compiler } = compilers[kernel.architecture];
  run(compiler, ['-static', '-Os', '-s', '-Wall', '-Werror', '-o', program, join(here, 'init.c')]);
  return readFileSync(program);
}

/** Groups that Kbuild builds together; a later group may import from the earlier ones it names. */
const groups: readonly { name: string; modules: readonly BuiltModule[]; from: readonly string[]; loose?: boolean }[] = [
  { name: 'base', modules: ['judge_plain', 'judge_provider', 'judge_closed', 'judge_weak', 'judge_empty'], from: [] },
  { name: 'users', modules: ['judge_user', 'judge_heir', 'judge_torn', 'judge_torn_late'], from: ['base'] },
  { name: 'twin', modules: ['judge_twin'], from: [] },
  // Undefined symbols are errors of the build; only a warning lets such a module exist.
  { name: 'lost', modules: ['judge_lost'], from: [], loose: true },
];

/** Builds our modules for `kernel` once per version of its package; returns the folder with the `.ko` files. */
export function buildJudgeModules(kernel: JudgeKernel, sourceHash: string): string {
  const directory = join(kernelScratch(kernel), `modules-${sourceHash}`);
  const done = join(directory, 'done');
  if (existsSync(done)) return directory;
  mkdirSync(directory, { recursive: true });
  const symvers = new Map<string, string>();
  for (const group of groups) {
    const built = buildModules({
      name: `judge-${kernel.release}-${group.name}`,
      source: sources,
      modules: group.modules,
      headers: kernel.headers,
      architecture: kernel.architecture,
      extraSymbols: group.from.map((name) => symvers.get(name) ?? ''),
      ...(group.loose === true ? { variables: ['KBUILD_MODPOST_WARN=1'] } : {}),
    });
    symvers.set(group.name, join(built, 'Module.symvers'));
    for (const module of group.modules) copyFileSync(join(built, `${module}.ko`), join(directory, `${module}.ko`));
  }
  writeFileSync(done, '');
  return directory;
}

/** A distribution module, as an unpacked file; `undefined` when the kernel has it built in. */
export function distributionModule(kernel: JudgeKernel, path: string): Buffer | undefined {
  const plain = join(kernel.image, 'lib', 'modules', kernel.release, 'kernel', path);
  if (existsSync(plain)) return readFileSync(plain);
  if (!existsSync(`${plain}.xz`)) return undefined;
  return execFileSync('xz', ['--decompress', '--stdout', `${plain}.xz`], { maxBuffer: 64 * 1024 * 1024 });
}

function signWithNewKey(kernel: JudgeKernel, module: Uint8Array, hash: string): Buffer {
  const directory = kernelScratch(kernel);
  const [key, certificate, file] = ['key.pem', 'certificate.pem', 'to-sign.ko'].map((name) => join(directory, name));
  if (key === undefined || certificate === undefined || file === undefined) throw new Error('no names');
  if (!existsSync(certificate)) {
    run('openssl', [
      ...['req', '-new', '-x509', '-newkey', 'rsa:2048', '-nodes', '-sha256', '-days', '36500', '-batch'],
      ...['-subj', '/CN=A key that no keyring has', '-keyout', key, '-out', certificate],
    ]);
  }
  writeFileSync(file, module);
  run(join(kernel.headers, 'scripts', 'sign-file'), [hash, key, certificate, file]);
  const signed = readFileSync(file);
  rmSync(file);
  return signed;
}

/** What the cases of `kernel` are made from. `folders` are the built modules of every kernel, by its name. */
export function caseKit(kernel: JudgeKernel, folders: ReadonlyMap<string, string>): CaseKit {
  const folder = folders.get(kernel.name);
  if (folder === undefined) throw new Error(`nothing was built for ${kernel.name}`);
  return {
    architecture: kernel.architecture === 'arm64' ? 'arm64' : 'amd64',
    built: (name) => readFileSync(join(folder, `${name}.ko`)),
    builtFor: (name) => {
      const other = folders.get(name);
      return other === undefined || other === folder ? undefined : readFileSync(join(other, 'judge_plain.ko'));
    },
    signed: () => {
      const dummy = distributionModule(kernel, 'drivers/net/dummy.ko');
      if (dummy === undefined) throw new Error(`${kernel.release} has no dummy.ko`);
      return dummy;
    },
    sign: (module, hash) => signWithNewKey(kernel, module, hash),
  };
}
