import { limits } from '../../limits.ts';
import { concatMapped, type MappedText, noText, type TextSpan } from '../source-map.ts';
import { assign } from './assignments.ts';
import { runBuiltin } from './builtins.ts';
import { isFollowed } from './command-interest.ts';
import { applyRedirects, hereString } from './redirections.ts';
import type { ScriptWalk, Surroundings } from './script-walk.ts';
import { baseName } from './shell-command.ts';
import { childOf, type ShellNode } from './shell-node.ts';
import type { Frame } from './shell-scope.ts';
import { unwrap } from './unwrapping.ts';
import { patternOf, type Word, type WordPart, wordsAsScript } from './word.ts';
import { expandWord } from './word-expansion.ts';
import { workingFolder } from './working-folder.ts';

/** A command about to run: its surroundings, and the variables given to it alone. */
export interface RunContext extends Surroundings {
  readonly environment: ReadonlyMap<string, readonly WordPart[]>;
  readonly whole: TextSpan;
  readonly wrapper: string;
  /** The command is one of several readings of its words. */
  readonly varied?: boolean;
}

/** Carries out simple commands: finds what finally runs, and hands scripts among the arguments back to the walk. */
export class CommandRunner {
  readonly walk: ScriptWalk;
  /** What the commands since the last pipe or redirection print, where the script says it. */
  lastOutput: MappedText | undefined;
  /** Output goes into a pipe or a file, so it counts what is printed. */
  collecting = false;
  extraArguments: readonly ShellNode[] = [];

  constructor(walk: ScriptWalk) {
    this.walk = walk;
  }

  simpleCommand(node: ShellNode, frame: Frame, around: Surroundings): void {
    if (this.#isPassedOver(node, frame, around)) {
      this.extraArguments = [];
      if (node.substitutes) this.walk.substitutions(node, frame, around);
      return;
    }
    const expansion = this.walk.expansion(frame, around);
    let environment = around.scope.exported();
    const name = childOf(node, 'name');
    let input = around.input;
    for (const child of node.children) {
      if (child.type === 'variable_assignment' && name === undefined) assign(this.walk, child, frame, around);
      else if (child.type === 'variable_assignment') {
        const scope = around.scope.fork();
        assign(this.walk, child, frame, { ...around, scope });
        const variable = childOf(child, 'name');
        const key = variable === undefined ? '' : frame.text.slice(variable.start, variable.end);
        const value = scope.get(key)?.values[0];
        if (value !== undefined) environment = new Map([...environment, [key, value]]);
      } else if (child.type === 'herestring_redirect') input = hereString(child, expansion);
    }
    if (name === undefined) return;
    const wordNodes = [...joinTouching(node.children.filter((child) => isWord(child))), ...this.extraArguments];
    this.extraArguments = [];
    const redirections = applyRedirects(node, frame, expansion);
    const span = frame.map.span(firstWordStart(node, name), node.end);
    const readings = allReadings(wordNodes.map((word) => expandWord(word, expansion)));
    const varied = readings.length > 1;
    const conditional = around.conditional || varied;
    for (const argv of readings) {
      const [program] = argv;
      if (program === undefined) continue;
      const own = program.start >= span.start && program.start < span.end;
      const whole = own ? span : (around.whole ?? span);
      const known = baseName(program.value ?? '');
      const wrapper = own ? known : (around.wrapper ?? known);
      const ways = { conditional, varied, environment, whole, wrapper };
      this.run(argv, { ...around, ...ways, input: redirections.input ?? input });
    }
    if (varied && this.lastOutput !== undefined) {
      this.lastOutput = concatMapped(this.lastOutput, { ...noText, readings: 'all' });
    }
    for (const file of redirections.outputs) this.fileWritten(file.path, this.lastOutput, file.append, span, around);
  }

  /** A command that nobody asks about and that runs nothing else; only the substitutions among its words run. */
  #isPassedOver(node: ShellNode, frame: Frame, around: Surroundings): boolean {
    const name = childOf(node, 'name');
    if (name === undefined) return false;
    const text = frame.text.slice(name.start, name.end);
    if (!/^[\w.+/[:-]+$/.test(text) || around.scope.functions.has(text)) return false;
    const base = baseName(text);
    if (isFollowed(base, this.collecting) || knownFile(text, around) !== undefined) return false;
    if (this.walk.interest.wants(base, frame.text.slice(node.start, node.end))) return false;
    return !node.children.some((child) => child.type === 'file_redirect');
  }

  /** Runs one command whose words are settled. */
  run(argv: readonly Word[], context: RunContext): void {
    const [program, ...args] = argv;
    if (program === undefined || context.depth > limits.shellDepth || this.walk.spent()) return;
    const deeper = { ...context, depth: context.depth + 1 };
    const path = program.value ?? inUnknownFolder(program);
    if (path === undefined) {
      if (isPrivilegePrefix(program) && args.length > 0) this.run(args, deeper);
      return;
    }
    const own = context.scope.functions.get(path);
    if (own !== undefined) {
      this.walk.call(own.body, own.frame, args, context);
      return;
    }
    if (runBuiltin(this, path, argv, deeper)) return;
    const inner = unwrap(this, baseName(path), argv, deeper);
    if (inner) return;
    const file = knownFile(path, context);
    if (file !== undefined) this.script(file, args, deeper);
    else this.emit(argv, context);
  }

