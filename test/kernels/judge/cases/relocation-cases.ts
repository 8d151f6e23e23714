import { type CaseKit, edited, type JudgeCase } from '../judge-case.ts';
import { ModuleBytes } from '../module-bytes.ts';

const R_AARCH64_ABS32 = 258;
const R_X86_64_GOTPCREL = 9;

/** Values of an absolute symbol. */
const fixedNumbers: readonly [string, bigint][] = [
  ['fits', 0x1234n],
  ['largest', 0xffff_ffffn],
  ['too-large', 0x1_0000_0000n],
  ['negative', 0xffff_ffff_ffff_ffffn],
];

function only(architecture: CaseKit['architecture'], id: string, edit: (module: ModuleBytes) => void): JudgeCase {
  return {
    id,
    make: (kit) => {
      if (kit.architecture !== architecture) return undefined;
      const module = new ModuleBytes(kit.built('judge_plain'));
      edit(module);
      return module.bytes;
    },
  };
}

export const relocationCases: readonly JudgeCase[] = [
  edited('relocation-type-unknown', 'judge_plain', (module) => module.setRelocationType('.rela.init.text', 9999)),
  edited('relocation-type-other', 'judge_plain', (module, kit) =>
    module.setRelocationType('.rela.init.text', kit.architecture === 'amd64' ? R_X86_64_GOTPCREL : 700),
  ),
  edited('relocation-overflow', 'judge_plain', (module, kit) => {
    // A 32-bit field cannot hold a kernel address (x86: R_X86_64_32 is zero-extended).
    module.setRelocationType('.rela.init.text', kit.architecture === 'amd64' ? 10 : R_AARCH64_ABS32);
  }),
  only('amd64', 'relocation-overflow-own-address', (module) => {
    // What code compiled without -mcmodel=kernel has, where the kernel's own has R_X86_64_32S.
    module.changeRelocationType('.rela.init.text', 11, 10);
  }),
  // Each type that stores an absolute value, and the address of the module's own string in it.
  ...[258, 259, 263, 265, 267, 270, 271, 272].map((type) =>
    only('arm64', `relocation-own-address-in-${type}`, (module) => module.setRelocationType('.rela.data', type)),
  ),
  ...fixedNumbers.map(([id, value]) =>
    edited(`relocation-fixed-number-${id}`, 'judge_plain', (module, kit) => {
      module.makeAbsolute('level', value);
      module.pointRelocationAt('.rela.data', 'level', kit.architecture === 'amd64' ? 10 : R_AARCH64_ABS32);
      module.setAddend('.rela.data', 0n);
    }),
  ),
  edited('relocation-table-without-addends', 'judge_plain', (module) =>
    module.bytes.writeUInt32LE(9, module.header(module.section('.rela.exit.text')) + 4),
  ),
  edited('relocation-unknown-and-symbol-unknown', 'judge_plain', (module) => {
    module.setRelocationType('.rela.init.text', 9999);
    module.renameSymbol('_printk', '_printq');
  }),
  // arm64 overwrites what is there.
  only('amd64', 'relocation-target-not-zero', (module) => {
    const place = Number(module.bytes.readBigUInt64LE(module.offsetOf(module.section('.rela.init.text'))));
    const at = module.offsetOf(module.section('.init.text')) + place;
    module.bytes.writeUInt8(module.bytes.readUInt8(at) | 1, at);
  }),
  {
    id: 'plt-sections-missing',
    make: (kit) => {
      if (kit.architecture !== 'arm64') return undefined;
      const bytes = Buffer.from(kit.built('judge_plain'));
      const at = bytes.lastIndexOf('\0.init.plt\0');
      bytes.write('.init.plx', at + 1, 'latin1');
      return bytes;
    },
  },
];
