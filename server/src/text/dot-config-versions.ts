import {
  type DotConfigLine,
  type DotConfigSetting,
  type DotConfigSyntax,
  isInexact,
  keepSetting,
  parseDotConfigSyntax,
} from './dot-config-syntax.ts';

/** Where the head of a file ends, which an edit may turn into one of another kernel. */
const headLines = 20;

/** One configuration from version to version: an edit reads the lines that it touches, and keeps the others as they are. */
export class DotConfigVersions {
  #text = '';
  #syntax = parseDotConfigSyntax('');

  read(text: string): DotConfigSyntax {
    if (text !== this.#text) this.#syntax = edited(this.#text, this.#syntax, text) ?? parseDotConfigSyntax(text);
    this.#text = text;
    return this.#syntax;
  }
}

/** `undefined` when the edit is in the head. */
function edited(before: string, syntax: DotConfigSyntax, text: string): DotConfigSyntax | undefined {
  const shorter = Math.min(before.length, text.length);
  const start = text.lastIndexOf('\n', commonStart(before, text, shorter) - 1) + 1;
  const firstLine = lineBreaks(text, 0, start);
  if (firstLine < headLines) return undefined;
  const same = commonEnd(before, text, shorter - start);
  // From a line break on, both go on with the same lines.
  const rest = text.indexOf('\n', text.length - same);
  if (rest < 0) return undefined;
  const restBefore = before.length - (text.length - rest);
  const lineAfter = firstLine + lineBreaks(before, start, restBefore) + 1;
  const shift = lineBreaks(text, start, rest) - lineBreaks(before, start, restBefore);
  const lines: DotConfigLine[] = [];
  const middle = parseDotConfigSyntax(text.slice(start, rest)).lines.map((line) => ({
    ...line,
    line: line.line + firstLine,
  }));
  let placed = false;
  for (const line of syntax.lines) {
    if (line.line >= firstLine && !placed) {
      lines.push(...middle);
      placed = true;
    }
    if (line.line < firstLine) lines.push(line);
    else if (line.line >= lineAfter) lines.push(shift === 0 ? line : { ...line, line: line.line + shift });
  }
  if (!placed) lines.push(...middle);
  const replaced = syntax.lines.filter(({ line }) => line >= firstLine && line < lineAfter);
  const settings = shift === 0 ? withValues(syntax.settings, replaced, middle) : undefined;
  return { lines, settings: settings ?? settingsOf(lines), banner: syntax.banner, lineCount: syntax.lineCount + shift };
}

function settingsOf(lines: readonly DotConfigLine[]): ReadonlyMap<string, DotConfigSetting> {
  const settings = new Map<string, DotConfigSetting>();
  for (const line of lines) if (line.kind === 'setting') keepSetting(settings, line);
  return settings;
}

/** When nothing but values was edited; else `undefined`. */
function withValues(
  before: ReadonlyMap<string, DotConfigSetting>,
  replaced: readonly DotConfigLine[],
  lines: readonly DotConfigLine[],
): ReadonlyMap<string, DotConfigSetting> | undefined {
  const settings = new Map(before);
  if (replaced.length !== lines.length) return undefined;
  for (const [at, line] of lines.entries()) {
    const old = replaced[at];
    if (line.kind !== 'setting' || old?.kind !== 'setting' || old.name !== line.name) return undefined;
    // A line that another one overrules, or that may have come to overrule another.
    if (before.get(line.name) !== old || isInexact(line) || isInexact(old)) return undefined;
    settings.set(line.name, line);
  }
  return settings;
}

/** How far two texts agree from their beginning: halved, because whole parts are compared much faster than letters. */
function commonStart(one: string, two: string, shorter: number): number {
  let [same, different] = [0, shorter + 1];
  while (different - same > 1) {
    const middle = (same + different) >> 1;
    if (one.startsWith(two.slice(same, middle), same)) same = middle;
    else different = middle;
  }
  return same;
}

/** And from their end, up to `most` letters. */
function commonEnd(one: string, two: string, most: number): number {
  let [same, different] = [0, most + 1];
  while (different - same > 1) {
    const middle = (same + different) >> 1;
    if (one.startsWith(two.slice(two.length - middle, two.length - same), one.length - middle)) same = middle;
    else different = middle;
  }
  return same;
}

function lineBreaks(text: string, start: number, end: number): number {
  let count = 0;
  for (let at = text.indexOf('\n', start); at !== -1 && at < end; at = text.indexOf('\n', at + 1)) count++;
  return count;
}