  emit(argv: readonly Word[], context: RunContext): void {
    const first = argv[0];
    const last = argv.at(-1);
    if (first === undefined || last === undefined) return;
    const start = Math.min(...argv.map((word) => word.start));
    const end = Math.max(...argv.map((word) => word.end));
    this.walk.emit({
      name: baseName(first.value ?? inUnknownFolder(first) ?? ''),
      argv,
      start,
      end,
      environment: context.environment,
      whole: context.whole,
      wrapper: context.wrapper,
      place: context.place,
      folder: workingFolder(context.scope, context.place),
      ...(context.applet && { applet: context.applet }),
      upstream: context.upstream,
      conditional: context.conditional,
      inString: context.inString,
    });
  }

  /** Runs a script's text in a shell of its own. */
  script(text: MappedText, args: readonly Word[] | undefined, context: Surroundings): void {
    const scope = context.scope.fork();
    scope.args = args;
    for (const [name, parts] of (context as Partial<RunContext>).environment ?? []) {
      scope.set(name, { values: [parts], open: false, exported: true });
    }
    this.walk.runScript(text, { ...context, scope, input: undefined, depth: context.depth + 1 });
  }

  /** Runs words as a line of script in the present shell (`eval`), or another (`ssh`). */
  words(words: readonly Word[], context: Surroundings): void {
    this.walk.runScript(wordsAsScript(words), { ...context, inString: true, depth: context.depth + 1 });
  }

  printed(text: MappedText): void {
    const before = this.lastOutput;
    if (before !== undefined && before.text.length > limits.shellOutputCharacters) return;
    this.lastOutput = before === undefined ? text : concatMapped(before, text);
  }

  fileWritten(
    path: Word,
    content: MappedText | undefined,
    append: boolean,
    whole: TextSpan,
    around: Surroundings,
  ): void {
    const { place, conditional } = around;
    this.walk.write({ path, content, append, whole, place, conditional });
    if (path.value === undefined || isLog(path.value)) return;
    const before = append ? around.scope.files.get(path.value)?.content : undefined;
    const all = before !== undefined && content !== undefined ? concatMapped(before, content) : content;
    around.scope.files.set(path.value, { content: all, append });
  }
}

/** What nothing will run: not worth keeping, and often added to all over a script. */
function isLog(path: string): boolean {
  return /\.log$|^\/(dev|proc|sys)\//.test(path);
}

export function knownFile(path: string, context: Surroundings): MappedText | undefined {
  const { files } = context.scope;
  const found = files.get(path) ?? files.get(path.replace(/^\.\//, '')) ?? files.get(`./${path}`);
  return found?.content;
}

function isWord(node: ShellNode): boolean {
  return (node.field === 'argument' || node.field === 'name') && node.type !== 'variable_assignment';
}

/** The grammar cuts a word before a backquote; what nothing stands between is one word. */
function joinTouching(nodes: readonly ShellNode[]): readonly ShellNode[] {
  const joined: ShellNode[] = [];
  for (const node of nodes) {
    const last = joined.at(-1);
    if (last === undefined || last.end !== node.start || last.field !== 'argument') joined.push(node);
    else {
      const substitutes = last.substitutes || node.substitutes;
      const children = [last, node];
      joined[joined.length - 1] = { ...last, type: 'concatenation', end: node.end, substitutes, children };
    }
  }
  return joined;
}

/** The command without the assignments before it. */
function firstWordStart(node: ShellNode, name: ShellNode): number {
  const first = node.children[0];
  return first?.type === 'variable_assignment' ? first.start : name.start;
}

/** The pattern of a program of which only the folder is not known: `"$KERNEL/scripts/config"`. */
function inUnknownFolder(program: Word): string | undefined {
  const pattern = patternOf(program);
  const name = baseName(pattern);
  return name !== pattern && /^[\w.+-]+$/.test(name) ? pattern : undefined;
}

/** A variable whose very name says that it holds `sudo` or nothing. */
function isPrivilegePrefix(word: Word): boolean {
  return (
    word.elastic && /^\$\{?(sudo|doas|as_?root|su_?cmd|maybe_?sudo|_?sudo_?\w*)\b/i.test(word.parts[0]?.source ?? '')
  );
}

/**
 * Every choice of one reading for each word, the last word's changing first: at most `limits.shellAlternatives`, and
 * fewer for a command of very many words (an unclosed quote makes words of half a script).
 */
function allReadings(words: readonly (readonly (readonly Word[])[])[]): readonly (readonly Word[])[] {
  let count = 1;
  for (const readings of words) count = Math.min(count * readings.length, limits.shellAlternatives);
  count = Math.min(count, Math.max(1, Math.floor(limits.shellReadWords / Math.max(1, words.length))));
  const all: Word[][] = [];
  for (let choice = 0; choice < count; choice++) {
    const argv: Word[][] = [];
    let left = choice;
    for (const readings of words.toReversed()) {
      argv.push([...(readings[left % readings.length] ?? [])]);
      left = Math.floor(left / readings.length);
    }
    all.push(argv.reverse().flat().slice(0, limits.shellListWords));
  }
  return all;
}
