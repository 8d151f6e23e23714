import { type LogMessage, line, name } from './log-message.ts';

/** What the kernel says of signatures (kernel/module/signing.c, crypto/asymmetric_keys, security/lockdown). */
export const signatureMessages: readonly LogMessage[] = [
  {
    id: 'signature-missing-taint',
    pattern: line(`${name}: module verification failed: signature and/or required key missing`),
    cause:
      '{module} has no signature that this kernel trusts; it is loaded, and the kernel carries E until it reboots. Said once a boot',
    next: 'Nothing, unless signatures are wanted: sign it with a key of the builtin, secondary or machine keyring.',
  },
  {
    id: 'signature-unsigned',
    pattern: line('Loading of unsigned module is rejected'),
    cause:
      'Signatures are enforced (CONFIG_MODULE_SIG_FORCE or module.sig_enforce=1), and the module has none. Forced loading drops the signature too',
    next: 'Sign it with a key that this kernel trusts. A key built into an earlier kernel image is not in this one; a key enrolled with mokutil stays with the machine.',
    errno: 'EKEYREJECTED',
  },
  {
    id: 'signature-unavailable-key',
    pattern: line('Loading of module with unavailable key is rejected'),
    cause:
      'Signatures are enforced (CONFIG_MODULE_SIG_FORCE or module.sig_enforce=1), and the key that signed the module is in none of the keyrings that this kernel asks',
    next: 'Sign it with a key that this kernel trusts, or enrol that key. A key built into an earlier kernel image is not in this one; a key enrolled with mokutil stays with the machine.',
    errno: 'EKEYREJECTED',
  },
  {
    id: 'signature-unsupported-crypto',
    pattern: line('Loading of module with unsupported crypto is rejected'),
    cause:
      'Signatures are enforced (CONFIG_MODULE_SIG_FORCE or module.sig_enforce=1), and this kernel has not got the digest or the algorithm of the signature',
    next: 'Sign it with the digest that CONFIG_MODULE_SIG_HASH of this kernel names.',
    errno: 'EKEYREJECTED',
  },
  {
    id: 'signature-key-not-trusted',
    pattern: line('PKCS#7 signature not signed with a trusted key'),
    cause: 'The key that signed the module is in none of the keyrings that this kernel asks',
    next: 'Without enforcement the module is loaded, with taint E. Otherwise sign it with a trusted key, or enrol its key with mokutil --import.',
  },
  {
    id: 'lockdown',
    pattern: line('Lockdown: (?<process>.+?): unsigned module loading is restricted'),
    cause: 'The kernel is locked down (usually because Secure Boot is on) and takes signed modules only',
    next: 'Sign the module with a key enrolled by mokutil --import, or switch Secure Boot off.',
    errno: 'EPERM',
  },
  {
    id: 'lockdown-parameter',
    pattern: line('Lockdown: (?<process>.+?): unsafe module parameters is restricted'),
    cause:
      'The kernel is locked down (usually because Secure Boot is on) and refuses parameters that set ports, addresses or interrupts of hardware',
    next: 'Load the module without that parameter, or switch Secure Boot off.',
    errno: 'EPERM',
  },
  {
    id: 'module-hash-blacklisted',
    pattern: line('Module hash (?<hash>[0-9a-f]+) is blacklisted'),
    cause:
      'This build of the module was revoked: its hash stands in the blacklist keyring of the kernel or the firmware',
    next: 'Use a newer build of the module.',
    errno: 'EKEYREJECTED',
  },
  {
    id: 'signature-information',
    pattern: line('PKCS#7 signature info has unexpected non-zero params'),
    cause: 'The information at the end of the file, before the signature, is damaged',
    next: 'Sign the module again with the scripts/sign-file of this kernel.',
    errno: 'EBADMSG',
  },
  {
    id: 'signature-form',
    pattern: line('Invalid module sig \\((?<what>[^)]*)\\)'),
    cause: 'The signature is a PKCS#7 message of a kind that the kernel does not take for modules ({what})',
    next: 'Sign the module with the scripts/sign-file of this kernel; openssl and others add attributes.',
    errno: 'EKEYREJECTED',
  },
  {
    id: 'not-pkcs7',
    pattern: line('not signed with expected PKCS#7 message'),
    cause: 'The signature is in a form that this kernel does not read',
    next: 'Sign with the scripts/sign-file of this kernel.',
  },
];
