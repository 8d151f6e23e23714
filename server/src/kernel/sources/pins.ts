import type { Fact } from '../fact.ts';
import type { KernelPart } from '../kernel-part.ts';
import { parseKernelVersion } from '../kernel-version.ts';
import type { KernelVersion } from '../target-kernel.ts';
import { looksLikeRelease, looksLikeVermagic } from '../vermagic-form.ts';
import { type SourcePorts, SourceReader } from './source-reader.ts';

/** Names of the files in which projects write down what they expect of the kernel. */
export const pinFileNames = ['EXPECTED_VERMAGIC', 'BUILD_MANIFEST.json', 'versions.env'] as const;

interface Pins {
  readonly release?: Fact<string> | undefined;
  readonly vermagic?: Fact<string> | undefined;
  readonly version?: Fact<KernelVersion> | undefined;
}

/** The pins of a folder: `EXPECTED_VERMAGIC`, `BUILD_MANIFEST.json`, `versions.env`, believed in this order. */
export async function readPins(ports: SourcePorts, folder: string): Promise<KernelPart> {
  const reader = new SourceReader(ports, folder);
  const found: Pins[] = [];
  for (const name of pinFileNames) found.push(await readPinFile(reader, reader.uri(name)));
  return pinsPart(reader, found);
}

/** One pin file, recognised by its content: JSON, `KEY=value` lines, or the bare vermagic or release. */
export async function readPinsFile(ports: SourcePorts, uri: string, folder: string): Promise<KernelPart> {
  const reader = new SourceReader(ports, folder);
  return pinsPart(reader, [await readPinFile(reader, uri)]);
}

/** An expected vermagic given in words (a setting, `vermagic.json`), as a part. */
export function expectedVermagicPart(text: string, label: string, uri?: string): KernelPart {
  const origin = uri === undefined ? { label } : { label, uri };
  const repaired = repairTrailingSpace(text.replace(/[\r\n]+$/, ''));
  const release = repaired.value.split(' ', 1)[0] ?? '';
  return {
    kind: 'settings',
    origins: [origin],
    problems: repaired.problem === undefined ? [] : [{ message: `${label}: ${repaired.problem}` }],
    vermagic: { value: repaired.value, origin },
    release: release === '' ? undefined : { value: release, origin },
  };
}

function pinsPart(reader: SourceReader, found: readonly Pins[]): KernelPart {
  const first = <Name extends keyof Pins>(name: Name) => found.find((pins) => pins[name] !== undefined)?.[name];
  const [release, vermagic] = [first('release'), first('vermagic')];
  for (const pins of found) {
    if (release && pins.release && pins.release.value !== release.value) {
      reader.problem(
        `${release.origin.label} pins the release "${release.value}", ${pins.release.origin.label} pins "${pins.release.value}".`,
      );
    }
  }
  return {
    kind: 'pins',
    release,
    vermagic,
    version: first('version'),
    origins: reader.origins,
    problems: reader.problems,
    dependsOn: reader.dependsOn,
  };
}

