import type { RuleId } from '../findings/registry.ts';
import { atLeast } from '../kernel/kernel-version.ts';
import { asksKeyring } from './asked-keyrings.ts';
import { digestModule } from './digest-module.ts';
import type { LoadCheck } from './load-check.ts';
import type { LoadState } from './load-state.ts';
import { lockdownOf } from './lockdown.ts';
import type { SignatureResult } from './verdict.ts';

const trailerBytes = 12;
const pkcs7 = 2;

/** What mod_verify_sig gives: unsigned (ENODATA), no key (ENOKEY), no algorithm (ENOPKG), or fatal. */
type SignatureClass = 'valid' | 'unsigned' | 'unavailable-key' | 'unsupported-crypto' | 'broken' | 'tampered';

/**
 * The signature gate, before anything else is read. Whether a key verifies the signature is computed
 * beforehand (`SignatureResult`); what follows from it is decided here.
 */
export const moduleSigCheck: LoadCheck = {
  name: 'module-sig-check',
  kernelFunction: 'kernel/module/signing.c: module_sig_check',
  run(state) {
    if (!needsGate(state)) {
      return;
    }
    const found = withDigest(state, classify(state));
    state.signatureValid = found === 'valid';
    switch (found) {
      case 'valid':
        return;
      case 'broken':
        state.refuse(
          'EBADMSG',
          'signature-invalid',
          'The appended signature is damaged: its trailer or its PKCS#7 message cannot be read. The kernel refuses that whether or not signatures are enforced, and prints nothing. Sign the module again with sign-file, after stripping, before compressing.',
        );
        return;
      case 'tampered':
        state.refuse(
          'EKEYREJECTED',
          'signature-invalid',
          'The signature is by a key that the target trusts, but the module was changed after signing. The kernel refuses that whether or not signatures are enforced, and prints nothing. Take the unchanged file, or sign it again.',
        );
        return;
      default:
        unverified(state, found);
    }
  },
};

function needsGate(state: LoadState): boolean {
  return state.config('MODULE_SIG', false, 'module-sig-check');
}

/** Flags that switch the check off: any up to 5.15, the two IGNORE flags since 5.17. */
function signatureIgnored(state: LoadState): boolean {
  const { request } = state;
  if (request.ignoreModversions === true || request.ignoreVermagic === true) {
    return true;
  }
  const otherFlags = request.compressedFile === true || (request.otherFlags ?? 0) !== 0;
  return otherFlags && !state.byVersion((version) => atLeast(version, 5, 17));
}

function classify(state: LoadState): SignatureClass {
  const { module } = state;
  const signature = module.signature;
  if (signature === undefined || signatureIgnored(state)) {
    return 'unsigned';
  }
  const { trailer } = signature;
  const bytesBeforeMagic = module.sizeBytes - '~Module signature appended~\n'.length;
  if (bytesBeforeMagic <= trailerBytes || trailer.signatureLength >= bytesBeforeMagic - trailerBytes) {
    return 'broken';
  }
  if (trailer.idType !== pkcs7) {
    state.print('module: not signed with expected PKCS#7 message');
    return 'unsupported-crypto';
  }
  const rest = [trailer.algorithm, trailer.hash, trailer.signerLength, trailer.keyIdLength, ...trailer.padding];
  if (rest.some((field) => field !== 0)) {
    state.print('module: PKCS#7 signature info has unexpected non-zero params');
    return 'broken';
  }
  return fromResult(verified(state));
}

function verified(state: LoadState): Exclude<SignatureResult, 'unknown'> {
  const result = state.evidence.signature ?? state.request.signature ?? 'unknown';
  const { signatureKeyring } = state.evidence;
  const foundKey = result === 'valid' || result === 'bad-digest';
  if (foundKey && signatureKeyring !== undefined && !asksKeyring(state, signatureKeyring, moduleSigCheck.name)) {
    return 'unknown-key';
  }
  if (result !== 'unknown') {
    return result;
  }
  if (state.target.trustedKeys?.value.length === 0) {
    return 'unknown-key';
  }
  return state.choose('signature', ['valid', 'unknown-key', 'bad-digest'], {
    fact: 'the keys that the target trusts for modules',
    supply:
      "Give the target's certificates: its kernel image, certs/ of its build tree, or a module of that kernel that is known to load.",
    check: 'module-sig-check',
  });
}

