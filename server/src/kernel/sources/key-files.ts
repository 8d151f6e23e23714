import type { FileSystem } from '../../ports/file-system.ts';
import type { Problem } from '../../ports/parsed.ts';
import { keyFileOrigin, readCertificateFiles } from '../certificates.ts';
import { type Fact, fact } from '../fact.ts';
import type { KernelPart } from '../kernel-part.ts';
import type { TrustedKey } from '../target-kernel.ts';
import { mergeTrustedKeys } from '../trusted-keys.ts';

/** A certificate file that someone says the target trusts. */
export interface KeyFile {
  readonly uri: string;
  readonly keyring: 'builtin' | 'secondary' | 'machine' | 'platform';
}

/** The keys of files that someone named, in DER or PEM: a Machine Owner Key (MOK) as a rule. */
export async function readKeyFiles(files: FileSystem, keyFiles: readonly KeyFile[]): Promise<KernelPart> {
  const parts: Fact<readonly TrustedKey[]>[] = [];
  const problems: Problem[] = [];
  for (const { uri, keyring } of keyFiles) {
    const read = await readCertificateFiles(files, [uri], keyring);
    problems.push(...read.problems);
    if (read.value.length > 0) parts.push(fact(read.value, keyFileOrigin(uri)));
  }
  return {
    kind: 'settings',
    origins: parts.map(({ origin }) => origin),
    problems,
    dependsOn: keyFiles.map(({ uri }) => uri),
    trustedKeys: mergeTrustedKeys(parts),
  };
}
