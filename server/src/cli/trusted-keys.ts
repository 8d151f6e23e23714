import type { Fact } from '../kernel/fact.ts';
import { readKeyFiles } from '../kernel/sources/key-files.ts';
import type { TrustedKey } from '../kernel/target-kernel.ts';
import type { Ports } from '../ports/ports.ts';
import { type CliIo, UsageError } from './cli-io.ts';
import { uriOf } from './targets.ts';

/**
 * The keys of `--trusted-key`, as Machine Owner Keys; `undefined` when the option is not given.
 * @throws UsageError for a file that cannot be read or holds no certificate.
 */
export async function trustedKeysOf(
  paths: readonly string[],
  io: CliIo,
  ports: Ports,
): Promise<Fact<readonly TrustedKey[]> | undefined> {
  if (paths.length === 0) return undefined;
  const keyFiles = paths.map((path) => ({ uri: uriOf(io, path), keyring: 'machine' as const }));
  const { trustedKeys, problems } = await readKeyFiles(ports.files, keyFiles);
  const [problem] = problems;
  if (problem) throw new UsageError(`--trusted-key: ${problem.message}`);
  return trustedKeys;
}
