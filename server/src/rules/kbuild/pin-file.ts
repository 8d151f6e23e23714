import { type EnvAssignment, parseEnvAssignments, variableUses } from '../../text/env-file.ts';
import { parseKbuild } from '../../text/kbuild-syntax.ts';
import { LineIndex } from '../../text/line-index.ts';
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
  [/^(?:kernel)?localversion$/, 'localversion'],
  [/^(?:kernel|uts|uname|expected)release$|^unamer$/, 'release'],
  [/^(?:expected|kernel)?vermagic$/, 'vermagic'],
  [/^preempt(?:model|mode|token)?$/, 'preempt'],
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
  return /^(?:Docker|Container)file/.test(name) ? 'dockerfile' : undefined;
}

/** `memory` is given again for the next text of the same file: what did not change is not read again. */
export function readPinFile(uri: string, source: PinSource, text: string, memory = new PinLines()): PinFile {
  const lines = new LineIndex(text);
  const pin = (one: Assigned): Omit<Pin, 'value'> => ({
    name: one.name,
    role: roleOf(one.name),
    raw: one.raw,
    uri,
    nameRange: lines.range(one.nameStart, one.nameEnd),
    range: lines.range(one.valueStart, one.valueEnd),
    source,
    isDefault: one.isDefault,
  });
  const use = ({ name, start, end }: PinLine['uses'][number]): PinUse => ({
    name,
    uri,
    range: lines.range(start, end),
  });
  if (source === 'env' || source === 'script') {
    const read = memory.read(text);
    return { uri, source, pins: read.assignments.map(pin), uses: read.uses.map(use) };
  }
  const uses = source === 'manifest' || source === 'vermagic' ? [] : [...variableUses(text)].map(use);
  return { uri, source, pins: assigned(source, text).map(pin), uses };
}

type Assigned = Omit<EnvAssignment, 'literal'>;

function assigned(source: Exclude<PinSource, 'env' | 'script'>, text: string): readonly Assigned[] {
  switch (source) {
    case 'vermagic':
      return bareVermagic(text);
    case 'manifest':
      return manifest(text);
    case 'makefile':
      return [
        ...makeAssignments(text),
        ...parseEnvAssignments(recipesOf(text)).filter((one) => roleOf(one.name) === 'localversion'),
      ];
    case 'dockerfile':
      return dockerArguments(text);
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

function makeAssignments(text: string): Assigned[] {
  return parseKbuild(text)
    .assignments.filter((one) => one.operator !== 'define' && one.operator !== '!=' && one.operator !== '+=')
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

/** The text with everything but recipe lines blanked, so that offsets stay. */
function recipesOf(text: string): string {
  return text.replace(/^(?!\t).*$/gm, (line) => ' '.repeat(line.length));
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
