import type { VermagicToken } from '@vermagic/shared';

export interface VermagicComparison {
  readonly tokens: readonly VermagicToken[];
  /** The kernel's own verdict: strcmp of what it compares, trailing space included. */
  readonly same: boolean;
}

export interface VermagicComparisonOptions {
  /**
   * Whether the release is part of what is compared. It is not when the kernel has CONFIG_MODVERSIONS and the
   * module a visible `__versions` section: then both strings are cut at the first space (kernel/module/version.c:same_magic).
   */
  readonly releaseCounts: boolean;
}

type Slot = 'release' | 'smp' | 'preempt' | 'unload' | 'modversions' | 'architecture' | 'randstruct';

interface Word {
  readonly slot: Slot;
  readonly text: string;
}

/** Compares two VERMAGIC_STRINGs as the kernel does, and pairs their words so that each difference has one row. */
export function compareVermagic(
  moduleVermagic: string,
  kernelVermagic: string,
  options: VermagicComparisonOptions,
): VermagicComparison {
  const same = options.releaseCounts
    ? moduleVermagic === kernelVermagic
    : afterFirstSpace(moduleVermagic) === afterFirstSpace(kernelVermagic);
  const tokens = pairWords(wordsOf(moduleVermagic), wordsOf(kernelVermagic)).map((pair) =>
    tokenOf(pair.slot, pair.module, pair.kernel, options),
  );
  if (!same && tokens.every((token) => token.same || !token.counts))
    tokens.push(spacing(moduleVermagic, kernelVermagic));
  return { tokens, same };
}

/** What is left of the string when the release is not compared: the first space and all after it. */
function afterFirstSpace(vermagic: string): string {
  const space = vermagic.indexOf(' ');
  return space === -1 ? '' : vermagic.slice(space);
}

function wordsOf(vermagic: string): Word[] {
  const [release = '', ...rest] = vermagic.split(' ');
  const words: Word[] = [{ slot: 'release', text: release }];
  for (const text of rest) {
    // Nothing stands between the architecture and RANDSTRUCT: "aarch64RANDSTRUCT_…".
    const at = text.indexOf('RANDSTRUCT_');
    if (at > 0) words.push({ slot: 'architecture', text: text.slice(0, at) });
    if (at >= 0) words.push({ slot: 'randstruct', text: text.slice(at) });
    else if (text !== '') words.push({ slot: slotOf(text), text });
  }
  return words;
}

function slotOf(word: string): Slot {
  if (word === 'SMP') return 'smp';
  if (word === 'mod_unload') return 'unload';
  if (word === 'modversions') return 'modversions';
  return word.startsWith('preempt') ? 'preempt' : 'architecture';
}

const slotOrder: readonly Slot[] = ['release', 'smp', 'preempt', 'unload', 'modversions', 'architecture', 'randstruct'];

/** One row per word, in the order the kernel writes them; words of one slot pair equal ones first, then by position. */
function pairWords(module: readonly Word[], kernel: readonly Word[]): { slot: Slot; module: string; kernel: string }[] {
  const rows: { slot: Slot; module: string; kernel: string }[] = [];
  for (const slot of slotOrder) {
    const left = module.filter((word) => word.slot === slot).map((word) => word.text);
    const right = kernel.filter((word) => word.slot === slot).map((word) => word.text);
    let next = 0;
    const unmatched: string[] = [];
    const flush = (until: number) => {
      for (; next < until || unmatched.length > 0; ) {
        const ours = unmatched.shift() ?? '';
        const theirs = next < until ? (right[next++] ?? '') : '';
        rows.push({ slot, module: ours, kernel: theirs });
      }
    };
    for (const word of left) {
      const found = right.indexOf(word, next);
      if (found === -1) {
        unmatched.push(word);
        continue;
      }
      flush(found);
      rows.push({ slot, module: word, kernel: word });
      next = found + 1;
    }
    flush(right.length);
  }
  return rows;
}

function tokenOf(slot: Slot, module: string, kernel: string, options: VermagicComparisonOptions): VermagicToken {
  const same = module === kernel;
  const counts = slot !== 'release' || options.releaseCounts;
  const maker = makers[slot](module, kernel);
  return {
    module,
    kernel,
    same,
    counts,
    maker,
    why: `${maker}.${same ? '' : ` ${remedy(slot, module, kernel, counts)}`}`,
  };
}