async function readPinFile(reader: SourceReader, uri: string): Promise<Pins> {
  const text = (await reader.text(uri))?.replace(/^\uFEFF/, '');
  if (text === undefined) return {};
  const pins = /^\s*[[{]/.test(text)
    ? pinsOfManifest(reader, uri, text)
    : /^\s*(?:export\s+)?[A-Za-z_]\w*=/m.test(text)
      ? pinsOfEnv(reader, uri, text)
      : pinsOfString(reader, uri, text);
  if (Object.values(pins).some((pin) => pin !== undefined)) reader.addOrigin(reader.origin(uri));
  return pins;
}

function pinsOfString(reader: SourceReader, uri: string, text: string): Pins {
  const lines = text.split('\n').map((line) => line.replace(/\r$/, ''));
  const at = lines.findIndex((line) => line.trim() !== '' && !line.startsWith('#'));
  const line = lines[at];
  if (line === undefined) return {};
  if (looksLikeVermagic(line)) return vermagicPins(reader, uri, line, at);
  const origin = reader.origin(uri, at);
  if (looksLikeRelease(line.trim())) return { release: { value: line.trim(), origin } };
  const shown = line.length > 60 ? `${line.slice(0, 60)}…` : line;
  reader.problem(
    `${origin.label}: "${shown}" is no vermagic: a release, and behind it words such as SMP, mod_unload or aarch64.`,
    at,
  );
  return {};
}

/** Reads the assignments a shell would make, without running one: literals and references to earlier names. */
function pinsOfEnv(reader: SourceReader, uri: string, text: string): Pins {
  const values = new Map<string, { value: string; line: number }>();
  for (const [line, content] of text.split('\n').entries()) {
    const found = /^\s*(?:export\s+)?([A-Za-z_]\w*)=(?:"([^"]*)"|'([^']*)'|([^\s#;]*))/.exec(content);
    if (!found || found[1] === undefined) continue;
    const quoted = found[3];
    const value = quoted ?? expand(found[2] ?? found[4] ?? '', values);
    if (value !== undefined) values.set(found[1], { value, line });
  }
  const get = (...names: readonly string[]) => names.map((name) => values.get(name)).find((hit) => hit !== undefined);
  const vermagic = get('EXPECTED_VERMAGIC', 'KERNEL_VERMAGIC', 'VERMAGIC');
  const pins = vermagic && vermagic.value !== '' ? vermagicPins(reader, uri, vermagic.value, vermagic.line) : {};
  const base = get('KERNEL_BASE_VERSION', 'KERNEL_VERSION', 'LINUX_VERSION');
  const local = get('LOCALVERSION', 'KERNEL_LOCALVERSION');
  const whole = get('KERNEL_RELEASE', 'KERNELRELEASE');
  const version = base && parseKernelVersion(base.value);
  const origin = base && reader.origin(uri, base.line);
  // A base without its third number (5.15) leaves the release open.
  const composed =
    base && local && origin && /^v?\d+\.\d+\.\d+/.test(base.value)
      ? {
          value: `${base.value.replace(/^v/, '')}${local.value}`,
          origin: { ...origin, label: `base version + LOCALVERSION in ${origin.label}` },
        }
      : undefined;
  return {
    ...pins,
    release: whole ? { value: whole.value, origin: reader.origin(uri, whole.line) } : (composed ?? pins.release),
    version: version && origin ? { value: version, origin } : undefined,
  };
}

/** `undefined` when the value needs a shell: a command or a name that is not set above. */
function expand(text: string, values: ReadonlyMap<string, { value: string }>): string | undefined {
  let known = !/\$\(|`/.test(text);
  const value = text.replace(/\$(?:\{(\w+)\}|(\w+))/g, (_, braced?: string, bare?: string) => {
    const found = values.get(braced ?? bare ?? '');
    if (!found) known = false;
    return found?.value ?? '';
  });
  return known && !value.includes('${') ? value : undefined;
}

/** Manifests have no common form: any key that means the release or vermagic, up to four levels deep, counts. */
function pinsOfManifest(reader: SourceReader, uri: string, text: string): Pins {
  let parsed: unknown;
  try {
    parsed = JSON.parse(text);
  } catch (error) {
    reader.problem(`${reader.origin(uri).label} is no valid JSON: ${error instanceof Error ? error.message : error}.`);
    return {};
  }
  const vermagic = findString(parsed, /^(?:expected|kernel)?vermagic$/, 4);
  const release = findString(parsed, /^(?:kernel|uts|uname)(?:release|r)$/, 4);
  const lineOf = (value: string) => {
    const at = text.indexOf(JSON.stringify(value));
    return at === -1 ? 0 : text.slice(0, at).split('\n').length - 1;
  };
  const pins = vermagic === undefined ? {} : vermagicPins(reader, uri, vermagic, lineOf(vermagic));
  return release === undefined
    ? pins
    : { ...pins, release: { value: release, origin: reader.origin(uri, lineOf(release)) } };
}

function findString(value: unknown, key: RegExp, depth: number): string | undefined {
  if (typeof value !== 'object' || value === null || depth === 0) return undefined;
  const entries = Object.entries(value);
  for (const [name, item] of entries) {
    if (typeof item === 'string' && item !== '' && key.test(name.replace(/[_\-. ]/g, '').toLowerCase())) return item;
  }
  for (const [, item] of entries) {
    const found = findString(item, key, depth - 1);
    if (found !== undefined) return found;
  }
  return undefined;
}

function vermagicPins(reader: SourceReader, uri: string, text: string, line: number): Pins {
  const origin = reader.origin(uri, line);
  const { value, problem } = repairTrailingSpace(text);
  if (problem !== undefined) reader.problem(`${origin.label}: ${problem}`, line);
  const release = value.split(' ', 1)[0] ?? '';
  return {
    vermagic: { value, origin },
    release: release === '' ? undefined : { value: release, origin },
  };
}

/**
 * The generic words of vermagic end in a space each (include/linux/vermagic.h): a string that ends in such a word
 * without its space was trimmed on the way and can be the string of no kernel.
 */
function repairTrailingSpace(text: string): { readonly value: string; readonly problem?: string } {
  if (!/ (?:SMP|preempt|preempt_rt|mod_unload|modversions)$/.test(text)) return { value: text };
  return {
    value: `${text} `,
    problem:
      'the trailing space of vermagic was lost when it was written down; it is put back, for the kernel compares it.',
  };
}
