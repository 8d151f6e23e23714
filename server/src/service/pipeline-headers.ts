import { type Finding, fileStart } from '../findings/finding.ts';
import { openTarget } from '../kernel/open-target.ts';
import type { Ports } from '../ports/ports.ts';
import { joinUri, relativePath, uriPath } from '../ports/uri.ts';
import { targetPartReaders } from './target-part-readers.ts';

export interface HeadersQuestion {
  readonly rootUri: string;
  /** Release of the kernel that was built. */
  readonly release: string;
  /** The root file system of the image, where the project has one. */
  readonly rootfsUri: string | undefined;
}

/** Folders in which builds leave packages, from the project's folder; `make bindeb-pkg` writes beside the kernel. */
const packageFolders = ['', 'out', 'output', 'build', 'dist', 'debs', 'packages', 'kernel', 'artifacts', 'deb'];
/** Where an image keeps packages for its first boot. */
const stagedFolders = ['opt/kernel-headers', 'opt/headers', 'var/cache/kernel-headers', 'root', 'opt'];

/**
 * After a kernel was built: whether there is a headers package for it, whether it is for this kernel by its content, and
 * whether the image has it, so that installers that build modules on the device find headers that match.
 */
export async function headersPackageFindings(ports: Ports, question: HeadersQuestion): Promise<readonly Finding[]> {
  const { rootUri, release, rootfsUri } = question;
  const finding = (message: string, uri: string): Finding => ({
    rule: 'headers-package-mismatch',
    severity: 'error',
    message,
    where: { uri, range: fileStart },
    fixes: [
      { kind: 'command', title: 'Rebuild Headers Package', command: 'vermagic.rebuildHeadersPackage', arguments: [] },
    ],
  });
  const built = await packagesIn(
    ports,
    packageFolders.map((folder) => joinUri(rootUri, folder)),
  );
  const own = built.find((one) => one.release === release);
  if (!own) {
    const others = built.map((one) => relativePath(rootUri, one.uri)).join(', ');
    const found = others === '' ? 'there is none in the project' : `the project has ${others}`;
    return [
      finding(
        `The kernel ${release} was built, but its headers package linux-headers-${release}_*.deb was not: ${found}. Third-party installers would build modules against other headers. Run «make bindeb-pkg» in the kernel's build.`,
        rootUri,
      ),
    ];
  }
  const target = await openTarget(ports, own.uri, { name: own.name, partReaders: targetPartReaders(ports) });
  const inside = target.release?.value;
  if (inside !== undefined && inside !== release) {
    return [
      finding(
        `${own.name} is named for ${release}, but holds headers of ${inside} (${target.release?.origin.label ?? 'its utsrelease.h'}). Build it again.`,
        own.uri,
      ),
    ];
  }
  if (rootfsUri === undefined) return [];
  const unpacked = await ports.files
    .stat(joinUri(rootfsUri, `usr/src/linux-headers-${release}`))
    .catch(() => undefined);
  if (unpacked) return [];
  const staged = await packagesIn(
    ports,
    stagedFolders.map((folder) => joinUri(rootfsUri, folder)),
  );
  if (staged.some((one) => one.name === own.name)) return [];
  const other = staged.find((one) => one.release !== release);
  const why = other
    ? `it has ${uriPath(other.uri)} instead`
    : `neither usr/src/linux-headers-${release} nor a package in ${stagedFolders[0]} is there`;
  return [
    finding(
      `The root file system does not have ${own.name}: ${why}. Stage it and install it with dpkg at first boot, before any installer that builds modules.`,
      rootfsUri,
    ),
  ];
}

interface HeadersPackage {
  readonly uri: string;
  readonly name: string;
  readonly release: string;
}

async function packagesIn(ports: Ports, folders: readonly string[]): Promise<HeadersPackage[]> {
  const found: HeadersPackage[] = [];
  for (const folder of folders) {
    for (const { name, type } of await ports.files.readDirectory(folder).catch(() => [])) {
      const release = type === 'file' ? /^linux-headers-(.+?)_.+\.deb$/.exec(name)?.[1] : undefined;
      if (release !== undefined) found.push({ uri: joinUri(folder, name), name, release });
    }
  }
  return found;
}