/** A valid signature is worth nothing while the kernel cannot compute its digest (ENOPKG). */
function withDigest(state: LoadState, found: SignatureClass): SignatureClass {
  const digest = found === 'valid' ? digestModule(state) : undefined;
  if (digest === undefined) {
    return found;
  }
  if (enforcement(state) === undefined && lockdownOf(state) === 'none') {
    state.report(
      'signature-untrusted',
      'info',
      `The signature is verified only where the kernel can load ${digest.name} (${digest.origin}): on a running system modprobe does that, an initramfs may lack it. Without it the signature does not count, and the module, if it loads, taints the kernel with E.`,
    );
    return found;
  }
  const loads = state.choose('digest', [true, false], {
    fact: `whether the target can load ${digest.name} when the signature is verified (${digest.origin})`,
    supply: `On a running system modprobe fetches it. Name it with --with, build it into the kernel, or sign with a digest that is built in.`,
    check: moduleSigCheck.name,
  });
  return loads ? found : 'unsupported-crypto';
}

function fromResult(result: Exclude<SignatureResult, 'unknown'>): SignatureClass {
  const classes = {
    valid: 'valid',
    'unknown-key': 'unavailable-key',
    'bad-digest': 'tampered',
    unsupported: 'unsupported-crypto',
    malformed: 'broken',
  } as const;
  return classes[result];
}

function unverified(state: LoadState, found: 'unsigned' | 'unavailable-key' | 'unsupported-crypto'): void {
  const reasons = {
    unsigned: 'unsigned module',
    'unavailable-key': 'module with unavailable key',
    'unsupported-crypto': 'module with unsupported crypto',
  };
  const rule: RuleId = found === 'unsigned' ? 'signature-missing' : 'signature-untrusted';
  const what = describe(state, found);
  const enforcedBy = enforcement(state);
  if (enforcedBy !== undefined) {
    state.print(`Loading of ${reasons[found]} is rejected`);
    state.refuse('EKEYREJECTED', rule, `${what} The target enforces signatures (${enforcedBy}). ${cure(found)}`);
    return;
  }
  const lockdown = lockdownOf(state);
  if (lockdown !== 'none') {
    const loader = state.request.loader ?? 'insmod';
    state.print(`Lockdown: ${loader}: unsigned module loading is restricted; see man kernel_lockdown.7`);
    state.refuse('EPERM', rule, `${what} The kernel is locked down (${lockdown}). ${cure(found)}`);
    return;
  }
  state.report(
    rule,
    'warning',
    `${what} The target does not enforce signatures: for that alone no module is refused, and one that loads taints the kernel with E. ${cure(found)}`,
  );
}

/** What enforces signatures, or `undefined`. */
function enforcement(state: LoadState): string | undefined {
  if (state.request.sigEnforce === true) {
    return 'module.sig_enforce=1';
  }
  const known = state.target.sigEnforce;
  if (known !== undefined) {
    return known.value ? known.origin.label : undefined;
  }
  return state.config('MODULE_SIG_FORCE', false, 'module-sig-check')
    ? state.configOrigin('MODULE_SIG_FORCE')
    : undefined;
}

function describe(state: LoadState, found: 'unsigned' | 'unavailable-key' | 'unsupported-crypto'): string {
  const signature = state.module.signature;
  const by = signature?.signer === undefined ? '' : ` by "${signature.signer}"`;
  const key = signature?.keyId === undefined ? '' : `, key ${signature.keyId}`;
  switch (found) {
    case 'unsigned':
      return signature === undefined
        ? 'The module is not signed.'
        : 'The module is signed, but forcing it makes the kernel treat it as unsigned.';
    case 'unavailable-key':
      return `The module is signed${by}${key}, and no key that the target trusts for modules is that one.`;
    case 'unsupported-crypto':
      return `The module is signed${by} in a way that the target's kernel cannot verify${signature?.hash === undefined ? '' : ` (${signature.hash})`}.`;
  }
}

function cure(found: 'unsigned' | 'unavailable-key' | 'unsupported-crypto'): string {
  return found === 'unavailable-key'
    ? 'Sign it with a key of the target: one in its builtin keyring (bound to that kernel build), or one enrolled as a Machine Owner Key (bound to the machine, survives kernel updates).'
    : "Sign it: scripts/sign-file HASH KEY.pem CERT.der MODULE.ko, with a key that the target's kernel trusts.";
}
