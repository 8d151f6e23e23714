/** One bit of /proc/sys/kernel/tainted (kernel/panic.c: taint_flags; Documentation/admin-guide/tainted-kernels). */
export interface TaintFlag {
  readonly bit: number;
  readonly letter: string;
  /** The word of 6.12's verbose oops line, as in `[O]=OOT_MODULE`. */
  readonly name: string;
  readonly meaning: string;
  /** What sets it when a module is loaded or removed; `undefined` when no module operation does. */
  readonly setByModule: string | undefined;
  /** What a developer who reads the bug report makes of it. */
  readonly inBugReports: string;
}

export const taintFlags: readonly TaintFlag[] = [
  {
    bit: 0,
    letter: 'P',
    name: 'PROPRIETARY_MODULE',
    meaning: 'a module with a proprietary licence was loaded',
    setByModule: 'a licence that is missing or not GPL-compatible',
    inBugReports: 'upstream will ask to reproduce it without the proprietary module',
  },
  {
    bit: 1,
    letter: 'F',
    name: 'FORCED_MODULE',
    meaning: 'a module was loaded by force, against its vermagic or CRCs',
    setByModule: 'a load without usable vermagic or CRCs on a kernel with CONFIG_MODULE_FORCE_LOAD=y',
    inBugReports: 'every report is suspect: the module may have been built for another kernel',
  },
  {
    bit: 2,
    letter: 'S',
    name: 'CPU_OUT_OF_SPEC',
    meaning: 'the CPU or the kernel runs out of its specification',
    setByModule: undefined,
    inBugReports: 'the hardware combination is not supported',
  },
  {
    bit: 3,
    letter: 'R',
    name: 'FORCED_RMMOD',
    meaning: 'a module was removed by force',
    setByModule: 'rmmod -f on a kernel with CONFIG_MODULE_FORCE_UNLOAD=y',
    inBugReports: 'freed code may still have been in use: crashes after it prove nothing',
  },
  {
    bit: 4,
    letter: 'M',
    name: 'MACHINE_CHECK',
    meaning: 'the processor reported a machine check exception',
    setByModule: undefined,
    inBugReports: 'suspect the hardware first',
  },
  {
    bit: 5,
    letter: 'B',
    name: 'BAD_PAGE',
    meaning: 'a page was released in a bad state or has unexpected flags',
    setByModule: undefined,
    inBugReports: 'memory was corrupted before: look for the first report',
  },
  {
    bit: 6,
    letter: 'U',
    name: 'USER',
    meaning: 'a user or application asked for the taint',
    setByModule: 'a parameter that its author marked unsafe',
    inBugReports: 'look in the log for "Setting dangerous option"',
  },
  {
    bit: 7,
    letter: 'D',
    name: 'DIE',
    meaning: 'the kernel died before: an oops or a BUG',
    setByModule: undefined,
    inBugReports: 'only the first oops counts; later ones follow from it',
  },
  {
    bit: 8,
    letter: 'A',
    name: 'OVERRIDDEN_ACPI_TABLE',
    meaning: 'an ACPI table was overridden',
    setByModule: undefined,
    inBugReports: "the firmware tables are not the machine maker's",
  },
  {
    bit: 9,
    letter: 'W',
    name: 'WARN',
    meaning: 'the kernel issued a warning',
    setByModule: undefined,
    inBugReports: 'look in the log for the first WARNING',
  },
  {
    bit: 10,
    letter: 'C',
    name: 'CRAP',
    meaning: 'a staging driver was loaded',
    setByModule: 'the staging tag in modinfo',
    inBugReports: "the driver has not been reviewed to the kernel's standards",
  },
  {
    bit: 11,
    letter: 'I',
    name: 'FIRMWARE_WORKAROUND',
    meaning: 'a workaround for a bug in the platform firmware is active',
    setByModule: undefined,
    inBugReports: 'a firmware update may help',
  },
  {
    bit: 12,
    letter: 'O',
    name: 'OOT_MODULE',
    meaning: 'a module built outside the kernel tree was loaded',
    setByModule: 'no intree tag in modinfo',
    inBugReports: 'upstream will ask to reproduce it without the module; its maker is the one to ask',
  },
  {
    bit: 13,
    letter: 'E',
    name: 'UNSIGNED_MODULE',
    meaning: 'a module without a valid signature was loaded',
    setByModule: 'no signature, or none that a trusted key verifies, on a kernel with CONFIG_MODULE_SIG=y',
    inBugReports: "the module is not the distributor's",
  },
  {
    bit: 14,
    letter: 'L',
    name: 'SOFTLOCKUP',
    meaning: 'a soft lockup occurred',
    setByModule: undefined,
    inBugReports: 'a CPU was stuck before: look for the first report',
  },
  {
    bit: 15,
    letter: 'K',
    name: 'LIVEPATCH',
    meaning: 'the kernel was live patched',
    setByModule: 'the livepatch tag in modinfo',
    inBugReports: "the running code differs from the kernel's source",
  },
  {
    bit: 16,
    letter: 'X',
    name: 'AUX',
    meaning: 'an auxiliary taint that distributors define for themselves',
    setByModule: 'distributor patches only (SUSE: a module that is not supported)',
    inBugReports: 'ask the distributor what it stands for',
  },
  {
    bit: 17,
    letter: 'T',
    name: 'RANDSTRUCT',
    meaning: 'the kernel was built with structure layout randomization',
    setByModule: undefined,
    inBugReports: 'structure layouts differ from every other build',
  },
  {
    bit: 18,
    letter: 'N',
    name: 'TEST',
    meaning: 'an in-kernel test was run or a test module loaded',
    setByModule: 'the test tag in modinfo (since Linux 6.0)',
    inBugReports: 'not a production system',
  },
  {
    bit: 19,
    letter: 'J',
    name: 'FWCTL',
    meaning: 'userspace used a mutating debug operation of fwctl',
    setByModule: undefined,
    inBugReports: "the device's firmware state may be altered (since Linux 6.15 or so)",
  },
];

