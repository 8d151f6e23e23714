import { limits } from '../../limits.ts';
import { FileError } from '../../ports/file-system.ts';
import { joinUri, parentUri, uriName } from '../../ports/uri.ts';
import { architectureOf } from '../architecture-detection.ts';
import { buildTreeKeys } from '../certificates.ts';
import type { DotConfig } from '../dot-config.ts';
import type { Fact } from '../fact.ts';
import type { KernelConfig } from '../kernel-config.ts';
import type { KernelPart } from '../kernel-part.ts';
import {
  releaseOfUtsHeader,
  versionOfBuildText,
  versionOfMakefile,
  versionOfVersionHeader,
} from '../kernel-version.ts';
import type { KernelVersion } from '../target-kernel.ts';
import { detectVendor } from '../vendor-detection.ts';
import { type SourcePorts, type SourceReader, shortFolder } from './source-reader.ts';

/** The facts that a build tree and a headers folder have in the same places, symbols left out. */
export async function readTreeFacts(reader: SourceReader): Promise<KernelPart> {
  const release = await readRelease(reader);
  const config = await reader.config('.config', 'include/config/auto.conf');
  const buildText = await readBuildText(reader);
  const version = await readVersion(reader, config, buildText);
  const vendor = detectVendor({ release, config, buildText });
  return {
    release,
    config,
    version,
    vendor,
    architecture: config && architectureOf(config),
    randstructHash: await readRandstructHash(reader),
    origins: reader.origins,
    problems: reader.problems,
    dependsOn: reader.dependsOn,
  };
}

/** The certificates that the build compiled in, where its `certs` folder still has them. */
export async function readTreeKeys(
  { files }: SourcePorts,
  reader: SourceReader,
  config: KernelConfig | undefined,
): Promise<KernelPart['trustedKeys']> {
  reader.watchFolder(reader.uri('certs'));
  try {
    const { value, problems } = await buildTreeKeys(files, reader.folder, config);
    reader.addProblems(problems);
    if (value) reader.addOrigin(value.origin);
    return value;
  } catch (error) {
    if (!(error instanceof FileError)) throw error;
    reader.problem(`The certs folder of ${shortFolder(reader.folder)} cannot be read (${error.code}).`);
    return undefined;
  }
}

/** `utsrelease.h` is what vermagic is compiled from; `kernel.release` says something else in Debian's packages. */
async function readRelease(reader: SourceReader): Promise<Fact<string> | undefined> {
  for (const path of ['include/generated/utsrelease.h', 'include/linux/utsrelease.h']) {
    const uri = reader.uri(path);
    const text = await reader.text(uri);
    if (text === undefined) continue;
    const found = releaseOfUtsHeader(text);
    if (found) {
      const origin = reader.origin(uri, found.line);
      reader.addOrigin(origin);
      return { value: found.release, origin };
    }
    reader.problem(`${reader.origin(uri).label} defines no UTS_RELEASE.`);
  }
  const uri = reader.uri('include/config/kernel.release');
  const text = (await reader.text(uri))?.trim();
  if (!text) return undefined;
  const origin = reader.origin(uri);
  reader.addOrigin(origin);
  reader.problem(
    `${origin.label} gives the release "${text}", because include/generated/utsrelease.h is not there; run "make prepare" to have the one that vermagic is made from.`,
  );
  return { value: text, origin };
}

async function readVersion(
  reader: SourceReader,
  config: Fact<DotConfig> | undefined,
  buildText: Fact<string> | undefined,
): Promise<Fact<KernelVersion> | undefined> {
  for (const path of ['include/generated/uapi/linux/version.h', 'include/linux/version.h']) {
    const uri = reader.uri(path);
    const text = await reader.text(uri);
    const value = text === undefined ? undefined : versionOfVersionHeader(text);
    if (value) return { value, origin: reader.origin(uri) };
  }
  const makefile = await readMakefileVersion(reader);
  if (makefile) return makefile;
  if (config?.value.header) return { value: config.value.header.version, origin: config.origin };
  const built = buildText && versionOfBuildText(buildText.value);
  return built && { value: built, origin: buildText.origin };
}

/** Debian's flavour folders have a Makefile that only includes the one of the `-common` folder beside them. */
async function readMakefileVersion(reader: SourceReader): Promise<Fact<KernelVersion> | undefined> {
  const uri = reader.uri('Makefile');
  const text = await reader.text(uri);
  if (text === undefined) return undefined;
  const own = versionOfMakefile(text);
  if (own) return { value: own.version, origin: reader.origin(uri) };
  const included = /^include[ \t]+(\S+)\/Makefile\s*$/m.exec(text)?.[1];
  if (included === undefined) return undefined;
  const common = joinUri(parentUri(reader.folder), uriName(`file://${included}`), 'Makefile');
  const commonText = await reader.text(common);
  const found = commonText === undefined ? undefined : versionOfMakefile(commonText);
  return found && { value: found.version, origin: reader.origin(common) };
}

/** What the build says of itself in words: who made it and with what. */
async function readBuildText(reader: SourceReader): Promise<Fact<string> | undefined> {
  const texts: string[] = [];
  let first: string | undefined;
  for (const name of ['package.h', 'utsversion.h', 'compile.h']) {
    const uri = reader.uri(`include/generated/${name}`);
    const text = await reader.text(uri);
    if (text === undefined) continue;
    first ??= uri;
    texts.push(text);
  }
  return first === undefined ? undefined : { value: texts.join('\n'), origin: reader.origin(first) };
}

async function readRandstructHash(reader: SourceReader): Promise<string | undefined> {
  for (const name of ['randstruct_hash.h', 'randomize_layout_hash.h']) {
    const text = await reader.text(reader.uri(`include/generated/${name}`), limits.textBytes);
    const hash = /RANDSTRUCT_HASHED_SEED[ \t]+"([0-9a-f]+)"/.exec(text ?? '')?.[1];
    if (hash !== undefined) return hash;
  }
  return undefined;
}
