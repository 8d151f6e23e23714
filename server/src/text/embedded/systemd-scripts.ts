import { makeWord, type Word, type WordPart } from '../shell/word.ts';
import { type MappedText, MappedTextBuilder } from '../source-map.ts';
import type { EmbeddedScript } from './embedded-script.ts';

const assignment = /^(Exec\w+|Environment)[ \t]*=[ \t]*/;

/** Exec*= of unit files. systemd is no shell: it splits words and fills in variables, nothing else. */
export function systemdScripts(host: MappedText): readonly EmbeddedScript[] {
  const scripts: EmbeddedScript[] = [];
  const variables = new Map<string, MappedText>();
  for (const line of logicalLines(host)) {
    const match = assignment.exec(line.text);
    if (match === null) continue;
    const words = splitWords(line, match[0].length, match[1] !== 'Environment');
    if (match[1] === 'Environment') {
      for (const word of words) collect(word, variables);
      continue;
    }
    for (const argv of commands(words)) if (argv.length > 0) scripts.push({ argv, variables });
  }
  return scripts;
}

/** Lines with their continuations; a comment between continued lines is left out (systemd.syntax(7)). */
function logicalLines(host: MappedText): readonly MappedText[] {
  const lines: MappedText[] = [];
  let builder = new MappedTextBuilder();
  let at = 0;
  let continued = false;
  for (const line of host.text.split(/(?<=\n)/)) {
    const bare = line.replace(/\r?\n$/, '');
    const comment = /^\s*[#;]/.test(bare);
    if (!comment) {
      const more = bare.endsWith('\\');
      const kept = more ? bare.slice(0, -1) : bare;
      const span = host.map.span(at, at + kept.length);
      builder.append(kept, span.start, span.end);
      if (more) {
        const gap = host.map.span(at + kept.length, at + line.length);
        builder.append(' ', gap.start, gap.end);
      }
      continued = more;
    }
    if (!continued && !comment) {
      lines.push(builder.build());
      builder = new MappedTextBuilder();
    }
    at += line.length;
  }
  if (builder.length > 0) lines.push(builder.build());
  return lines;
}

function splitWords(line: MappedText, from: number, expands: boolean): readonly Word[] {
  const words: Word[] = [];
  const { text, map } = line;
  let at = from;
  while (at < text.length) {
    if (/\s/.test(text.charAt(at))) {
      at++;
      continue;
    }
    const start = at;
    const parts: WordPart[] = [];
    let quote = '';
    while (at < text.length && (quote !== '' || !/\s/.test(text.charAt(at)))) {
      const piece = pieceAt(text, at, quote, expands);
      quote = piece.quote;
      if (piece.value !== '') {
        const value = piece.value;
        parts.push({
          text: value,
          ...(value === undefined && { source: text.slice(at, at + piece.length) }),
          ...map.span(at, at + piece.length),
          quoted: true,
        });
      }
      at += piece.length;
    }
    const span = map.span(start, at);
    words.push(makeWord(joined(parts), span.start, span.end));
  }
  return words;
}

interface Piece {
  readonly value: string | undefined;
  readonly length: number;
  readonly quote: string;
}

function pieceAt(text: string, at: number, quote: string, expands: boolean): Piece {
  const character = text.charAt(at);
  if (quote === '' && (character === '"' || character === "'")) return { value: '', length: 1, quote: character };
  if (character === quote) return { value: '', length: 1, quote: '' };
  if (character === '\\') {
    const next = text.charAt(at + 1);
    const meant = next === 'n' ? '\n' : next === 't' ? '\t' : next === 's' ? ' ' : next;
    return { value: meant, length: 2, quote };
  }
  if (expands && character === '$') {
    if (text.charAt(at + 1) === '$') return { value: '$', length: 2, quote };
    const variable = /^\$(\w+|\{\w+\})/.exec(text.slice(at, at + 200));
    if (variable !== null) return { value: undefined, length: variable[0].length, quote };
  }
  if (character === '%') {
    if (text.charAt(at + 1) === '%') return { value: '%', length: 2, quote };
    if (/[a-zA-Z]/.test(text.charAt(at + 1))) return { value: undefined, length: 2, quote };
  }
  return { value: character, length: 1, quote };
}

/** Single characters that follow each other in text and host become one part. */
function joined(parts: readonly WordPart[]): WordPart[] {
  const all: WordPart[] = [];
  for (const part of parts) {
    const last = all.at(-1);
    const exact = (item: WordPart): boolean => item.text !== undefined && item.end - item.start === item.text.length;
    if (last !== undefined && exact(last) && exact(part) && last.end === part.start) {
      all[all.length - 1] = { ...last, text: `${last.text}${part.text}`, end: part.end };
    } else all.push(part);
  }
  return all;
}

/** Words up to a lone `;`; `@ - : + !` before the program's path say how to run it. */
function commands(words: readonly Word[]): readonly (readonly Word[])[] {
  const all: Word[][] = [[]];
  for (const word of words) {
    if (word.value === ';') all.push([]);
    else all.at(-1)?.push(word);
  }
  return all.map((argv) => {
    const [program, ...args] = argv;
    const [part] = program?.parts ?? [];
    const prefix = /^[@:+!|-]+/.exec(part?.text ?? '')?.[0] ?? '';
    if (program === undefined || part?.text === undefined || prefix === '') return argv;
    const cut = { ...part, text: part.text.slice(prefix.length), start: part.start + prefix.length };
    const bare = makeWord([cut, ...program.parts.slice(1)], program.start + prefix.length, program.end);
    // With @ the second word is what the program sees as its own name.
    return prefix.includes('@') ? [bare, ...args.slice(1)] : [bare, ...args];
  });
}

function collect(word: Word, variables: Map<string, MappedText>): void {
  const [part] = word.parts;
  const match = /^(\w+)=/.exec(part?.text ?? '');
  if (match === null || part?.text === undefined || word.value === undefined) return;
  const value = word.value.slice(match[0].length);
  const start = part.start + match[0].length;
  variables.set(match[1] ?? '', new MappedTextBuilder().append(value, start, start + value.length).build());
}
