import type { MappedText } from '../source-map.ts';
import type { CommandRunner, RunContext } from './command-running.ts';
import { knownFile } from './command-running.ts';
import { type ParsedArguments, parseArguments } from './option-grammar.ts';
import type { Place } from './shell-command.ts';
import { displayOf, makeWord, type Word, wordsAsScript } from './word.ts';
import {
  composeExec,
  containerExec,
  containerRun,
  containerTools,
  shellGrammar,
  shells,
  type Wrapper,
  wrappers,
} from './wrappers.ts';

/** Looks through a program that runs another. True when it was one. */
export function unwrap(runner: CommandRunner, name: string, argv: readonly Word[], context: RunContext): boolean {
  const args = argv.slice(1);
  if (shells.has(name)) return runShell(runner, args, context);
  if (name === 'find' || name === 'fd') return runFind(runner, argv, context);
  if (containerTools.has(name)) {
    return runContainer(runner, name, argv, context);
  }
  const wrapper = Object.hasOwn(wrappers, name) ? wrappers[name] : undefined;
  return wrapper !== undefined && throughWrapper(runner, wrapper, args, argv, context);
}

function throughWrapper(
  runner: CommandRunner,
  wrapper: Wrapper,
  args: readonly Word[],
  argv: readonly Word[],
  context: RunContext,
): boolean {
  let words = args;
  if (wrapper.subcommands !== undefined) {
    const at = words.findIndex((word) => word.value !== undefined && wrapper.subcommands?.includes(word.value));
    if (at < 0) return false;
    words = words.slice(at + 1);
  }
  const parsed = parseArguments(words, wrapper.grammar);
  const script = scriptOption(wrapper, parsed) ?? scriptBehind(wrapper, words.slice(parsed.firstOperand));
  if (script !== undefined) {
    runner.script(scriptText(script), undefined, { ...context, inString: true });
    return true;
  }
  if (isQuestion(wrapper, parsed)) {
    runner.emit(argv, context);
    return true;
  }
  let rest: readonly Word[] = words.slice(parsed.firstOperand);
  const environment = new Map(keepsEnvironment(wrapper, parsed) ? context.environment : []);
  if (wrapper.assignments === true) rest = takeAssignments(rest, environment);
  const inner: RunContext = {
    ...context,
    environment,
    place: placeOf(wrapper, rest, context.place),
    applet: appletOf(wrapper),
  };
  rest = rest.slice(wrapper.operands);
  const splitString = parsed.options.find((option) => option.name === 'S' || option.name === 'split-string');
  if (wrapper === wrappers['env'] && splitString?.value !== undefined) {
    runner.words([splitString.value, ...rest], inner);
    return true;
  }
  if (rest.length === 0) {
    if (wrapper.shellWithoutCommand === true && context.input !== undefined) runner.script(context.input, [], inner);
    return true;
  }
  if (wrapper.appendsInput === true) {
    const { template, input } = templateAndInput(wrapper, rest, context);
    if (template.length === 0) {
      // Without a command each input is one.
      for (const line of input) runner.words([line], inner);
      return true;
    }
    rest = filledTemplate(template, input, markOf(wrapper, parsed));
  }
  const asShell = parsed.options.some((option) => ['s', 'i', 'shell', 'login'].includes(option.name));
  if (wrapper.asScript === true) {
    if (context.input !== undefined && shells.has(rest[0]?.value ?? '')) runner.run(rest, inner);
    else runner.words(rest, inner);
  } else if (asShell && wrapper === wrappers['sudo'] && rest.length === 1) runner.words(rest, inner);
  else runner.run(rest, inner);
  return true;
}

/** `sudo` starts with a clean environment, and another machine or container has its own. */
function keepsEnvironment(wrapper: Wrapper, parsed: ParsedArguments): boolean {
  if (wrapper.place === 'remote' || wrapper.place === 'container') return false;
  if (wrapper !== wrappers['sudo']) return true;
  return parsed.options.some((option) => option.name === 'E' || option.name === 'preserve-env');
}

