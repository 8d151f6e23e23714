import { limits } from '../../limits.ts';
import type { EmbeddedScript, HostVariables } from '../../text/embedded/embedded-script.ts';
import { embeddedScripts } from '../../text/embedded/embedded-scripts.ts';
import { yamlVariables } from '../../text/embedded/yaml-variables.ts';
import { type EnvAssignment, parseEnvAssignments } from '../../text/env-file.ts';
import type { FileKind } from '../../text/file-kind.ts';
import type { Word } from '../../text/shell/word.ts';
import { identityMap, type MappedText } from '../../text/source-map.ts';

/** Files in which others than a shell hold scripts and set variables for them. */
export const hostKinds: readonly FileKind[] = [
  'github-workflow',
  'github-action',
  'gitlab-ci',
  'compose',
  'systemd-unit',
  'cloud-init',
];

export type HostAssignment = Omit<EnvAssignment, 'literal'>;

/** What a host sets for its scripts (`env:`, `environment:`, `Environment=`) and what these assign or give to commands. */
export function hostAssignments(kind: FileKind, text: string): readonly HostAssignment[] {
  const host: MappedText = { text, map: identityMap };
  const scripts = embeddedScripts(kind, host).slice(0, limits.embeddedScripts);
  const variables = [...yamlVariables(kind, host), ...scripts.map(variablesOf)];
  const found = [...variables.flatMap((one) => set(one, text)), ...scriptAssignments(scripts)];
  // What a host sets for all of its scripts comes with each of them.
  return [...new Map(found.map((one) => [one.valueStart, one])).values()];
}

/** What scripts in a file assign, and give to commands. */
export function scriptAssignments(scripts: readonly EmbeddedScript[]): readonly HostAssignment[] {
  return scripts.flatMap((one) => {
    if ('argv' in one) return one.argv.flatMap(argument);
    return 'script' in one ? parseEnvAssignments(one.script.text).map((found) => placed(found, one.script)) : [];
  });
}

function variablesOf(script: EmbeddedScript): HostVariables {
  return ('variables' in script && script.variables) || new Map();
}

function set(variables: HostVariables, text: string): readonly HostAssignment[] {
  return [...variables].flatMap(([name, value]) => {
    const { start: valueStart, end: valueEnd } = value.map.span(0, value.text.length);
    const nameStart = text.lastIndexOf(name, valueStart - 1);
    if (nameStart < 0 || value.text === '') return [];
    const nameEnd = nameStart + name.length;
    return [{ name, nameStart, nameEnd, raw: value.text, valueStart, valueEnd, isDefault: false }];
  });
}

function placed(one: EnvAssignment, { map }: MappedText): HostAssignment {
  const name = map.span(one.nameStart, one.nameEnd);
  const value = map.span(one.valueStart, one.valueEnd);
  return {
    ...one,
    nameStart: name.start,
    nameEnd: name.end,
    valueStart: value.start,
    valueEnd: value.end,
  };
}

/** `NAME=value` as one argument that is written so. */
function argument({ value = '', parts, indirect }: Word): readonly HostAssignment[] {
  const [part] = parts;
  const name = /^([A-Za-z_]\w*)=/.exec(value)?.[1];
  if (name === undefined || !part || parts.length > 1 || indirect || part.end - part.start !== value.length) return [];
  const nameEnd = part.start + name.length;
  const raw = value.slice(name.length + 1);
  return [{ name, nameStart: part.start, nameEnd, raw, valueStart: nameEnd + 1, valueEnd: part.end, isDefault: false }];
}
