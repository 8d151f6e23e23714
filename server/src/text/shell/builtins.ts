import { concatMapped, type MappedText, MappedTextBuilder } from '../source-map.ts';
import type { CommandRunner, RunContext } from './command-running.ts';
import { knownFile } from './command-running.ts';
import { echoOutput } from './echo-output.ts';
import { parseArguments } from './option-grammar.ts';
import { mappedParts } from './redirections.ts';
import { unknownVariable } from './shell-scope.ts';
import { makeWord, patternOf, type Word } from './word.ts';
import { asPiece } from './word-expansion.ts';
import { changeFolder } from './working-folder.ts';
import { grammar } from './wrappers.ts';

const teeGrammar = grammar('aip', 'append ignore-interrupts output-error=? help version', { permutes: true });
const readGrammar = grammar('ersa:d:i:n:N:p:t:u:', '');

/** Commands that change the shell itself or only print. True when there is nothing more to run. */
export function runBuiltin(runner: CommandRunner, name: string, argv: readonly Word[], context: RunContext): boolean {
  const args = argv.slice(1);
  const { scope } = context;
  switch (name) {
    case 'eval':
      runner.words(args[0]?.value === '--' ? args.slice(1) : args, context);
      return true;
    case 'trap': {
      const handler = args.find((word) => word.value === undefined || !/^-[lp-]*$/.test(word.value));
      if (handler !== undefined && args.length > 1) runner.words([handler], { ...context, conditional: true });
      return true;
    }
    case 'alias':
      // Used or not: it is there to be run.
      for (const value of args.flatMap(aliasValue)) {
        runner.words([value], { ...context, scope: scope.fork(), conditional: true });
      }
      return true;
    case '.':
    case 'source': {
      const [path] = args;
      const file = path && sourcedFile(path, runner, context);
      if (file !== undefined) runner.walk.runScript(file, context);
      else if (path !== undefined) runner.emit(argv, context);
      return true;
    }
    case 'cd':
    case 'pushd':
    case 'popd':
      changeFolder(name, args, scope, context.place, context.varied !== true);
      runner.emit(argv, context);
      return true;
    case 'set': {
      const dashes = args.findIndex((word) => word.value === '--');
      if (dashes >= 0) scope.args = args.slice(dashes + 1);
      return true;
    }
    case 'shift': {
      const count = args[0] === undefined ? 1 : Number(args[0].value);
      scope.args = Number.isInteger(count) ? scope.args?.slice(count) : undefined;
      return true;
    }
    case 'read':
      for (const word of parseArguments(args, readGrammar).operands) {
        if (word.value !== undefined) scope.set(word.value, unknownVariable);
      }
      return true;
    case 'echo':
      runner.printed(echoOutput(argv, runner.walk.interest.expandsEchoes === true));
      return true;
    case 'printf':
      runner.printed(printfOutput(args));
      return true;
    case 'cat':
      if (args.length === 0 || args[0]?.value === '-') {
        if (context.input !== undefined) runner.printed(context.input);
      } else {
        const file = args[0]?.value === undefined ? undefined : knownFile(args[0].value, context);
        if (file !== undefined) runner.printed(file);
      }
      return true;
    case 'tee': {
      const parsed = parseArguments(args, teeGrammar);
      const append = parsed.options.some((option) => option.name === 'a' || option.name === 'append');
      for (const path of parsed.operands) runner.fileWritten(path, context.input, append, context.whole, context);
      if (context.input !== undefined) runner.printed(context.input);
      return true;
    }
    case ':':
    case 'true':
    case 'false':
    case 'exit':
    case 'return':
      return true;
    default:
      return false;
  }
}

/** A file that the script has written, or one of the project, all of which stands where it is sourced. */
function sourcedFile(path: Word, runner: CommandRunner, context: RunContext): MappedText | undefined {
  const written = path.value === undefined ? undefined : knownFile(path.value, context);
  const text = written === undefined ? runner.walk.provided.get(patternOf(path)) : undefined;
  return text === undefined ? written : { text, map: { span: () => ({ start: path.start, end: path.end }) } };
}

/** What `NAME=VALUE` gives a name for. */
function aliasValue(word: Word): readonly Word[] {
  const [first, ...rest] = word.parts;
  const cut = /^[^\s=/$'"]+=/.exec(first?.text ?? '')?.[0].length;
  if (first?.text === undefined || cut === undefined) return [];
  const start = first.end - first.start === first.text.length ? first.start + cut : first.start;
  return [makeWord([{ ...first, text: first.text.slice(cut), start }, ...rest], word.start, word.end)];
}

/** The format with its plain escapes and `%s` filled in, once. */
function printfOutput(args: readonly Word[]): MappedText {
  const [format, ...rest] = args[0]?.value === '--' ? args.slice(1) : args;
  if (format === undefined) return { text: '', map: new MappedTextBuilder().build().map };
  const builder = new MappedTextBuilder();
  for (const part of format.parts) {
    if (part.text === undefined) {
      builder.append('$_', part.start, part.end);
      continue;
    }
    const exact = part.end - part.start === part.text.length;
    for (const match of part.text.matchAll(/\\n|\\t|%s|%%|[^\\%]+|[\\%]/g)) {
      const start = exact ? part.start + match.index : part.start;
      const end = exact ? start + match[0].length : part.end;
      if (match[0] === '\\n') builder.append('\n', start, end);
      else if (match[0] === '\\t') builder.append('\t', start, end);
      else if (match[0] === '%%') builder.append('%', start, end);
      else if (match[0] === '%s') {
        for (const piece of rest.shift()?.parts ?? []) builder.append(piece.text ?? '$_', piece.start, piece.end);
      } else builder.append(match[0], start, end);
    }
  }
  let all = builder.build();
  // The format is used again for what is left.
  for (const word of rest) {
    const line = makeWord(word.parts, word.start, word.end);
    const next = concatMapped(
      mappedParts(line.parts.map(asPiece)),
      new MappedTextBuilder().append('\n', word.end, word.end).build(),
    );
    all = concatMapped(all, next);
  }
  return all;
}
