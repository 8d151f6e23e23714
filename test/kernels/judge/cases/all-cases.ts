import type { JudgeCase } from '../judge-case.ts';
import { btfCases } from './btf-cases.ts';
import { elfCases } from './elf-cases.ts';
import { foreignCases } from './foreign-cases.ts';
import { parameterCases } from './parameter-cases.ts';
import { relocationCases } from './relocation-cases.ts';
import { signatureCases } from './signature-cases.ts';
import { symbolCases } from './symbol-cases.ts';
import { taintCases } from './taint-cases.ts';
import { vermagicCases } from './vermagic-cases.ts';
import { versionCases } from './version-cases.ts';

/** Every way through the signature gate of a locked-down kernel, and what it does to modules that pass it. */
const lockedDown = new Set([
  'plain',
  'versions-renamed',
  'signed',
  'signature-stripped',
  'signature-newline-after',
  'signature-image-changed',
  'signature-der-damaged',
  'signature-id-type',
  'signed-by-unknown-key',
  'signed-by-unknown-key-sha512',
  'flags-all-known-but-compressed',
]);

const cases: readonly JudgeCase[] = [
  ...versionCases,
  ...elfCases,
  ...symbolCases,
  ...parameterCases,
  ...relocationCases,
  ...foreignCases,
  ...signatureCases.map((one) => ({ ...one, underSigEnforce: true })),
  ...vermagicCases,
  ...taintCases,
  ...btfCases,
];

/**
 * Every case, in the order they are run. Kernel taints last until reboot, so cases that add none come first; what
 * the kernel prints once a boot is recognised by the comparison.
 */
export const allCases: readonly JudgeCase[] = cases.map((one) => ({ ...one, underLockdown: lockedDown.has(one.id) }));
