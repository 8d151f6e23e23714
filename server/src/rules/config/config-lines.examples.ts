import type { RuleExample } from '../rule-example.ts';

/** What Kconfig makes of single lines, whatever the tree. */
export const configLineExamples: readonly RuleExample[] = [
  {
    rule: 'config-syntax',
    shows: 'lines that Kconfig skips, each with what was meant',
    path: '/w/.config',
    text: 'CONFIG_A=y\n#CONFIG_B is not set\nCONFIG_C = y\nCONFIG_D\nCONFIG_E is not set\n<<<<<<< HEAD\n# CONFIG_F used to be y\n',
    finds: [
      {
        at: '#CONFIG_B is not set',
        says: 'takes this for a comment',
        fixed:
          'CONFIG_A=y\n# CONFIG_B is not set\nCONFIG_C = y\nCONFIG_D\nCONFIG_E is not set\n<<<<<<< HEAD\n# CONFIG_F used to be y\n',
      },
      { at: 'CONFIG_C = y', says: 'Write "CONFIG_C=y"' },
      { at: 'CONFIG_D', says: 'gives CONFIG_D no value' },
      { at: 'CONFIG_E is not set', says: 'no value' },
      { at: '<<<<<<< HEAD', says: 'unexpected data', noFix: true },
    ],
  },
  {
    rule: 'config-syntax',
    shows: 'a file of nothing but such lines, also behind a byte order mark',
    path: '/w/.config',
    text: '\ufeffCONFIG_A=y\n CONFIG_B=y\nexport CONFIG_C=m\nCONFIG_FOO-BAR=y\nconfig_d=y\n',
    finds: [
      {
        at: '\ufeffCONFIG_A=y',
        says: 'begins with a byte order mark',
        fixed: 'CONFIG_A=y\n CONFIG_B=y\nexport CONFIG_C=m\nCONFIG_FOO-BAR=y\nconfig_d=y\n',
      },
      { at: 'CONFIG_B=y', says: 'Write "CONFIG_B=y"' },
      { at: 'export CONFIG_C=m', says: 'Write "CONFIG_C=m"' },
      { at: 'CONFIG_FOO-BAR=y', says: 'knows no "FOO-BAR"', noFix: true },
      { at: 'config_d=y', says: 'unexpected data', noFix: true },
    ],
  },
  {
    rule: 'config-syntax',
    shows: 'a byte order mark before a comment, which is missed by nobody',
    path: '/w/.config',
    text: '\ufeff# Linux/x86 6.12.117 Kernel Configuration\nCONFIG_A=y\n',
    finds: [],
  },
  {
    rule: 'config-syntax',
    shows: 'a text without its closing quote',
    path: '/w/.config',
    text: 'CONFIG_LOCALVERSION="-tegra\n',
    finds: [{ at: '"-tegra', says: 'no closing quote' }],
  },
  {
    rule: 'config-syntax',
    shows: 'a text that only seems to end in an escaped quote, and one whose last quote is escaped',
    path: '/w/.config',
    text: 'CONFIG_A="a\\\\"\nCONFIG_B="b\\"\nCONFIG_C="c\\"d"\n',
    finds: [{ at: '"b\\"', says: 'no closing quote' }],
  },
  {
    rule: 'config-syntax',
    shows: 'what Kconfig cuts off behind the closing quote, but no comment there',
    path: '/w/.config',
    text: 'CONFIG_A="a" # c\nCONFIG_B="a"#c\nCONFIG_C="a" # says "c"\nCONFIG_D="a"\t \nCONFIG_E="a"b"\nCONFIG_F="a" b\n',
    finds: [
      {
        at: '"a"b"',
        says: 'CONFIG_E is "a"',
        fixed:
          'CONFIG_A="a" # c\nCONFIG_B="a"#c\nCONFIG_C="a" # says "c"\nCONFIG_D="a"\t \nCONFIG_E="a\\"b"\nCONFIG_F="a" b\n',
      },
      { at: '"a" b', says: 'CONFIG_F is "a"', noFix: true },
    ],
  },
  {
    rule: 'config-syntax',
    shows: '"is not set" with something behind it, for kernels that compare the whole line',
    path: '/w/.config',
    text: '# Linux/x86 6.12.117 Kernel Configuration\n# CONFIG_F is not set # because\n# CONFIG_G is not set \n# CONFIG_H is not set\n# CONFIG_I is not settled\n# CONFIG_H is not set by the vendor\n',
    finds: [
      {
        at: '# CONFIG_F is not set # because',
        says: 'Since 6.8 Kconfig takes this for a comment, because the line goes on',
        fixed:
          '# Linux/x86 6.12.117 Kernel Configuration\n# because\n# CONFIG_F is not set\n# CONFIG_G is not set \n# CONFIG_H is not set\n# CONFIG_I is not settled\n# CONFIG_H is not set by the vendor\n',
      },
      { at: '# CONFIG_G is not set ', says: 'a blank follows' },
    ],
  },
  {
    rule: 'config-syntax',
    shows: 'nothing of it for kernels that compare the beginning',
    path: '/w/.config',
    text: '# Linux/x86 6.1.192 Kernel Configuration\n# CONFIG_F is not set # because\n# CONFIG_G is not set \n',
    finds: [],
  },
  {
    rule: 'config-syntax',
    shows: 'the difference where the kernel is not known',
    path: '/w/.config',
    text: '# CONFIG_F is not set.\n',
    finds: [{ at: '# CONFIG_F is not set.', says: 'Kernels before 6.8 unset CONFIG_F here; later ones' }],
  },
  {
    rule: 'config-duplicate',
    shows: 'words about a symbol are no setting of it',
    path: '/w/.config',
    text: '# CONFIG_F is not set by the vendor\nCONFIG_F=y\n',
    finds: [],
  },
  {
    rule: 'config-value-type',
    shows: 'a comment behind y, of which Kconfig takes the first letter, and behind a number, which it drops',
    path: '/w/.config',
    text: 'CONFIG_A=y # why\nCONFIG_B=m\t# why\nCONFIG_C=12 # why\n',
    finds: [{ at: '12 # why', says: 'no symbol has such a value' }],
  },
  {
    rule: 'modversions-disabled',
    shows: 'y with a comment is y',
    path: '/w/.config',
    text: 'CONFIG_MODULES=y\nCONFIG_MODVERSIONS=y # needed\n',
    finds: [],
  },
  {
    rule: 'config-value-type',
    shows: 'values that no symbol has',
    path: '/w/.config',
    text: 'CONFIG_A=yes\nCONFIG_B=12\nCONFIG_C=0x1f\nCONFIG_D="text"\nCONFIG_E=-tegra\n',
    finds: [
      {
        at: 'yes',
        says: 'looks at the first letter only',
        fixed: 'CONFIG_A=y\nCONFIG_B=12\nCONFIG_C=0x1f\nCONFIG_D="text"\nCONFIG_E=-tegra\n',
      },
      {
        at: '-tegra',
        says: 'double quotes',
        fixed: 'CONFIG_A=yes\nCONFIG_B=12\nCONFIG_C=0x1f\nCONFIG_D="text"\nCONFIG_E="-tegra"\n',
      },
    ],
  },
];
