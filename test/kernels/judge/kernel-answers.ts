import { createHash } from 'node:crypto';
import { existsSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { basename, join } from 'node:path';
import { hasCompiler } from '../../../scripts/samples/debian-kernels.mjs';
import { type GuestCase, judge, type KernelAnswer } from './boot.ts';
import { buildInit, buildJudgeModules, caseKit, distributionModule, kernelScratch } from './build-judge.ts';
import { allCases } from './cases/all-cases.ts';
import type { InitramfsFile } from './initramfs.ts';
import { type BuiltModule, blacklistedName, type CaseKit, type JudgeCase } from './judge-case.ts';
import { isJudge, type JudgeKernel, judgeKernels, type Unavailable } from './judge-kernel.ts';

/** How a kernel is booted, and which cases are put to it then. */
export interface BootVariant {
  readonly name: string;
  readonly commandLine: string;
  readonly sigEnforce: boolean;
  readonly lockdown: 'none' | 'integrity';
  readonly takes: (one: JudgeCase) => boolean;
  /** Fewer answers than these mean that the cases were not put at all. */
  readonly fewestCases: number;
}

const blacklist = `module_blacklist=${blacklistedName}`;

export const bootVariants: readonly BootVariant[] = [
  {
    name: 'default',
    commandLine: blacklist,
    sigEnforce: false,
    lockdown: 'none',
    takes: () => true,
    fewestCases: 100,
  },
  {
    name: 'sig_enforce',
    commandLine: `module.sig_enforce=1 ${blacklist}`,
    sigEnforce: true,
    lockdown: 'none',
    takes: (one) => one.underSigEnforce === true,
    fewestCases: 20,
  },
  {
    name: 'lockdown',
    commandLine: `lockdown=integrity ${blacklist}`,
    sigEnforce: false,
    lockdown: 'integrity',
    takes: (one) => one.underLockdown === true,
    fewestCases: 8,
  },
];

/** A case as it was put to one kernel, with the answer. */
export interface JudgedCase {
  readonly case: JudgeCase;
  /** The file that was loaded, on this machine. */
  readonly file: string;
  /** Those loaded before it. */
  readonly before: readonly string[];
  readonly answer: KernelAnswer;
}

export interface Judgement {
  readonly kernel: JudgeKernel;
  readonly variant: BootVariant;
  readonly cases: readonly JudgedCase[];
}

const modulesFolder = join(import.meta.dirname, 'modules');

function hashOf(parts: readonly (string | Uint8Array)[]): string {
  const hash = createHash('sha256');
  for (const part of parts) hash.update(`${part.length}:`).update(part);
  return hash.digest('hex').slice(0, 16);
}

function sourceHash(): string {
  return hashOf(
    readdirSync(modulesFolder)
      .sort()
      .flatMap((name) => [name, readFileSync(join(modulesFolder, name))]),
  );
}

/**
 * Digests that Debian builds as modules. On an installed system the kernel fetches them with modprobe when a signature
 * needs them; here they are loaded beforehand.
 */
const digestModules = ['crypto/sha512_generic.ko'];

interface MadeCase {
  readonly case: JudgeCase;
  readonly file: string;
  readonly bytes: Uint8Array;
}

function makeCases(kit: CaseKit, directory: string, cases: readonly JudgeCase[]): readonly MadeCase[] {
  mkdirSync(directory, { recursive: true });
  return cases.flatMap((one) => {
    const bytes = one.make(kit);
    if (bytes === undefined) return [];
    const file = join(directory, `${one.id}.ko`);
    writeFileSync(file, bytes);
    return [{ case: one, file, bytes }];
  });
}

/** Answers of one kernel in one variant: from the cache when package, cases and program are the same, else by booting. */
async function answersFor(
  kernel: JudgeKernel,
  variant: BootVariant,
  made: readonly MadeCase[],
  kit: CaseKit,
): Promise<ReadonlyMap<string, KernelAnswer>> {
  const init = buildInit(kernel);
  const guestCases: GuestCase[] = made.map(({ case: one }) => ({
    id: one.id,
    flags: one.flags ?? 0,
    path: `/m/${one.id}.ko`,
    parameters: one.parameters ?? '',
    before: (one.before ?? []).map((name) => `/b/${name}.ko`),
  }));
  const before = [...new Set(made.flatMap(({ case: one }) => one.before ?? []))].sort();
  const preload = digestModules.flatMap((path) => {
    const bytes = distributionModule(kernel, path);
    return bytes === undefined ? [] : [{ path: `p/${basename(path)}`, mode: 0o100644, bytes }];
  });
  const preloadList = preload.map((file) => `/${file.path}\n`).join('');
  const files: InitramfsFile[] = [
    ...preload,
    { path: 'preload', mode: 0o100644, bytes: Buffer.from(preloadList) },
    { path: 'init', mode: 0o100755, bytes: init },
    ...made.map(({ case: one, bytes }) => ({ path: `m/${one.id}.ko`, mode: 0o100644, bytes })),
    ...before.map((name) => ({ path: `b/${name}.ko`, mode: 0o100644, bytes: kit.built(name) })),
  ];
  const key = hashOf([
    JSON.stringify(guestCases),
    variant.commandLine,
    ...files.flatMap((file) => [file.path, file.bytes]),
  ]);
  const cache = join(kernelScratch(kernel), `answers-${variant.name}-${key}.json`);
  if (existsSync(cache)) return new Map(JSON.parse(readFileSync(cache, 'utf8')) as [string, KernelAnswer][]);
  const answers = await judge(kernel, guestCases, files, variant.commandLine, kernelScratch(kernel));
  writeFileSync(cache, `${JSON.stringify([...answers], null, 1)}\n`);
  return answers;
}

export interface Court {
  readonly unavailable: readonly Unavailable[];
  readonly kernels: readonly JudgeKernel[];
  /** Builds the cases of `kernel`, has it answer them, and returns both. */
  judgements(kernel: JudgeKernel): AsyncGenerator<Judgement>;
}

/** Finds the kernels and builds our modules for each. */
export function openCourt(cases: readonly JudgeCase[] = allCases): Court {
  const found = judgeKernels();
  const kernels = found.filter(isJudge).filter((kernel) => hasCompiler(kernel.architecture));
  const hash = sourceHash();
  const folders = new Map(kernels.map((kernel) => [kernel.name, buildJudgeModules(kernel, hash)]));
  return {
    unavailable: found.filter((one): one is Unavailable => !isJudge(one)),
    kernels,
    async *judgements(kernel) {
      const kit = caseKit(kernel, folders);
      const made = makeCases(kit, join(kernelScratch(kernel), 'cases'), cases);
      const beforeFile = (name: BuiltModule) => join(folders.get(kernel.name) ?? '', `${name}.ko`);
      for (const variant of bootVariants) {
        const put = made.filter((one) => variant.takes(one.case));
        const answers = await answersFor(kernel, variant, put, kit);
        const judged = put.flatMap((one) => {
          const answer = answers.get(one.case.id);
          if (answer === undefined) return [];
          return [{ case: one.case, file: one.file, before: (one.case.before ?? []).map(beforeFile), answer }];
        });
        yield { kernel, variant, cases: judged };
      }
    },
  };
}
