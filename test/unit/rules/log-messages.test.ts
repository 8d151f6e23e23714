import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { explainLoaderMessage, loadRefusals } from '../../../server/src/rules/log/load-refusal.ts';
import { loaderMessages } from '../../../server/src/rules/log/loader-messages.ts';
import { LineIndex } from '../../../server/src/text/line-index.ts';
import type { TextDocument } from '../../../server/src/text/text-document.ts';

/** Lines as kernels and tools print them, at least one for each message of the table. */
const lines: Readonly<Record<string, readonly string[]>> = {
  'version-magic': ["metis: version magic '6.1.0 SMP ' should be '6.1.0 SMP preempt '"],
  'module-layout': ['metis: disagrees about version of symbol module_layout'],
  'crc-mismatch': ['metis: disagrees about version of symbol kfree'],
  'no-extended-version': ['metis: no extended symbol version for kfree'],
  'no-symbol-version': ['metis: no symbol version for module_layout'],
  'unknown-symbol-crc': ['metis: Unknown symbol kfree (err -22)'],
  'unknown-symbol-busy': ['metis: Unknown symbol kfree (err -16)'],
  'unknown-symbol-memory': ['metis: Unknown symbol kfree (err -12)'],
  'unknown-symbol': ['metis: Unknown symbol foo (err -2)', 'metis: Unknown symbol foo (err 0)'],
  namespace: ['metis: module uses symbol (dma_buf_get) from namespace DMA_BUF, but does not import it.'],
  'module-namespace': ['metis: module tries to import module namespace: module:kvm'],
  'gpl-and-proprietary': ['metis: module using GPL-only symbols uses symbols foo from proprietary module nvidia.'],
  'inherited-taint': ['metis: module uses symbols [foo] from proprietary module nvidia, inheriting taint.'],
  'duplicate-export-of-kernel': ['metis: exports duplicate symbol foo (owned by kernel)'],
  'duplicate-export': ['metis: exports duplicate symbol foo (owned by other)'],
  'export-flags': ['metis: no flags for exported symbols'],
  'init-wait': ['metis: gave up waiting for init of module other.'],
  'struct-module-size': [
    "module metis: .gnu.linkonce.this_module section size must match the kernel's built struct module size at run time",
  ],
  'this-module-section': ['module metis: Exactly one .gnu.linkonce.this_module section must exist.'],
  'no-symbols': ['metis: module has no symbols (stripped?)'],
  'no-module-found': ['metis: No module found in object'],
  'invalid-architecture': ['Invalid architecture in ELF header: 183'],
  'invalid-elf': [
    'Invalid ELF header len 0',
    'Only one .modinfo section must exist.',
    'metis: Symbol foo has an invalid section index 70 (max 41)',
    'symbol string table missing leading NUL',
    'extended version crc+name presence does not match',
  ],
  'not-elf-compressed': ['not an xz compressed module'],
  blacklisted: ['Module metis is blacklisted'],
  'section-flags': ['metis: section .text (index 3) has invalid WRITE|EXEC flags'],
  relocation: ['x: Unknown rela relocation: 42', 'overflow in relocation type 2 val ffff'],
  'common-symbol': ['metis: please compile with -fno-common'],
  livepatch: ['metis: module is marked as livepatch module, but livepatch support is disabled'],
  btf: ['failed to validate module [metis] BTF: -22'],
  'parameter-too-long': ["metis: `aaaaaaaaaa' too large for parameter `name'"],
  'parameter-string-too-long': ['name: string parameter too long'],
  'parameter-number': [
    "metis: `4294967295' invalid for parameter `mtu'",
    "metis: `-1' invalid for parameter `mtu'",
    "metis: `0xFFFFFFFF' invalid for parameter `mtu'",
  ],
  'parameter-invalid': ["metis: `big' invalid for parameter `mtu'", "metis: `' invalid for parameter `mtu'"],
  'parameter-refused': ["metis: Unknown parameter `mtuu'"],
  'parameter-unknown': ["metis: unknown parameter 'mtuu' ignored"],
  'dangerous-option': ['Setting dangerous option enable_rc6 - tainting kernel'],
  forced: ['metis: bad vermagic: kernel tainted.', 'metis: no versions for exported symbols: kernel tainted.'],
  'signature-missing-taint': [
    'metis: module verification failed: signature and/or required key missing - tainting kernel',
  ],
  'signature-unsigned': ['Loading of unsigned module is rejected'],
  'signature-unavailable-key': ['Loading of module with unavailable key is rejected'],
  'signature-unsupported-crypto': ['Loading of module with unsupported crypto is rejected'],
  'signature-key-not-trusted': ['PKCS#7 signature not signed with a trusted key'],
  lockdown: ['Lockdown: modprobe: unsigned module loading is restricted; see man kernel_lockdown.7'],
  'lockdown-parameter': ['Lockdown: modprobe: unsafe module parameters is restricted; see man kernel_lockdown.7'],
  'module-hash-blacklisted': ['Module hash 0123abcd is blacklisted'],
  'signature-information': ['module: PKCS#7 signature info has unexpected non-zero params'],
  'signature-form': ['Invalid module sig (has authattrs)'],
  'not-pkcs7': ['module: not signed with expected PKCS#7 message'],
  'out-of-tree': ['metis: loading out-of-tree module taints kernel.'],
  license: ["metis: module license 'NVIDIA' taints kernel.", 'metis: module license taints kernel.'],
  retpoline: ['metis: loading module not compiled with retpoline compiler.'],
  staging: ['metis: module is from the staging directory, the quality is unknown, you have been warned.'],
  'invalid-module-format': [
    'insmod: ERROR: could not insert module metis.ko: Invalid module format',
    "insmod: error inserting 'metis.ko': -1 Invalid module format",
    "insmod: can't insert 'metis.ko': invalid module format",
    "modprobe: can't load module metis (kernel/metis.ko): invalid module format",
    "modprobe: ERROR: could not insert 'metis': Exec format error",
    'insmod: failed to load metis.ko: Exec format error',
    "systemd-modules-load[300]: Failed to insert module 'metis': Exec format error",
  ],
  'key-not-available': ["modprobe: ERROR: could not insert 'metis': Required key not available"],
  'key-rejected': ["modprobe: ERROR: could not insert 'metis': Key was rejected by service"],
  'signature-damaged-user': ['insmod: ERROR: could not insert module metis.ko: Bad message'],
  'unknown-symbol-user': [
    'insmod: ERROR: could not insert module metis.ko: Unknown symbol in module',
    "insmod: can't insert 'metis.ko': unknown symbol in module, or unknown parameter",
  ],
  'invalid-parameters-user': [
    'insmod: ERROR: could not insert module metis.ko: Invalid parameters',
    "modprobe: ERROR: could not insert 'metis': Invalid argument",
  ],
  'out-of-range-user': ['insmod: ERROR: could not insert module metis.ko: Numerical result out of range'],
  'no-room-user': ['insmod: ERROR: could not insert module metis.ko: No space left on device'],
  'already-loaded-user': [
    'insmod: ERROR: could not insert module metis.ko: File exists',
    "modprobe: ERROR: could not insert 'metis': Module already in kernel",
  ],
  'not-permitted-user': ['insmod: ERROR: could not insert module metis.ko: Operation not permitted'],
  'busy-user': ["modprobe: ERROR: could not insert 'metis': Device or resource busy"],
  'memory-user': ["modprobe: ERROR: could not insert 'metis': Cannot allocate memory"],
  'init-failed-user': ["modprobe: ERROR: could not insert 'metis': No such device"],
  'no-such-file-user': ['insmod: ERROR: could not load module metis.ko: No such file or directory'],
  'no-entry-user': ["insmod: can't insert 'metis.ko': No such file or directory"],
  'module-not-found': ['modprobe: FATAL: Module metis not found in directory /lib/modules/5.15.148-tegra'],
  'module-not-indexed': [
    'modprobe: FATAL: Module metis not found.',
    'modprobe: module metis not found in modules.dep',
    "systemd-modules-load[300]: Failed to find module 'metis'",
  ],
  'module-in-use': ['rmmod: ERROR: Module metis is in use by: other', 'modprobe: FATAL: Module metis is in use.'],
  'not-removed': [
    'rmmod: ERROR: could not remove module metis: Device or resource busy',
    "rmmod: ERROR: ../libkmod/libkmod-module.c:799 kmod_module_remove_module() could not remove 'metis': Resource temporarily unavailable",
    "rmmod: can't unload module 'metis': Resource temporarily unavailable",
  ],
  'modpost-undefined': [
    'ERROR: modpost: "max9296_write" [/src/metis.ko] undefined!',
    'WARNING: "max9296_write" [/src/metis.ko] undefined!',
  ],
  'modpost-namespace': [
    'ERROR: modpost: module metis uses symbol dma_buf_get from namespace DMA_BUF, but does not import it.',
    "ERROR: modpost: metis: module uses symbol 'dma_buf_get' from namespace 'DMA_BUF', but does not import it.",
  ],
  'symvers-missing': [
    'WARNING: Symbol version dump "/usr/src/linux/Module.symvers" is missing.',
    'WARNING: Module.symvers is missing.',
  ],
  'section-mismatch': [
    'WARNING: modpost: /src/metis.o: section mismatch in reference: probe (section: .text) -> handler (section: .init.text)',
    'WARNING: modpost: /src/metis: section mismatch in reference: probe+0x12 (section: .text) -> handler (section: .init.text)',
  ],
  'section-mismatch-old': [
    'WARNING: modpost: /src/metis.o(.text+0x4): Section mismatch in reference from the function probe() to the function .init.text:handler()',
    'WARNING: modpost: /src/metis.o(.data+0x8): Section mismatch in reference from the variable driver to the function .init.text:handler()',
  ],
};

