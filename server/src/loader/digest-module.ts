import type { KernelConfig } from '../kernel/kernel-config.ts';
import { modinfoValues } from '../module/kernel-module.ts';
import type { LoadState } from './load-state.ts';

/** The option that makes a digest of sign-file available. */
const options: Readonly<Record<string, string>> = {
  sha1: 'CRYPTO_SHA1',
  sha224: 'CRYPTO_SHA256',
  sha256: 'CRYPTO_SHA256',
  sha384: 'CRYPTO_SHA512',
  sha512: 'CRYPTO_SHA512',
  'sha3-256': 'CRYPTO_SHA3',
  'sha3-384': 'CRYPTO_SHA3',
  'sha3-512': 'CRYPTO_SHA3',
};

/** Digests that a kernel of this configuration has only as modules. */
export function digestsInModules(config: KernelConfig): string[] {
  return Object.keys(options).filter((digest) => config.get(options[digest] as string) === 'm');
}

/**
 * The module's digest where the target has it only as a module (crypto_alloc_shash asks for `crypto-NAME`), with where
 * that is known from; `undefined` when it is built in, loaded before, or not known.
 */
export function digestModule(state: LoadState): { readonly name: string; readonly origin: string } | undefined {
  const hash = state.module.signature?.hash;
  const option = hash === undefined ? undefined : options[hash];
  if (hash === undefined || option === undefined || state.target.config?.value.get(option) !== 'm') {
    return undefined;
  }
  const alias = `crypto-${hash}`;
  const isLoaded = state.machine.loaded.some(({ module }) => modinfoValues(module, 'alias').includes(alias));
  return isLoaded ? undefined : { name: alias, origin: `${state.configOrigin(option)}=m` };
}