/** `sudo -l`, `command -v`: asks about a command instead of running it. */
function isQuestion(wrapper: Wrapper, parsed: ParsedArguments): boolean {
  return parsed.options.some(
    ({ name }) =>
      ['list', 'help', 'version', 'validate', 'edit'].includes(name) || wrapper.questions?.includes(name) === true,
  );
}

function scriptOption(wrapper: Wrapper, parsed: ParsedArguments): Word | undefined {
  if (wrapper.scriptOption === undefined) return undefined;
  const option = parsed.options.find((item) => item.name === wrapper.scriptOption || item.name.endsWith('command'));
  return option === undefined ? undefined : (option.value ?? option.word);
}

/** `flock FILE -c SCRIPT` */
function scriptBehind(wrapper: Wrapper, operands: readonly Word[]): Word | undefined {
  const option = operands[wrapper.operands]?.value;
  return wrapper.scriptAfterOperands === true && (option === '-c' || option === '--command')
    ? operands[wrapper.operands + 1]
    : undefined;
}

function scriptText(word: Word): MappedText {
  return wordsAsScript([word]);
}

function placeOf(wrapper: Wrapper, operands: readonly Word[], place: Place): Place {
  const [where] = operands;
  if (wrapper.place === undefined) return place;
  return { kind: wrapper.place, where: where === undefined ? '' : displayOf(where) };
}

function appletOf(wrapper: Wrapper): RunContext['applet'] {
  if (wrapper === wrappers['busybox']) return 'busybox';
  return wrapper === wrappers['toybox'] ? 'toybox' : undefined;
}

function takeAssignments(words: readonly Word[], environment: Map<string, Word['parts']>): readonly Word[] {
  let at = 0;
  for (; at < words.length; at++) {
    const word = words[at];
    const first = word?.parts[0];
    const match = /^([A-Za-z_]\w*)=/.exec(first?.text ?? '');
    if (word === undefined || first?.text === undefined || match === null) break;
    const cut = match[0].length;
    const exact = first.end - first.start === first.text.length;
    const head = { ...first, text: first.text.slice(cut), start: exact ? first.start + cut : first.start };
    environment.set(match[1] ?? '', [head, ...word.parts.slice(1)]);
  }
  return words.slice(at);
}

/** What is run for each input, and the input: behind `:::`, else what is read. */
function templateAndInput(wrapper: Wrapper, words: readonly Word[], context: RunContext) {
  const isMark = (word: Word) => wrapper.inputBehind?.test(word.value ?? '') === true;
  const at = words.findIndex(isMark);
  if (at < 0) return { template: words, input: inputWords(context) };
  const behind = words.slice(at);
  const inFiles = behind.some((word) => isMark(word) && word.value?.startsWith('::::') === true);
  const input = inFiles ? [anyWords(context)] : behind.filter((word) => !isMark(word));
  return { template: words.slice(0, at), input };
}

/** `xargs -I{} cmd {}`: the word that the input takes the place of. */
function markOf(wrapper: Wrapper, parsed: ParsedArguments): string | undefined {
  const replace = parsed.options.find((option) => ['I', 'i', 'replace'].includes(option.name));
  return replace === undefined ? wrapper.inputMark : (replace.gluedValue ?? replace.value?.value ?? '{}');
}

function filledTemplate(template: readonly Word[], input: readonly Word[], mark: string | undefined): readonly Word[] {
  if (mark === undefined || !template.some((word) => word.value === mark)) return [...template, ...input];
  return template.flatMap((word) => (word.value === mark ? input : [word]));
}

