/**
 * What Kconfig's reader makes of one line of a `.config`, defconfig or fragment
 * (scripts/kconfig/confdata.c: conf_read_simple): `CONFIG_X=value`, `# CONFIG_X is not set`,
 * comments, and everything else, which it warns about or silently skips.
 */
export type DotConfigLine = DotConfigSetting | DotConfigJunk;

export interface DotConfigSetting {
  readonly kind: 'setting';
  /** 0-based. */
  readonly line: number;
  /** Without `CONFIG_`. */
  readonly name: string;
  /** UTF-16 columns of the name with its `CONFIG_`, end exclusive. */
  readonly nameStart: number;
  readonly nameEnd: number;
  /** As written; `undefined` for `is not set`. */
  readonly raw: string | undefined;
  /** Without quotes and escapes; `n` for `is not set`. */
  readonly value: string;
  readonly valueStart: number;
  readonly valueEnd: number;
  /** What the spelling alone says. `other` fits no Kconfig type. */
  readonly shape: ValueShape;
  /**
   * What goes on behind the closing quote of a text, which Kconfig cuts off; a comment behind `y`, `m` or `n`, of which
   * Kconfig takes the first letter; or what is behind `is not set`: from 6.8 on that makes the line a comment, before it
   * was not looked at.
   */
  readonly rest: string;
}

export type ValueShape = 'unset' | 'tristate' | 'number' | 'hex' | 'string' | 'open-string' | 'other';

/** A line that sets nothing although somebody wanted it to. */
export interface DotConfigJunk {
  readonly kind: 'junk';
  readonly line: number;
  readonly start: number;
  readonly end: number;
  /**
   * `no-value`: `CONFIG_X` without `=`; `spaces`: blanks around `=` or before the name; `not-set`: a
   * misspelt "is not set"; `name`: a dash or dot in the name; `mark`: behind a byte order mark; `stray`: anything else
   * ("unexpected data").
   */
  readonly reason: 'no-value' | 'spaces' | 'not-set' | 'name' | 'mark' | 'stray';
  /** The symbol that was probably meant, without `CONFIG_`. */
  readonly name: string | undefined;
  /** What the line was probably meant to be. */
  readonly meant: string | undefined;
}

export interface DotConfigSyntax {
  readonly lines: readonly DotConfigLine[];
  /** The last setting of each name: that one wins. */
  readonly settings: ReadonlyMap<string, DotConfigSetting>;
  /** `Linux/x86 6.1.192 Kernel Configuration` of the head comment. */
  readonly banner: DotConfigBanner | undefined;
  readonly lineCount: number;
}

/** Written by Kconfig from its mainmenu: `# Linux/$(ARCH) $(KERNELVERSION) Kernel Configuration`. */
export interface DotConfigBanner {
  readonly line: number;
  readonly arch: string;
  /** KERNELVERSION: VERSION.PATCHLEVEL.SUBLEVEL with EXTRAVERSION, without LOCALVERSION. */
  readonly kernelVersion: string;
}

