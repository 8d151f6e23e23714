import type { Decompressor } from '../../ports/decompressor.ts';
import type { FileSystem } from '../../ports/file-system.ts';
import type { Problem } from '../../ports/parsed.ts';
import { joinUri, uriName } from '../../ports/uri.ts';
import { imagePartReader } from '../image/image-part-reader.ts';
import type { KernelPart } from '../kernel-part.ts';
import { openTarget } from '../open-target.ts';
import { type DebPackage, openDebAsFileSystem } from './open-deb.ts';

const arMagic = [0x21, 0x3c, 0x61, 0x72, 0x63, 0x68, 0x3e];
const rpmMagic = [0xed, 0xab, 0xee, 0xdb];

/**
 * A reader for `openTarget`'s `partReaders`: what a kernel package (`linux-headers-*.deb`, `linux-image-*.deb`) says,
 * `undefined` for a file that is no package. The package is read in place.
 * @throws FileError when the file cannot be read.
 */
export function packagePartReader(ports: {
  readonly files: FileSystem;
  readonly decompressor: Decompressor;
}): (uri: string) => Promise<KernelPart | undefined> {
  return async (uri) => {
    const source = await ports.files.open(uri);
    try {
      const head = new Uint8Array(8);
      await source.read(0, head);
      const name = uriName(uri);
      if (rpmMagic.every((byte, i) => head[i] === byte)) return rpmPart(uri, name);
      if (!arMagic.every((byte, i) => head[i] === byte)) return undefined;
      const { value: deb, problems } = await openDebAsFileSystem(ports.decompressor, source, name, isFirstModule);
      const labelled = problems.map((problem) => ({ ...problem, message: `${name}: ${problem.message}` }));
      if (deb === undefined) return partOf(uri, name, labelled);
      return await readDeb(ports.decompressor, deb, uri, name, labelled);
    } finally {
      await source.close();
    }
  };
}

/** Configuration and image stand before the modules, of which one suffices: for the size of struct module. */
function isFirstModule({ path, type }: { readonly path: string; readonly type: string }): boolean {
  return type === 'file' && /^(?:usr\/)?lib\/modules\/.*\.ko(?:\.(?:gz|xz|zst))?$/.test(path);
}

async function readDeb(
  decompressor: Decompressor,
  deb: DebPackage,
  uri: string,
  name: string,
  problems: readonly Problem[],
): Promise<KernelPart> {
  const ports = { files: deb.files, decompressor };
  const headers = await headersFolder(deb);
  const top = headers ?? (await imageFile(deb)) ?? deb.root;
  const target = await openTarget(ports, top, { partReaders: [imagePartReader(ports)] });
  const origin = { label: name, uri };
  const inside = target.problems.map((problem) => ({ ...problem, message: `${name}: ${problem.message}` }));
  return {
    ...target,
    // The package is closed after this: what would be read later cannot be.
    lateKeys: undefined,
    lateExports: undefined,
    kind: headers === undefined && target.vermagic && target.trustedKeys ? 'image' : 'package',
    origins: [origin],
    problems: [...problems, ...inside],
    dependsOn: [uri],
  };
}

/** `usr/src/linux-headers-R` with the facts of a build; a package of common headers has none. */
async function headersFolder({ files, root }: DebPackage): Promise<string | undefined> {
  const sources = joinUri(root, 'usr/src');
  if ((await files.stat(sources))?.type !== 'directory') return undefined;
  for (const { name } of await files.readDirectory(sources)) {
    const folder = joinUri(sources, name);
    if (await files.stat(joinUri(folder, 'include/generated/utsrelease.h'))) return folder;
  }
  return undefined;
}

/** The image itself, in a package that has no modules beside it. */
async function imageFile({ files, root }: DebPackage): Promise<string | undefined> {
  if (await files.stat(joinUri(root, 'lib/modules'))) return undefined;
  const boot = joinUri(root, 'boot');
  if ((await files.stat(boot))?.type !== 'directory') return undefined;
  const image = (await files.readDirectory(boot)).find(({ name }) => /^vmlinu[xz]-/.test(name));
  return image && joinUri(boot, image.name);
}

function rpmPart(uri: string, name: string): KernelPart {
  const message = `${name} is an RPM package, which is not read here. Unpack it (rpm2cpio ${name} | cpio -id) and name the folder instead.`;
  return partOf(uri, name, [{ message }]);
}

function partOf(uri: string, name: string, problems: readonly Problem[]): KernelPart {
  return { kind: 'package', origins: [{ label: name, uri }], problems, dependsOn: [uri] };
}
