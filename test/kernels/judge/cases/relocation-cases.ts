import { edited, type JudgeCase } from '../judge-case.ts';

const R_AARCH64_ABS32 = 258;
const R_X86_64_GOTPCREL = 9;

export const relocationCases: readonly JudgeCase[] = [
  edited('relocation-type-unknown', 'judge_plain', (module) => module.setRelocationType('.rela.init.text', 9999)),
  edited('relocation-type-other', 'judge_plain', (module, kit) =>
    module.setRelocationType('.rela.init.text', kit.architecture === 'amd64' ? R_X86_64_GOTPCREL : 700),
  ),
  edited('relocation-overflow', 'judge_plain', (module, kit) => {
    // A 32-bit field cannot hold a kernel address (x86: R_X86_64_32 is zero-extended).
    module.setRelocationType('.rela.init.text', kit.architecture === 'amd64' ? 10 : R_AARCH64_ABS32);
  }),
  edited('relocation-unknown-and-symbol-unknown', 'judge_plain', (module) => {
    module.setRelocationType('.rela.init.text', 9999);
    module.renameSymbol('_printk', '_printq');
  }),
  edited('relocation-target-not-zero', 'judge_plain', (module) => {
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
