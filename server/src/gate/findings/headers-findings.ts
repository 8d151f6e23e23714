import { counted } from '../../findings/counted.ts';
import type { KernelPart } from '../../kernel/kernel-part.ts';
import { mergeTargets } from '../../kernel/merge-targets.ts';
import { openDebAsFileSystem } from '../../kernel/package/open-deb.ts';
import { readHeadersFolder } from '../../kernel/sources/headers-folder.ts';
import type { FileSystem } from '../../ports/file-system.ts';
import { isWithin, joinUri } from '../../ports/uri.ts';
import { foldedModuleName } from '../export-table.ts';
import { listed, type ScannedKernel, type TreeFacts, type TreeFinding } from './tree-facts.ts';

/** Where packages for third-party builds on the device are left. */
const packageFolders = ['opt/kernel-headers', 'opt', 'root', 'var/cache/apt/archives', 'usr/src'];
const packageName = /^linux-headers-.*\.deb$/;

/** Headers that a tree ships, for others to build modules with: they have to be those of the kernel that it ships. */
export async function headersMismatch(facts: TreeFacts): Promise<TreeFinding[]> {
  const releases = facts.kernels.flatMap((kernel) => kernel.release ?? []);
  if (releases.length === 0) return [];
  const findings: TreeFinding[] = [];
  for (const { name, type } of await entriesOf(facts.files, joinUri(facts.root, 'usr/src'))) {
    if (type !== 'directory' || !name.startsWith('linux-headers-')) continue;
    const path = `usr/src/${name}`;
    findings.push(...(await judge(facts, path, facts.files, joinUri(facts.root, path), releases)));
  }
  for (const folder of packageFolders) {
    for (const { name, type } of await entriesOf(facts.files, joinUri(facts.root, folder))) {
      if (type === 'file' && packageName.test(name))
        findings.push(...(await judgePackage(facts, `${folder}/${name}`, releases)));
    }
  }
  return findings;
}

async function entriesOf(files: FileSystem, uri: string): Promise<Awaited<ReturnType<FileSystem['readDirectory']>>> {
  return files.readDirectory(uri).catch(() => []);
}

async function judgePackage(facts: TreeFacts, path: string, releases: readonly string[]): Promise<TreeFinding[]> {
  const source = await facts.files.open(joinUri(facts.root, path));
  try {
    const { value, problems } = await openDebAsFileSystem(facts.decompressor, source, path);
    if (value === undefined) {
      const why = problems[0]?.message ?? 'it is no Debian package';
      return [
        {
          rule: 'headers-package-mismatch',
          severity: 'error',
          path,
          message: `${path} cannot be read: ${why} Build the package again (make bindeb-pkg).`,
        },
      ];
    }
    const folder = joinUri(value.root, 'usr/src');
    const findings: TreeFinding[] = [];
    for (const { name, type } of await entriesOf(value.files, folder)) {
      if (type !== 'directory' || !name.startsWith('linux-headers-')) continue;
      findings.push(...(await judge(facts, path, value.files, joinUri(folder, name), releases)));
    }
    return findings;
  } finally {
    await source.close();
  }
}

/** One headers folder; one without a release of its own (Debian's `-common`) says nothing. */
async function judge(
  facts: TreeFacts,
  path: string,
  files: FileSystem,
  folder: string,
  releases: readonly string[],
): Promise<TreeFinding[]> {
  const part = await readHeadersFolder({ files, decompressor: facts.decompressor }, folder);
  const release = part.release?.value;
  if (release === undefined || part.release === undefined) return [];
  const finding = (message: string, expected: string, actual: string): TreeFinding[] => [
    {
      rule: 'headers-package-mismatch',
      severity: 'error',
      path,
      message: `${message} Ship the headers that the same build made (make bindeb-pkg).`,
      expected,
      actual,
    },
  ];
  const kernel = facts.kernels.find((one) => one.release === release);
  if (kernel === undefined) {
    const known = listed(releases);
    return finding(
      `${path} are headers of ${release}, and the tree has modules of ${known}: what is built with them gets another vermagic and does not load.`,
      known,
      release,
    );
  }
  const own = mergeTargets(path, [part]).vermagic?.value;
  const expected = kernel.target.vermagic;
  if (own !== undefined && expected !== undefined && own !== expected.value) {
    return finding(
      `${path} give modules the vermagic '${own}', the kernel has '${expected.value}' (${expected.origin.label}).`,
      expected.value,
      own,
    );
  }
  return differentExports(kernel, path, folder, part).flatMap((message) =>
    finding(message, 'the CRCs of the kernel', 'other CRCs'),
  );
}

/** CRCs of the headers' Module.symvers against the kernel's own, and against what its modules really export. */
function differentExports(kernel: ScannedKernel, path: string, folder: string, part: KernelPart): string[] {
  const { symbols } = part;
  if (symbols === undefined) return [];
  const differing: string[] = [];
  const target = kernel.target.symbols;
  const isOwn = target?.origins.some((origin) => origin.uri !== undefined && isWithin(folder, origin.uri)) === true;
  if (target !== undefined && !isOwn) {
    for (const { symbol, crc } of target.symbols()) {
      const listedCrc = symbols.get(symbol)?.crc;
      if (crc !== undefined && listedCrc !== undefined && listedCrc !== crc) differing.push(symbol);
    }
  }
  for (const { name, exports } of kernel.scan.providers.own) {
    for (const { symbol, crc } of exports) {
      const entry = symbols.get(symbol);
      if (entry === undefined || foldedModuleName(entry.exporter) !== name || crc === undefined) continue;
      if (entry.crc !== crc) differing.push(symbol);
    }
  }
  const names = [...new Set(differing)];
  return names.length === 0
    ? []
    : [
        `Module.symvers of ${path} has other CRCs than the kernel and its modules for ${counted(names.length, 'symbol')} (${listed(names)}): modules built with it are refused.`,
      ];
}
