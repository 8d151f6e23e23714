import { concatMapped, type MappedText, MappedTextBuilder } from '../source-map.ts';
import { type Word, wordsAsScript } from './word.ts';

const escapes: Readonly<Record<string, string>> = { n: '\n', t: '\t', r: '\r', '\\': '\\' };

/** What `echo` prints: with `-e`, or in a shell whose echo always does so, escapes are what they stand for. */
export function echoOutput(argv: readonly Word[], expandsAlways: boolean): MappedText {
  const [, ...args] = argv;
  const first = args.findIndex((word) => !/^-[neE]+$/.test(word.value ?? ''));
  const flags = args
    .slice(0, first < 0 ? args.length : first)
    .map((word) => word.value ?? '')
    .join('');
  const text = wordsAsScript(first < 0 ? [] : args.slice(first));
  const last = flags.replace(/[^eE]/g, '').at(-1);
  const printed = last === 'e' || (last === undefined && expandsAlways) ? expanded(text) : text;
  if (flags.includes('n')) return printed;
  const end = argv.at(-1)?.end ?? 0;
  return concatMapped(printed, new MappedTextBuilder().append('\n', end, end).build());
}

function expanded({ text, map, readings }: MappedText): MappedText {
  if (!text.includes('\\')) return { text, map, ...(readings && { readings }) };
  const builder = new MappedTextBuilder();
  for (const match of text.matchAll(/\\[ntr\\]|\\|[^\\]+/g)) {
    const span = map.span(match.index, match.index + match[0].length);
    builder.append(escapes[match[0].slice(1)] ?? match[0], span.start, span.end);
  }
  return { ...builder.build(), ...(readings && { readings }) };
}