const settingPattern = /^CONFIG_([A-Za-z0-9_]+)=(.*)$/;
const unsetPattern = /^# CONFIG_([A-Za-z0-9_]+) is not set(?![A-Za-z0-9_])(.*)$/;
/** Up to the first quote without a backslash before it (confdata.c: conf_set_sym_val). */
const closedText = /^"(?:[^"\\]|\\[\s\S])*"/;
const letterWithComment = /^[ymn](?=[ \t]+#)/;
const bannerPattern = /^# Linux\/(\S+) (\d+\.\d+\S*) Kernel Configuration/;
const nearlyUnset = /^\s*#+\s*CONFIG_([A-Za-z0-9_]+)\s+(?:is\s+not\s+set|is\s+unset|not\s+set|is\s+not\s+defined)\b/i;
const nearlySet = /^\s*CONFIG_([A-Za-z0-9_]+)\s*=\s*(.*?)\s*$/;
const impossibleName = /^\s*CONFIG_(\w+[.-][\w.-]*)=/;
const mentionsConfig = /^\s*CONFIG_([A-Za-z0-9_]+)(.*)$/;

/** Reads a whole file. Cost: one pass, about 10,000 lines in a few milliseconds. */
export function parseDotConfigSyntax(text: string): DotConfigSyntax {
  const lines: DotConfigLine[] = [];
  const settings = new Map<string, DotConfigSetting>();
  let banner: DotConfigBanner | undefined;
  let start = 0;
  let line = 0;
  for (; start <= text.length; line++) {
    let end = text.indexOf('\n', start);
    if (end < 0) end = text.length;
    const stop = end > start && text.charCodeAt(end - 1) === 13 ? end - 1 : end;
    if (stop > start) {
      const content = text.slice(start, stop);
      const parsed = parseLine(content, line);
      if (parsed !== undefined) {
        lines.push(parsed);
        if (parsed.kind === 'setting') keepSetting(settings, parsed);
      } else if (banner === undefined && line < 20) {
        const match = bannerPattern.exec(content);
        if (match) banner = { line, arch: match[1] ?? '', kernelVersion: match[2] ?? '' };
      }
    }
    start = end + 1;
  }
  return { lines, settings, banner, lineCount: line };
}

/** Takes a line for what its symbol has: the last one counts, and an inexact `is not set` where there is no other. */
export function keepSetting(settings: Map<string, DotConfigSetting>, line: DotConfigSetting): void {
  if (isInexact(line) && settings.has(line.name)) return;
  settings.set(line.name, line);
}

/** `is not set` with something behind it: a setting to kernels before 6.8, a comment to later ones. */
export function isInexact(line: DotConfigSetting): boolean {
  return line.shape === 'unset' && line.rest !== '';
}

function parseLine(content: string, line: number): DotConfigLine | undefined {
  if (content.startsWith('#')) {
    if (!content.includes('CONFIG_')) return undefined;
    const unset = unsetPattern.exec(content);
    if (unset) return unsetLine(unset[1] ?? '', line, unset[2] ?? '');
    return nearUnset(content, line);
  }
  const match = settingPattern.exec(content);
  if (match) return settingLine(match[1] ?? '', match[2] ?? '', line);
  if (content.trim() === '') return undefined;
  return junkLine(content, line);
}

function unsetLine(name: string, line: number, rest: string): DotConfigSetting {
  const nameEnd = 9 + name.length;
  return {
    kind: 'setting',
    line,
    name,
    nameStart: 2,
    nameEnd,
    raw: undefined,
    value: 'n',
    valueStart: nameEnd + 1,
    valueEnd: nameEnd + ' is not set'.length,
    shape: 'unset',
    rest,
  };
}

function settingLine(name: string, raw: string, line: number): DotConfigLine {
  const nameEnd = 7 + name.length;
  const trimmed = raw.trimEnd();
  const text = closedText.exec(trimmed)?.[0];
  const written = text ?? letterWithComment.exec(trimmed)?.[0] ?? trimmed;
  if (trimmed.startsWith(' ') || trimmed.startsWith('\t')) {
    return {
      kind: 'junk',
      line,
      start: 0,
      end: nameEnd + 1 + raw.length,
      reason: 'spaces',
      name,
      meant: `CONFIG_${name}=${trimmed.trimStart()}`,
    };
  }
  return {
    kind: 'setting',
    line,
    name,
    nameStart: 0,
    nameEnd,
    raw: written,
    value: text === undefined ? written : unquote(text),
    valueStart: nameEnd + 1,
    valueEnd: nameEnd + 1 + written.length,
    shape: text === undefined ? shapeOf(written) : 'string',
    rest: trimmed.slice(written.length),
  };
}

/** A comment about a symbol is only taken for a setting when it is nearly the phrase Kconfig knows. */
function nearUnset(content: string, line: number): DotConfigJunk | undefined {
  const name = nearlyUnset.exec(content)?.[1];
  if (name === undefined) return undefined;
  const meant = `# CONFIG_${name} is not set`;
  return { kind: 'junk', line, start: 0, end: content.length, reason: 'not-set', name, meant };
}

function junkLine(content: string, line: number): DotConfigJunk | undefined {
  const at = { kind: 'junk', line, start: content.search(/\S/), end: content.trimEnd().length } as const;
  if (content.startsWith(byteOrderMark)) return markedLine(content, line);
  const unset = nearlyUnset.exec(content);
  if (unset) return { ...at, reason: 'not-set', name: unset[1], meant: `# CONFIG_${unset[1]} is not set` };
  const spaced = nearlySet.exec(content);
  if (spaced) return { ...at, reason: 'spaces', name: spaced[1], meant: `CONFIG_${spaced[1]}=${spaced[2]}` };
  const impossible = impossibleName.exec(content);
  if (impossible) return { ...at, reason: 'name', name: impossible[1], meant: undefined };
  const mention = mentionsConfig.exec(content);
  if (mention) {
    const rest = (mention[2] ?? '').trim();
    const meant = /^(?:is\s+)?(?:not\s+set|unset)$/i.test(rest)
      ? `# CONFIG_${mention[1]} is not set`
      : rest === ''
        ? `CONFIG_${mention[1]}=y`
        : undefined;
    return { ...at, reason: 'no-value', name: mention[1], meant };
  }
  if (/^\s+#/.test(content)) return undefined;
  const [, name, value] = /^\s*export\s+CONFIG_(\w+)=(.*?)\s*$/.exec(content) ?? [];
  return { ...at, reason: 'stray', name, meant: name === undefined ? undefined : `CONFIG_${name}=${value}` };
}

const byteOrderMark = '\ufeff';

/** Editors take the mark away before they show a text; a file that is read as it is has it before its first line. */
function markedLine(content: string, line: number): DotConfigJunk | undefined {
  const wanted = content.slice(byteOrderMark.length);
  const parsed = parseLine(wanted, line);
  if (parsed === undefined) return undefined;
  const meant = parsed.kind === 'setting' ? wanted : parsed.meant;
  return { kind: 'junk', line, start: 0, end: content.length, reason: 'mark', name: parsed.name, meant };
}

/** What a written value looks like that is no closed text, before its symbol's type is known. */
function shapeOf(raw: string): ValueShape {
  if (raw === 'y' || raw === 'm' || raw === 'n') return 'tristate';
  if (/^-?\d+$/.test(raw)) return 'number';
  if (/^0[xX][0-9a-fA-F]+$/.test(raw)) return 'hex';
  return raw.startsWith('"') ? 'open-string' : 'other';
}

/** Undoes the quotes and backslashes of a string value (confdata.c: conf_set_sym_val). */
function unquote(raw: string): string {
  return raw.slice(1, -1).replace(/\\([\s\S])/g, '$1');
}

/** The spelling in which a value is written for a string symbol. */
export function quote(value: string): string {
  return `"${value.replace(/[\\"]/g, '\\$&')}"`;
}

/** The one right line for a bool or tristate value. */
export function settingText(name: string, value: string): string {
  return value === 'n' ? `# CONFIG_${name} is not set` : `CONFIG_${name}=${value}`;
}

/**
 * The file as sorted settings without comments, so that two configurations compare by meaning.
 * A symbol that is not set says so, as `is not set`; a symbol set twice appears once, as it counts.
 */
export function normalizeDotConfig(syntax: DotConfigSyntax): string {
  const names = [...syntax.settings.keys()].sort();
  let text = '';
  for (const name of names) {
    const setting = syntax.settings.get(name);
    if (setting === undefined) continue;
    text += `${setting.value === 'n' && setting.shape !== 'string' ? settingText(name, 'n') : `CONFIG_${name}=${setting.raw ?? ''}`}\n`;
  }
  return text;
}