/** What removes a taint, for every flag. */
export const taintCleared = 'Nothing but a reboot clears it: removing the module does not.';

/** Letters in bit order, each once. */
export function sortTaint(letters: Iterable<string>): string {
  const set = new Set(letters);
  return taintFlags
    .filter((flag) => set.has(flag.letter))
    .map((flag) => flag.letter)
    .join('');
}

export interface DecodedTaint {
  readonly value: number;
  /** In bit order; `''` for an untainted kernel (which an oops shows as `G`). */
  readonly letters: string;
  readonly flags: readonly TaintFlag[];
  /** Bits that no current kernel defines. */
  readonly unknownBits: readonly number[];
}

/** Decodes the number of /proc/sys/kernel/tainted. `undefined` for what is no such number. */
export function decodeTaintValue(value: number): DecodedTaint | undefined {
  if (!Number.isSafeInteger(value) || value < 0) {
    return undefined;
  }
  const bits: number[] = [];
  for (let bit = 0; 2 ** bit <= value; bit += 1) {
    if (Math.floor(value / 2 ** bit) % 2 === 1) {
      bits.push(bit);
    }
  }
  const flags = taintFlags.filter((flag) => bits.includes(flag.bit));
  const unknownBits = bits.filter((bit) => !taintFlags.some((flag) => flag.bit === bit));
  return { value, letters: flags.map((flag) => flag.letter).join(''), flags, unknownBits };
}

/**
 * Decodes letters as they stand in an oops ("G           OE"), in /proc/modules ("(POE)") or in
 * /sys/module/NAME/taint. `undefined` when a character is no taint letter.
 */
export function decodeTaintLetters(text: string): DecodedTaint | undefined {
  const letters = text.replaceAll(/[\s()+-]/g, '').replaceAll('G', '');
  const flags = new Set<TaintFlag>();
  for (const letter of letters) {
    const flag = taintFlags.find((candidate) => candidate.letter === letter);
    if (flag === undefined) {
      return undefined;
    }
    flags.add(flag);
  }
  const sorted = taintFlags.filter((flag) => flags.has(flag));
  const value = sorted.reduce((sum, flag) => sum + 2 ** flag.bit, 0);
  return { value, letters: sorted.map((flag) => flag.letter).join(''), flags: sorted, unknownBits: [] };
}

/** A decimal or 0x number, or letters. */
export function decodeTaint(text: string): DecodedTaint | undefined {
  const trimmed = text.trim();
  return /^(0x[0-9a-f]+|\d+)$/i.test(trimmed) ? decodeTaintValue(Number(trimmed)) : decodeTaintLetters(trimmed);
}
