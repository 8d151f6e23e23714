import { versionOfMakefile } from '../../kernel/kernel-version.ts';
import { uriPath } from '../../ports/uri.ts';
import { embeddedScripts } from '../../text/embedded/embedded-scripts.ts';
import { type EnvAssignment, parseEnvAssignments, variableUses } from '../../text/env-file.ts';
import { fileKind } from '../../text/file-kind.ts';
import { parseKbuild } from '../../text/kbuild-syntax.ts';
import { LineIndex } from '../../text/line-index.ts';
import { ShellOutline } from '../../text/shell-outline.ts';
import { identityMap } from '../../text/source-map.ts';
import { isGivenToMake } from './given-localversion.ts';
import { hostAssignments, hostKinds, scriptAssignments } from './host-assignments.ts';
import { type PinLine, PinLines } from './pin-lines.ts';
import type { Pin, PinRole, PinSource, PinUse } from './pin-picture.ts';

/** The pins and uses of one file, before they are joined with those of others. */
export interface PinFile {
  readonly uri: string;
  readonly source: PinSource;
  /** Values not yet expanded. */
  readonly pins: readonly Omit<Pin, 'value'>[];
  readonly uses: readonly PinUse[];
}

const roles: readonly (readonly [RegExp, PinRole])[] = [
  [/^(?:kernel|linux)(?:base)?version$|^kernelbase$|^baseversion$/, 'version'],
  [/^(?:kernel)?extraversion$/, 'extraversion'],
  [/^(?:kernel)?localversion$/, 'localversion'],
  [/^(?:kernel|uts|uname|expected)release$|^unamer$/, 'release'],
  [/^(?:expected|kernel)?vermagic$/, 'vermagic'],
  [/^preempt(?:model|mode|token)?$/, 'preempt'],
  [/^kdebpkgversion$/, 'package'],
];

export function roleOf(name: string): PinRole | undefined {
  const plain = name.replace(/[_\-. ]/g, '').toLowerCase();
  return roles.find(([pattern]) => pattern.test(plain))?.[1];
}

/** What kind of pin file a path is; `undefined`: none. */
export function pinSource(path: string): PinSource | undefined {
  const name = path.replace(/^.*\//, '');
  if (name === 'EXPECTED_VERMAGIC') return 'vermagic';
  if (/^(?:BUILD_)?MANIFEST\.json$/.test(name)) return 'manifest';
  if (/\.env$|^\.env$/.test(name)) return 'env';
  if (/\.(?:sh|bash)$|^(?:postinst|preinst|setlocalversion)$/.test(name)) return 'script';
  if (/^(?:GNU)?[Mm]akefile$|\.mk$/.test(name) || /debian\/rules$/.test(path)) return 'makefile';
  if (/(?:^|\/)(?:scripts|bin|tools|ci|hack|debian)\/(?!changelog$|rules$)[\w-]+$/.test(path)) return 'script';
  if (/(?:^|\/)debian\/changelog$/.test(path)) return 'changelog';
  const kind = fileKind(path, '');
  return kind === 'dockerfile' ? 'dockerfile' : kind && hostKinds.includes(kind) ? 'host' : undefined;
}

/** A name without an extension says little: such a file is a script when it begins as one. */
export function isPinText(path: string, source: PinSource, text: string): boolean {
  return source !== 'script' || /[.][^/]*$|\/(?:post|pre)inst$/.test(path) || /^#!.*sh\b/.test(text);
}

/** `memory` is given again for the next text of the same file: what did not change is not read again. */
export function readPinFile(uri: string, source: PinSource, text: string, memory = new PinLines()): PinFile {
  const lines = new LineIndex(text);
  const pin = (one: Assigned): Omit<Pin, 'value'> => ({
    name: one.name,
    role: source === 'changelog' ? 'package' : roleOf(one.name),
    raw: one.raw,
    uri,
    nameRange: lines.range(one.nameStart, one.nameEnd),
    range: lines.range(one.valueStart, one.valueEnd),
    source,
    isDefault: one.isDefault,
    isGiven: !one.isDefault && !nameless.has(source) && isGivenToMake(text, one),
  });
  const use = ({ name, start, end }: PinLine['uses'][number]): PinUse => ({
    name,
    uri,
    range: lines.range(start, end),
  });
  if (source === 'env' || source === 'script') {
    const read = memory.read(text);
    const assigned = source === 'env' ? read.assignments : runAssignments(text, read.assignments);
    return { uri, source, pins: assigned.map(pin), uses: read.uses.map(use) };
  }
  const uses = nameless.has(source) ? [] : variableUses(text).map(use);
  return { uri, source, pins: assigned(source, uriPath(uri), text).map(pin), uses };
}

/** Without what only stands in a text, or is another program's; under a condition a value holds as little as a default. */
function runAssignments(text: string, assignments: readonly EnvAssignment[]): readonly EnvAssignment[] {
  let outline: ShellOutline | undefined;
  return assignments.flatMap((one) => {
    if (roleOf(one.name) === undefined) return [one];
    outline ??= new ShellOutline(text);
    const lineStart = text.lastIndexOf('\n', one.nameStart - 1) + 1;
    const before = text.slice(lineStart, one.nameStart);
    const after = text.slice(one.valueEnd).split('\n', 1)[0] ?? '';
    const reached = outline.at(one.nameStart);
    if (reached === 'never' || otherProgram.test(before) || otherProgram.test(after)) return [];
    const isLocal = /\blocal[ \t]+(?:-\w+[ \t]+)*(?:\w+(?:=\S*)?[ \t]+)*$/.test(before);
    if (reached === 'certainly' && !isLocal) return [one];
    // One of several values that the project names.
    return /^\$\{?\w+\}?$/.test(one.raw) ? [] : [{ ...one, isDefault: true }];
  });
}

/** Programs of an image whose Makefiles know a LOCALVERSION of their own. */
const otherProgram = /\bmake\b.*\b(?:u-?boot|busybox|barebox|coreboot|op-?tee|tests?)\b|^[^;&|]*\bu-boot\b/i;

/** No variable is named in these. */
const nameless: ReadonlySet<PinSource> = new Set(['manifest', 'vermagic', 'changelog']);

type Assigned = Omit<EnvAssignment, 'literal'>;

function assigned(source: Exclude<PinSource, 'env' | 'script'>, path: string, text: string): readonly Assigned[] {
  switch (source) {
    case 'vermagic':
      return bareVermagic(text);
    case 'manifest':
      return manifest(text);
    case 'makefile':
      return [
        ...makeAssignments(text),
        ...parseEnvAssignments(recipesOf(text)).filter((one) => roleOf(one.name) !== undefined || isList(one.name)),
      ];
    case 'dockerfile':
      return [...dockerArguments(text), ...dockerScripts(text)];
    case 'changelog':
      return changelog(text);
    case 'host': {
      const kind = fileKind(path, text);
      return kind === undefined ? [] : hostAssignments(kind, text);
    }
  }
}

function bareVermagic(text: string): Assigned[] {
  const line = text.split('\n').findIndex((one) => one.trim() !== '' && !one.startsWith('#'));
  if (line < 0) return [];
  const start = text.split('\n').slice(0, line).join('\n').length + (line > 0 ? 1 : 0);
  const raw = (text.slice(start).split('\n', 1)[0] ?? '').replace(/\r$/, '');
  return [
    {
      name: 'EXPECTED_VERMAGIC',
      nameStart: start,
      nameEnd: start,
      raw,
      valueStart: start,
      valueEnd: start + raw.length,
      isDefault: false,
    },
  ];
}

function manifest(text: string): Assigned[] {
  return [...text.matchAll(/"([\w.-]+)"(\s*:\s*)"((?:[^"\\\n]|\\.)*)"/g)].map((match) => {
    const [whole, name = '', between = '', raw = ''] = match;
    const nameStart = match.index + 1;
    const valueStart = match.index + whole.length - 1 - raw.length;
    return {
      name,
      nameStart,
      nameEnd: nameStart + name.length,
      raw,
      valueStart,
      valueEnd: valueStart + raw.length,
      isDefault: between === '',
    };
  });
}