/** What in the kernel build makes a word; no sentence, so that it can stand in brackets. */
const makers: Readonly<Record<Slot, (module: string, kernel: string) => string>> = {
  release: () =>
    'UTS_RELEASE: KERNELVERSION, localversion files, CONFIG_LOCALVERSION and the make variable LOCALVERSION',
  smp: () => 'CONFIG_SMP',
  preempt: (module, kernel) =>
    [module, kernel].includes('preempt_rt')
      ? 'CONFIG_PREEMPT_RT makes preempt_rt; CONFIG_PREEMPT (up to 5.15) or CONFIG_PREEMPT_BUILD (since 5.16) makes preempt'
      : 'CONFIG_PREEMPT (up to 5.15) or CONFIG_PREEMPT_BUILD (since 5.16, also selected by PREEMPT_DYNAMIC)',
  unload: () => 'CONFIG_MODULE_UNLOAD',
  modversions: () => 'CONFIG_MODVERSIONS',
  architecture: (module, kernel) => architectureMaker(kernel || module),
  randstruct: () => 'CONFIG_RANDSTRUCT: a hash of the random seed of this one kernel build',
};

function architectureMaker(word: string): string {
  if (word === 'aarch64') return 'Architecture arm64';
  if (word === 'riscv') return 'Architecture riscv';
  if (/^ARMv\d+$/.test(word)) return 'Architecture arm, oldest supported CPU (CONFIG_CPU_32v7, …)';
  if (word === 'thumb2') return 'CONFIG_THUMB2_KERNEL';
  if (word === 'p2v8') return 'CONFIG_ARM_PATCH_PHYS_VIRT';
  if (word === 'mprofile-kernel') return 'Architecture powerpc, CONFIG_MPROFILE_KERNEL';
  if (word === 'patchable-function-entry') return 'Architecture powerpc, CONFIG_ARCH_USING_PATCHABLE_FUNCTION_ENTRY';
  if (word === 'relocatable') return 'Architecture powerpc, CONFIG_RELOCATABLE';
  if (word === '32BIT' || word === '64BIT') return `CONFIG_${word}`;
  if (word === 'LOONGARCH') return 'Architecture loongarch';
  if (word.startsWith('gcc-')) return 'The compiler, written into vermagic by 2.6 kernels only';
  return "The architecture's processor family (CONFIG_M686, CONFIG_MK8, CONFIG_CPU_MIPS32_R2, …)";
}

function remedy(slot: Slot, module: string, kernel: string, counts: boolean): string {
  if (!counts) return 'It differs, but is not compared: the module has CRCs and the kernel checks those instead.';
  if (slot === 'release') {
    return `Build against the headers or the build tree of ${kernel || 'the target'}, with the same LOCALVERSION.`;
  }
  if (slot === 'randstruct')
    return 'Only modules built with the same kernel build can match: rebuild against that very tree.';
  if (slot === 'architecture' && (module === '' || kernel === '' || isArchitecture(module) || isArchitecture(kernel))) {
    return 'Build with the ARCH= and the configuration of the target.';
  }
  const side = kernel === '' ? `The target lacks "${module}"` : `The target wants "${kernel}"`;
  return `${side}: build against the target's own configured tree, or configure the kernel as the module expects.`;
}

function isArchitecture(word: string): boolean {
  return word === 'aarch64' || word === 'riscv' || word.startsWith('ARMv') || word === 'LOONGARCH';
}

function spacing(module: string, kernel: string): VermagicToken {
  const maker =
    module.trimEnd() === kernel.trimEnd()
      ? 'the trailing space counts, for the kernel compares the whole string; it was lost when the string was copied by hand or by a script'
      : 'the spaces between the words count, for the kernel compares the whole string';
  const why = `${maker[0]?.toUpperCase()}${maker.slice(1)}.`;
  const trailing = (text: string) => text.slice(text.trimEnd().length);
  return { module: trailing(module), kernel: trailing(kernel), same: false, counts: true, maker, why };
}