/** The words that a known input becomes, or one that stands for any number of unknown ones. */
function inputWords(context: RunContext): readonly Word[] {
  const { input } = context;
  if (input === undefined) return [anyWords(context)];
  return [...input.text.matchAll(/[^\s'"]+/g)].map((match) => {
    const span = input.map.span(match.index, match.index + match[0].length);
    return {
      parts: [{ text: match[0], ...span, quoted: true }],
      ...span,
      value: match[0],
      elastic: false,
      indirect: false,
    };
  });
}

/** Stands for words that the script does not say, at the end of the command. */
function anyWords({ whole }: RunContext): Word {
  return makeWord([{ text: undefined, start: whole.end, end: whole.end, quoted: false }], whole.end, whole.end, true);
}

/** `sh -c TEXT`, `sh FILE`, `sh <<EOF`. */
function runShell(runner: CommandRunner, args: readonly Word[], context: RunContext): boolean {
  const parsed = parseArguments(args, shellGrammar);
  const [first, ...rest] = parsed.operands;
  if (parsed.options.some((option) => option.name === 'c')) {
    if (first !== undefined) runner.script(scriptText(first), rest.slice(1), { ...context, inString: true });
    return true;
  }
  const readsInput = first === undefined || parsed.options.some((option) => option.name === 's');
  if (readsInput) {
    if (context.input !== undefined) runner.script(context.input, parsed.operands, context);
    return true;
  }
  const file = first?.value === undefined ? undefined : knownFile(first.value, context);
  if (file !== undefined) runner.script(file, rest, context);
  else if (first !== undefined) runner.run([first, ...rest], { ...context, depth: context.depth + 1 });
  return true;
}

/** `find … -exec CMD {} \;` */
function runFind(runner: CommandRunner, argv: readonly Word[], context: RunContext): boolean {
  for (let at = 1; at < argv.length; at++) {
    if (!/^(-(exec|execdir|ok|okdir)|-x|-X|--exec)$/.test(argv[at]?.value ?? '')) continue;
    let end = at + 1;
    while (end < argv.length && argv[end]?.value !== ';' && argv[end]?.value !== '+') end++;
    const command = argv.slice(at + 1, end).map(foundFile);
    runner.run(command, { ...context, conditional: true });
    at = end;
  }
  runner.emit(argv, context);
  return true;
}

function foundFile(word: Word): Word {
  if (word.value === undefined || !word.value.includes('{}')) return word;
  return { ...word, parts: [{ text: undefined, start: word.start, end: word.end, quoted: true }], value: undefined };
}

function runContainer(runner: CommandRunner, name: string, argv: readonly Word[], context: RunContext): boolean {
  const args = argv.slice(1);
  const verbAt = args.findIndex((word) => ['run', 'exec', 'create', 'attach'].includes(word.value ?? ''));
  const compose = name === 'docker-compose' || args.some((word, at) => at < verbAt && word.value === 'compose');
  if (verbAt < 0 || args.slice(0, verbAt).some((word) => word.value === 'build')) {
    runner.emit(argv, context);
    return true;
  }
  const exec = args[verbAt]?.value === 'exec';
  const wrapper = compose ? composeExec : exec ? containerExec : containerRun;
  const words = args.slice(verbAt + 1);
  const parsed = parseArguments(words, wrapper.grammar);
  const entry = parsed.options.find((option) => option.name === 'entrypoint');
  const rest = words.slice(parsed.firstOperand);
  const [image, ...given] = rest;
  // kubectl exec pod -- cmd
  const command = given[0]?.value === '--' ? given.slice(1) : given;
  const inner: RunContext = {
    ...context,
    environment: new Map(),
    place: { kind: 'container', where: image === undefined ? '' : displayOf(image) },
  };
  const program = entry === undefined ? undefined : entryPoint(entry);
  if (program !== undefined) runner.run([program, ...command], inner);
  else if (command[0]?.value?.startsWith('-') === true) return true;
  else if (command.length > 0) runner.run(command, inner);
  else if (context.input !== undefined) runner.script(context.input, [], inner);
  return true;
}

function entryPoint(option: ParsedArguments['options'][number]): Word | undefined {
  if (option.value !== undefined) return option.value;
  if (option.gluedValue === undefined) return undefined;
  const { word } = option;
  return {
    ...word,
    parts: [{ text: option.gluedValue, start: word.start, end: word.end, quoted: true }],
    value: option.gluedValue,
  };
}