/** `linux (5.15.148-tegra-1) …` at the head of a changelog; of the packages that bring no kernel the version is their own. */
const kernelPackage =
  /^(linux(?:-(?!(?:base|firmware|tools|headers-generic|libc-dev|kbuild|perf|doc|support)\b)[\w.+~-]+)?|kernel-[\w.+~-]+) \((?:\d+:)?(\d{1,2}\.\d+[\w.+~-]*)\)/;

function changelog(text: string): Assigned[] {
  const match = kernelPackage.exec(text);
  const [head = '', , raw = ''] = match ?? [];
  if (!match) return [];
  const valueEnd = head.length - 1;
  const valueStart = valueEnd - raw.length;
  const name = 'debian/changelog';
  return [{ name, nameStart: valueStart, nameEnd: valueStart, raw, valueStart, valueEnd, isDefault: false }];
}

function makeAssignments(text: string): Assigned[] {
  // What the kernel's own Makefile says of itself is compared with the pins; it is none.
  const isKernel = versionOfMakefile(text) !== undefined;
  return parseKbuild(text)
    .assignments.filter((one) => one.operator !== 'define' && one.operator !== '!=')
    .filter((one) => one.operator !== '+=' || isList(one.name))
    .filter((one) => !isKernel || one.name !== 'EXTRAVERSION')
    .map((one) => ({
      name: one.name,
      nameStart: one.nameStart,
      nameEnd: one.nameEnd,
      raw: one.value.text,
      valueStart: one.value.start,
      valueEnd: one.value.end,
      isDefault: one.operator === '?=' || one.conditions.length > 0,
    }));
}

/** What each place adds to; the files that do so count, not the values. */
function isList(name: string): boolean {
  return name === 'KBUILD_EXTRA_SYMBOLS';
}

/** The text with everything but recipe lines blanked, so that offsets stay. */
function recipesOf(text: string): string {
  return text.replace(/^(?!\t).*$/gm, (line) => ' '.repeat(line.length));
}

/** What RUN and its like give to commands. */
function dockerScripts(text: string): readonly Assigned[] {
  const scripts = embeddedScripts('dockerfile', { text, map: identityMap });
  return scriptAssignments(scripts).filter((one) => roleOf(one.name) !== undefined || isList(one.name));
}

/** `ARG NAME=value` and `ENV NAME=value`; an ARG can be overruled when the image is built. */
function dockerArguments(text: string): Assigned[] {
  const found: Assigned[] = [];
  for (const match of text.matchAll(/^[ \t]*(ARG|ENV)[ \t]+([A-Za-z_]\w*)[= ](?:"([^"\n]*)"|([^\s"]*))/gim)) {
    const raw = match[3] ?? match[4] ?? '';
    const name = match[2] ?? '';
    const valueEnd = match.index + match[0].length - (match[3] === undefined ? 0 : 1);
    const nameStart = match.index + match[0].indexOf(name);
    const isDefault = match[1]?.toUpperCase() === 'ARG';
    found.push({
      name,
      nameStart,
      nameEnd: nameStart + name.length,
      raw,
      valueStart: valueEnd - raw.length,
      valueEnd,
      isDefault,
    });
  }
  return found;
}
