import type { Word } from './word.ts';

type Argument = 'none' | 'required' | 'optional';

/** What a program's option parser accepts. */
export interface OptionGrammar {
  /** As for getopt(3): letters, `:` after one that takes an argument, `::` for an optional one. */
  readonly short: string;
  /** Long options with what they take. */
  readonly long: Readonly<Record<string, Argument>>;
  /** Options may follow operands (getopt_long without `+`). */
  readonly permutes: boolean;
  /** A unique beginning of a long option will do. */
  readonly abbreviates: boolean;
  /** Long options with one dash (`find`, `systemd-nspawn` no; `docker` no). */
  readonly singleDash?: boolean;
}

export interface ParsedOption {
  /** The letter, or the full long name. */
  readonly name: string;
  readonly value: Word | undefined;
  /** Value glued on (`--opt=value`, `-ovalue`). */
  readonly gluedValue: string | undefined;
  readonly word: Word;
  /** For a letter: its index in the word (bundled letters). */
  readonly letterAt: number | undefined;
}

export interface ParsedArguments {
  readonly options: readonly ParsedOption[];
  readonly operands: readonly Word[];
  /** Index in `words` of the first operand; `words.length` when there is none. */
  readonly firstOperand: number;
}

/** Reads arguments (without the program's name) as the program's own option parser does. Words that are not known are operands. */
export function parseArguments(words: readonly Word[], grammar: OptionGrammar): ParsedArguments {
  const options: ParsedOption[] = [];
  const operands: Word[] = [];
  let firstOperand = words.length;
  let at = 0;
  const operand = (index: number): void => {
    firstOperand = Math.min(firstOperand, index);
    const word = words[index];
    if (word !== undefined) operands.push(word);
  };
  for (; at < words.length; at++) {
    const word = words[at];
    if (word === undefined) break;
    const text = knownHead(word);
    if (text === '--' && word.value !== undefined) {
      for (let rest = at + 1; rest < words.length; rest++) operand(rest);
      break;
    }
    if (text.startsWith('--') || (grammar.singleDash === true && /^-[a-z]{2}/.test(text))) {
      const parsed = longOption(word, text.replace(/^--?/, ''), grammar);
      if (parsed === undefined) continue;
      const takesNext = grammar.long[parsed.name] === 'required' && parsed.gluedValue === undefined;
      options.push(takesNext ? { ...parsed, value: words[at + 1] } : parsed);
      if (takesNext) at++;
    } else if (text.length > 1 && text.startsWith('-')) {
      at += letters(word, text, words[at + 1], grammar, options);
    } else {
      operand(at);
      if (grammar.permutes) continue;
      for (let rest = at + 1; rest < words.length; rest++) operand(rest);
      break;
    }
  }
  return { options, operands, firstOperand };
}

/** The word's text up to its first unknown part. */
function knownHead(word: Word): string {
  if (word.value !== undefined) return word.value;
  let head = '';
  for (const part of word.parts) {
    if (part.text === undefined) break;
    head += part.text;
  }
  // An unknown tail can only be told from the option itself after `=`.
  return head.startsWith('-') && !/^--[\w-]+=/.test(head) ? '' : head;
}

function longOption(word: Word, text: string, grammar: OptionGrammar): ParsedOption | undefined {
  const equals = text.indexOf('=');
  const given = equals < 0 ? text : text.slice(0, equals);
  const name = resolveLong(given, grammar);
  if (name === undefined) return undefined;
  return {
    name,
    word,
    value: undefined,
    gluedValue: equals < 0 ? undefined : text.slice(equals + 1),
    letterAt: undefined,
  };
}

/** The long option that a beginning stands for; `undefined` when none or several do. */
export function resolveLong(given: string, grammar: OptionGrammar): string | undefined {
  if (Object.hasOwn(grammar.long, given)) return given;
  if (!grammar.abbreviates || given === '') return undefined;
  const fitting = Object.keys(grammar.long).filter((name) => name.startsWith(given));
  return fitting.length === 1 ? fitting[0] : undefined;
}

/** Returns how many further words were taken. */
function letters(
  word: Word,
  text: string,
  next: Word | undefined,
  grammar: OptionGrammar,
  options: ParsedOption[],
): number {
  for (let at = 1; at < text.length; at++) {
    const letter = text.charAt(at);
    const index = /\w/.test(letter) || letter === '?' ? grammar.short.indexOf(letter) : -1;
    if (index < 0) return 0;
    const takes = grammar.short.charAt(index + 1) === ':';
    const optional = takes && grammar.short.charAt(index + 2) === ':';
    const rest = text.slice(at + 1);
    const option = { name: letter, word, letterAt: at };
    if (!takes) options.push({ ...option, value: undefined, gluedValue: undefined });
    else if (rest !== '' || optional) {
      options.push({ ...option, value: undefined, gluedValue: rest === '' ? undefined : rest });
      return 0;
    } else {
      options.push({ ...option, value: next, gluedValue: undefined });
      return 1;
    }
  }
  return 0;
}
