import { DockerfileParser, type Instruction } from 'dockerfile-ast';
import { LineIndex, type TextPosition } from '../line-index.ts';
import type { Word } from '../shell/word.ts';
import { literalWord, makeWord } from '../shell/word.ts';
import { type MappedText, MappedTextBuilder, sliceMapped } from '../source-map.ts';
import type { EmbeddedScript, HostVariables } from './embedded-script.ts';
import { jsonStringParts } from './json-string.ts';

/** Instructions whose arguments are run: while building, or when the container starts. */
const running: ReadonlySet<string> = new Set(['RUN', 'CMD', 'ENTRYPOINT', 'HEALTHCHECK']);

/** RUN, CMD, ENTRYPOINT and HEALTHCHECK CMD, also behind ONBUILD, in shell, exec and heredoc form. */
export function dockerfileScripts(host: MappedText): readonly EmbeddedScript[] {
  const lines = new LineIndex(host.text);
  const dockerfile = DockerfileParser.parse(host.text);
  const escapeMark = /^#\s*escape\s*=\s*`/im.test(host.text.slice(0, 500)) ? '`' : '\\';
  const scripts: EmbeddedScript[] = [];
  const variables = new Map<string, MappedText>();
  const shell: { understood: boolean } = { understood: true };
  for (const instruction of dockerfile.getInstructions()) {
    const keyword = instruction.getKeyword();
    const range = instruction.getArgumentsRange();
    if (range === null) continue;
    const start = lines.offsetAt(range.start);
    const end = lines.offsetAt(instruction.getRange().end);
    if (keyword === 'SHELL') shell.understood = /(^|[/"])(ba|da|a|k|z)?sh"/.test(host.text.slice(start, end));
    else if (keyword === 'ENV' || keyword === 'ARG') collect(instruction, lines, host, variables);
    else if (keyword === 'ONBUILD') {
      const inner = /^(\w+)\s+/.exec(host.text.slice(start, end));
      if (inner !== null && running.has((inner[1] ?? '').toUpperCase()) && shell.understood) {
        scripts.push(...argumentsScript(host, start + inner[0].length, end, escapeMark, new Map(variables)));
      }
    } else if (keyword === 'COPY' || keyword === 'ADD') {
      scripts.push(...copied(host, keyword, start, end, escapeMark));
    } else if (running.has(keyword) && shell.understood) {
      const check = keyword === 'HEALTHCHECK' ? /^(--\S+\s+)*CMD\s+/.exec(host.text.slice(start, end)) : null;
      if (keyword === 'HEALTHCHECK' && check === null) continue;
      scripts.push(...argumentsScript(host, start + (check?.[0].length ?? 0), end, escapeMark, new Map(variables)));
    }
  }
  return scripts;
}

function collect(
  instruction: Instruction,
  lines: LineIndex,
  host: MappedText,
  variables: Map<string, MappedText>,
): void {
  const properties = (instruction as Instruction & { getProperties?: () => DockerProperty[] }).getProperties?.();
  const single = (instruction as Instruction & { getProperty?: () => DockerProperty | null }).getProperty?.();
  for (const property of [...(properties ?? []), ...(single ? [single] : [])]) {
    const value = property.getValue();
    const range = property.getValueRange();
    if (value === null || range === null || value.includes('$')) continue;
    const start = lines.offsetAt(range.start);
    const end = lines.offsetAt(range.end);
    const inside = host.text.slice(start, end).indexOf(value);
    const span = inside < 0 ? host.map.span(start, end) : host.map.span(start + inside, start + inside + value.length);
    variables.set(property.getName(), new MappedTextBuilder().append(value, span.start, span.end).build());
  }
}

interface DockerProperty {
  getName(): string;
  getValue(): string | null;
  getValueRange(): { readonly start: TextPosition; readonly end: TextPosition } | null;
}
function argumentsScript(
  host: MappedText,
  from: number,
  end: number,
  escapeMark: string,
  variables: HostVariables,
): readonly EmbeddedScript[] {
  const flags = new RegExp(`^(?:--[a-z]+(?:=\\S*)?(?:[ \\t]|\\${escapeMark}[ \\t]*\\r?\\n)+)*`).exec(
    host.text.slice(from, end),
  );
  const start = from + (flags?.[0].length ?? 0);
  const text = host.text.slice(start, end);
  if (text.startsWith('[')) {
    const argv = execForm(host, start, end);
    if (argv !== undefined) return argv.length > 0 ? [{ argv, variables }] : [];
  }
  const heredoc = /^<<(-?)(["']?)(\w+)\2[ \t]*\r?\n/.exec(text);
  if (heredoc !== null) return heredocForm(host, start, end, heredoc, variables);
  const firstBreak = text.search(/\r?\n/);
  const inline = /<<-?\s*["']?\w+/.test(firstBreak < 0 ? text : text.slice(0, firstBreak));
  const script = inline ? sliceMapped(host, start, end) : shellForm(host, start, end, escapeMark);
  return [{ script, variables }];
}

/** The words of `["a", "b"]`; `undefined` when it is no list of strings, which Docker then takes as shell. */
function execForm(host: MappedText, start: number, end: number): readonly Word[] | undefined {
  const words: Word[] = [];
  const text = host.text.slice(start, end);
  if (!/\]\s*$/.test(text) || !/^\[\s*("(?:[^"\\]|\\[\s\S])*"\s*,?[\s\\]*)*\]\s*$/.test(text)) return undefined;
  for (const match of text.matchAll(/"(?:[^"\\]|\\[\s\S])*"/g)) {
    const at = start + match.index;
    const span = host.map.span(at, at + match[0].length);
    words.push({
      ...makeWord(jsonStringParts(host, at + 1, at + match[0].length - 1), span.start, span.end),
      listItem: true,
    });
  }
  return words;
}

/** Docker joins continued lines, and drops comment lines and empty lines between them. */
function shellForm(host: MappedText, start: number, end: number, escapeMark: string): MappedText {
  const builder = new MappedTextBuilder();
  let continues = false;
  let at = start;
  while (at < end) {
    const lineBreak = host.text.indexOf('\n', at);
    const next = lineBreak < 0 || lineBreak >= end ? end : lineBreak + 1;
    const line = host.text.slice(at, next);
    if (!(continues && /^\s*(#.*)?\r?\n?$/.test(line))) {
      const tail = new RegExp(`\\${escapeMark}[ \\t]*\\r?\\n$`).exec(line);
      const kept = tail === null ? line : line.slice(0, tail.index);
      const span = host.map.span(at, at + kept.length);
      builder.append(kept, span.start, span.end);
      continues = tail !== null;
    }
    at = next;
  }
  return builder.build();
}

/** COPY and ADD: files written out in the Dockerfile, or the words of a command of that name. */
function copied(
  host: MappedText,
  keyword: string,
  start: number,
  end: number,
  escapeMark: string,
): readonly EmbeddedScript[] {
  const text = host.text.slice(start, end);
  const heredoc = /^((?:--\S+[ \t]+)*)<<(-?)(["']?)(\w+)\3[ \t]+(\S+)[ \t]*\r?\n/.exec(text);
  if (heredoc !== null) {
    const [first, , indented, , mark, target = ''] = heredoc;
    const body = start + first.length;
    const close = new RegExp(`^${indented === '-' ? '\\t*' : ''}${mark}[ \\t]*$`, 'm').exec(host.text.slice(body, end));
    const at = start + first.lastIndexOf(target);
    const span = host.map.span(at, at + target.length);
    const content = sliceMapped(host, body, close === null ? end : body + close.index);
    return [{ path: literalWord(target, span.start, span.end), content }];
  }
  const words = text.startsWith('[')
    ? (execForm(host, start, end) ?? [])
    : plainWords(shellForm(host, start, end, escapeMark));
  const at = host.map.span(start, start);
  return words.length < 2 ? [] : [{ argv: [literalWord(keyword, at.start, at.end), ...words] }];
}

/** Docker splits at blanks; a variable makes a word unknown. */
function plainWords({ text, map }: MappedText): readonly Word[] {
  return [...text.matchAll(/\S+/g)].map((match) => {
    const span = map.span(match.index, match.index + match[0].length);
    return match[0].includes('$')
      ? makeWord([{ text: undefined, source: match[0], ...span, quoted: true }], span.start, span.end)
      : literalWord(match[0], span.start, span.end);
  });
}

function heredocForm(
  host: MappedText,
  start: number,
  end: number,
  heredoc: RegExpExecArray,
  variables: HostVariables,
): readonly EmbeddedScript[] {
  const body = start + heredoc[0].length;
  const text = host.text.slice(body, end);
  const close = new RegExp(`^${heredoc[1] === '-' ? '\\t*' : ''}${heredoc[3]}[ \\t]*$`, 'm').exec(text);
  const script = sliceMapped(host, body, close === null ? end : body + close.index);
  const foreign = /^#!/.test(script.text) && !/^#!\s*\S*\/(env\s+)?(ba|da|a|k|z)?sh\b/.test(script.text);
  return foreign ? [] : [{ script, variables }];
}
