import { parseDotConfigSyntax } from '../dot-config-syntax.ts';
import type { ConfigEdit } from './config-edits.ts';
import { parseArguments } from './option-grammar.ts';
import type { ShellCommand } from './shell-command.ts';
import { patternOf, unknownMark, type Word } from './word.ts';
import { grammar } from './wrappers.ts';

const sedGrammar = grammar(
  'nEre:f:i::l:suz',
  'quiet silent debug expression= file= in-place=? line-length= null-data posix regexp-extended separate sandbox unbuffered zero-terminated help version',
  { permutes: true },
);

/** What `sed -i` does to the lines of a configuration, as far as its commands name symbols. */
export function sedConfigEdits(command: ShellCommand): readonly ConfigEdit[] {
  const { options, operands } = parseArguments(command.argv.slice(1), sedGrammar);
  if (!options.some(({ name }) => name === 'i' || name === 'in-place')) return [];
  const given = options.filter(({ name }) => name === 'e' || name === 'expression');
  const scripts = given.length > 0 ? given.map((option) => option.value ?? option.word) : operands.slice(0, 1);
  const files = given.length > 0 ? operands : operands.slice(1);
  return scripts.flatMap((script) => {
    const { start, end } = script;
    const changes = changesOf(patternOf(script).replace(/^--expression=/, ''));
    return files.flatMap((file: Word) => changes.map((change) => ({ ...change, file, start, end })));
  });
}

type Change = Pick<ConfigEdit, 'name' | 'value' | 'isPrefix'>;

/** An address before a command: a line number, `$`, or an expression. */
const address = /^(?:\d+|\$|\/((?:\\.|[^/\\])*)\/|\\(.)((?:(?!\2).)*)\2)I?\s*(?:,\s*(?=[\d$/\\]))?/s;

/** Reads commands one after the other; stops at the first that is none of `s`, `d`, `c`, `a` and `i`. */
function changesOf(script: string): readonly Change[] {
  const changes: Change[] = [];
  let rest = script;
  for (;;) {
    rest = rest.replace(/^[\s;{}]+/, '');
    let searched = '';
    for (let found = address.exec(rest); found !== null && found[0] !== ''; found = address.exec(rest)) {
      searched += `${found[1] ?? found[3] ?? ''}\n`;
      rest = rest.slice(found[0].length);
    }
    rest = rest.replace(/^\s*!?\s*/, '');
    const added = /^[aci](?:\s*\\\n?|\s+)?([^\n]*)/.exec(rest);
    const substituted = substitution(rest);
    if (substituted !== undefined) {
      changes.push(...unsettled(searched + substituted.pattern), ...settled(substituted.replacement));
      rest = rest.slice(substituted.length);
    } else if (rest.startsWith('d')) {
      changes.push(...unsettled(searched));
      rest = rest.slice(1);
    } else if (added !== null) {
      if (rest.startsWith('c')) changes.push(...unsettled(searched));
      changes.push(...settled(added[1] ?? ''));
      rest = rest.slice(added[0].length);
    } else return changes;
  }
}

/** `s/PATTERN/REPLACEMENT/FLAGS` with any character in place of the slash. */
function substitution(
  script: string,
): { readonly pattern: string; readonly replacement: string; readonly length: number } | undefined {
  const found = /^s([^\s\w\\])((?:\\.|(?!\1)[^\\])*)\1((?:\\.|(?!\1)[^\\])*)\1[gpiIeM\d]*/s.exec(script);
  if (found === null) return undefined;
  const [{ length }, , pattern = '', written = ''] = found;
  // What the expression matched is not known here: `&`, `\1`.
  const replacement = written.replace(/\\([\s\S])|&/g, (whole, next: string | undefined) => {
    if (whole === '&' || (next !== undefined && /\d/.test(next))) return unknownMark;
    return next === 'n' ? '\n' : (next ?? '');
  });
  return { pattern, replacement, length };
}

/** Symbols in an expression: whatever they were, they may be something else now. */
function unsettled(expression: string): readonly Change[] {
  return [...expression.matchAll(/CONFIG_(\w+)(=| is not)?/g)].map(([, name = '', ends]) => ({
    name,
    value: undefined,
    ...(ends === undefined && { isPrefix: true as const }),
  }));
}

function settled(lines: string): readonly Change[] {
  return parseDotConfigSyntax(lines).lines.flatMap((line) => {
    if (line.kind !== 'setting') return [];
    const value = line.raw ?? 'n';
    return [{ name: line.name, value: value.includes(unknownMark) ? undefined : value }];
  });
}
