// What the samples keep of a Debian headers package: a few kilobytes that still decide every verdict.
import { copyFileSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

/** Options on which vermagic or a verdict of the module loader depends, and those that name the build. */
const decisive = [
  /^CONFIG_(CC_VERSION_TEXT|GCC_VERSION|CC_IS_GCC|LD_VERSION|LOCALVERSION|LOCALVERSION_AUTO|BUILD_SALT)$/,
  /^CONFIG_(64BIT|ARM64|SMP|NR_CPUS|HZ|MODULES|MODULES_USE_ELF_RELA|ARM64_MODULE_PLTS|HAVE_ARCH_PREL32_RELOCATIONS)$/,
  /^CONFIG_(PREEMPT|PREEMPT_.*|PREEMPTION|HAVE_PREEMPT_.*)$/,
  /^CONFIG_MODULE_(FORCE_LOAD|UNLOAD|FORCE_UNLOAD|UNLOAD_TAINT_TRACKING|SRCVERSION_ALL|ALLOW_.*|COMPRESS.*|DECOMPRESS)$/,
  /^CONFIG_(MODVERSIONS|ASM_MODVERSIONS|MODULE_SIG.*|TRIM_UNUSED_KSYMS|STRICT_MODULE_RWX|STRICT_KERNEL_RWX)$/,
  /^CONFIG_(LIVEPATCH|RANDSTRUCT_.*|GCC_PLUGIN_RANDSTRUCT|LTO_.*|CFI_CLANG|SHADOW_CALL_STACK|CONSTRUCTORS)$/,
  /^CONFIG_(SYSTEM_TRUSTED_KEYRING|SYSTEM_TRUSTED_KEYS|SECONDARY_TRUSTED_KEYRING|SYSTEM_BLACKLIST_KEYRING)$/,
  /^CONFIG_(INTEGRITY_PLATFORM_KEYRING|INTEGRITY_MACHINE_KEYRING|SECURITY_LOCKDOWN_LSM.*|LOCK_DOWN_.*)$/,
  /^CONFIG_(DEBUG_INFO_BTF|DEBUG_INFO_BTF_MODULES|CRYPTO_SHA(1|256|512)|KALLSYMS|KALLSYMS_ALL|UNUSED_KSYMS_WHITELIST)$/,
];

function reducedConfig(full, release) {
  const lines = full.split('\n');
  const title = lines.find((line) => /^# Linux\/\S+ \S+ Kernel Configuration$/.test(line));
  if (title === undefined) throw new Error('the .config has no title line');
  const kept = lines.filter((line) => {
    const name = /^(?:# )?(CONFIG_\w+)(?:=| is not set$)/.exec(line)?.[1];
    return name !== undefined && decisive.some((pattern) => pattern.test(name));
  });
  return [
    '#',
    '# Automatically generated file; DO NOT EDIT.',
    title,
    '#',
    `# Cut for the sample from the configuration of Debian's ${release}: of its ${lines.length} lines these are the`,
    '# ones that decide vermagic, the loader checks and the signature policy.',
    '#',
    ...kept,
    '',
  ].join('\n');
}

/** Lines of the symbols used plus some neighbours of each, so that look-alikes are there to be suggested. */
function cutSymvers(full, used) {
  const lines = full.split('\n').filter((line) => line !== '');
  const bySymbol = lines.map((line, index) => [line.split('\t')[1], index]).sort((a, b) => (a[0] < b[0] ? -1 : 1));
  const keep = new Set();
  bySymbol.forEach(([symbol], position) => {
    if (!used.has(symbol)) return;
    for (let near = position - 2; near <= position + 2; near++) {
      const index = bySymbol[near]?.[1];
      if (index !== undefined) keep.add(index);
    }
  });
  return `${lines.filter((_, index) => keep.has(index)).join('\n')}\n`;
}

/** Writes the facts of one kernel into `directory`; `used` are the symbols that the modules import. */
export function writeKernelFacts({ headers, directory, release, used, referenceModule }) {
  mkdirSync(join(directory, 'include', 'generated'), { recursive: true });
  mkdirSync(join(directory, 'include', 'config'), { recursive: true });
  const copy = (path) => copyFileSync(join(headers, path), join(directory, path));
  copy('include/generated/utsrelease.h');
  writeFileSync(join(directory, 'include/config/kernel.release'), `${release}\n`);
  writeFileSync(join(directory, '.config'), reducedConfig(readFileSync(join(headers, '.config'), 'utf8'), release));
  const symvers = readFileSync(join(headers, 'Module.symvers'), 'utf8');
  writeFileSync(join(directory, 'Module.symvers'), cutSymvers(symvers, used));
  copyFileSync(referenceModule, join(directory, 'reference.ko'));
}
