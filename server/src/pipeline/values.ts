import type { TextRange } from '../findings/finding.ts';
import { parseEnvAssignments } from '../text/env-file.ts';
import { LineIndex } from '../text/line-index.ts';

export interface ConfigurationValue {
  readonly name: string;
  readonly value: string;
  readonly range: TextRange;
}

/** Files that count by the values they set: kernel configurations, and shell files of nothing but assignments. */
export function isConfiguration(path: string): boolean {
  return isKernelConfiguration(path) || /(?:^|\/)(?:[\w.-]+\.env|\.env|EXPECTED_VERMAGIC)$/.test(path);
}

/** Files of which every byte counts, and whose assignments say best what changed. */
export function isScript(path: string): boolean {
  return /\.(?:sh|bash|mk)$|(?:^|\/)(?:GNU)?[Mm]akefile$/.test(path) || isContainerFile(path);
}

function isContainerFile(path: string): boolean {
  return /(?:^|\/)(?:Docker|Container)file(?:\.[\w-]+)?$|\.[Dd]ockerfile$/.test(path);
}

function isKernelConfiguration(path: string): boolean {
  return /(?:^|\/)(?:\.config|config-[\w.+-]+|[\w.-]*defconfig|[\w.-]+\.config|auto\.conf)$/.test(path);
}

/** The values of a configuration in the order of the file; of a name set twice the last one counts. */
export function configurationValues(path: string, text: string): readonly ConfigurationValue[] {
  const found = new Map<string, ConfigurationValue>();
  if (isKernelConfiguration(path)) {
    text.split('\n').forEach((line, number) => {
      const match = /^\s*(CONFIG_\w+)=(.*?)\s*$/.exec(line) ?? /^#\s*(CONFIG_\w+) is not set\s*$/.exec(line);
      if (match?.[1] === undefined) return;
      const range = { start: { line: number, character: 0 }, end: { line: number, character: line.length } };
      found.set(match[1], { name: match[1], value: match[2] ?? 'n', range });
    });
    return [...found.values()];
  }
  if (/(?:^|\/)EXPECTED_VERMAGIC$/.test(path) && !/^\s*\w+=/.test(text)) {
    const range = { start: { line: 0, character: 0 }, end: { line: 0, character: text.trimEnd().length } };
    return [{ name: 'EXPECTED_VERMAGIC', value: text.trim(), range }];
  }
  if (isContainerFile(path)) {
    text.split('\n').forEach((line, number) => {
      const match = /^\s*(?:(FROM)\s+(.*?)|(?:ARG|ENV)\s+(\w+)[= ](.*?))\s*$/i.exec(line);
      if (!match) return;
      const name = match[1]?.toUpperCase() ?? match[3] ?? '';
      const range = { start: { line: number, character: 0 }, end: { line: number, character: line.length } };
      found.set(found.has(name) ? `${name} ${number + 1}` : name, { name, value: match[2] ?? match[4] ?? '', range });
    });
    return [...found].map(([name, one]) => ({ ...one, name }));
  }
  const lines = new LineIndex(text);
  for (const one of parseEnvAssignments(text)) {
    const range = lines.range(one.nameStart, one.valueEnd);
    found.set(one.name, { name: one.name, value: one.raw, range });
  }
  return [...found.values()];
}