/** Ordinary lines that only resemble. */
const strangers = [
  'bash: ./metis: Exec format error',
  'cp: cannot create regular file: No space left on device',
  'mkdir: cannot create directory: File exists',
  'keyctl: Required key not available',
  'audit: could not insert rule: Operation not permitted',
  'INSERT INTO modules VALUES (1): could not insert row: Invalid argument',
  "can't insert breakpoint: Invalid argument",
  'Lockdown: X: direct PCI access is restricted; see man kernel_lockdown.7',
  'python: Module foo not found',
  'ModuleNotFoundError: No module named foo',
  'ERROR: undefined!',
  'the section mismatch in reference to the above',
];

function log(text: string): TextDocument {
  return { uri: 'file:///w/a.dmesg', kind: 'kernel-log', text, lines: new LineIndex(text) };
}

test('every message has a line, and every line its message', () => {
  assert.deepEqual(Object.keys(lines).sort(), loaderMessages.map(({ id }) => id).sort());
});

for (const [id, samples] of Object.entries(lines)) {
  describe(id, () => {
    for (const text of samples) {
      test(text, () => {
        assert.equal(explainLoaderMessage(text)?.message.id, id);
        // Through the rule, whose fast look at the line must let it pass.
        const found = [...loadRefusals(log(`x\n${text}\n`))];
        assert.equal(found.length, 1);
        assert.doesNotMatch(found[0]?.message ?? '', /[{}]|\?\.| \?| undefined/, found[0]?.message);
        const { symbol } = found[0] ?? {};
        if (symbol !== undefined) assert.equal(symbol, 'metis');
        assert.doesNotMatch(found[0]?.message ?? '', /Metis|Foo|Dma_buf|a unsigned|Unload kernel/);
      });
    }
  });
}

test('lines of others are left alone', () => {
  for (const text of strangers) {
    assert.deepEqual([...loadRefusals(log(`${text}\n`))], [], text);
  }
});

test('the errno is that of the line', () => {
  const errnoOf = (text: string) => explainLoaderMessage(text)?.message.errno;
  assert.equal(errnoOf("modprobe: ERROR: could not insert 'x': Required key not available"), 'ENOKEY');
  assert.equal(errnoOf("modprobe: ERROR: could not insert 'x': Key was rejected by service"), 'EKEYREJECTED');
  assert.equal(errnoOf("x: `a' too large for parameter `n'"), 'ENOSPC');
  assert.equal(errnoOf("x: `4294967295' invalid for parameter `mtu'"), 'EINVAL or ERANGE');
  assert.equal(errnoOf("x: `big' invalid for parameter `mtu'"), 'EINVAL');
  assert.equal(errnoOf('module: PKCS#7 signature info has unexpected non-zero params'), 'EBADMSG');
});
