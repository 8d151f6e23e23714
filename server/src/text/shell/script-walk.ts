import { limits } from '../../limits.ts';
import type { HostVariables } from '../embedded/embedded-script.ts';
import type { MappedText, TextSpan } from '../source-map.ts';
import { shiftedMap } from '../source-map.ts';
import { assign, declaration, unset } from './assignments.ts';
import { type CommandInterest, everyCommand } from './command-interest.ts';
import { CommandRunner } from './command-running.ts';
import { applyRedirects, type Redirections } from './redirections.ts';
import type { FileWrite, Place, ScriptRun, ShellCommand } from './shell-command.ts';
import { baseName, here } from './shell-command.ts';
import { childOf, type ShellNode } from './shell-node.ts';
import type { ShellParser } from './shell-parser.ts';
import { type Frame, ShellScope } from './shell-scope.ts';
import { makeWord, patternOf, type Word, type WordPart } from './word.ts';
import { type Expansion, expandToOne, expandWord } from './word-expansion.ts';

/** What surrounds a statement while it runs. */
export interface Surroundings {
  readonly scope: ShellScope;
  readonly place: Place;
  /** Text on standard input, where the script says it. */
  readonly input: MappedText | undefined;
  readonly upstream: readonly ShellCommand[];
  readonly conditional: boolean;
  readonly inString: boolean;
  readonly depth: number;
  /** Wrappers around: the outermost command as written. */
  readonly whole: TextSpan | undefined;
  readonly wrapper: string | undefined;
  readonly applet?: 'busybox' | 'toybox' | undefined;
}

/** Follows a script statement by statement, as a shell would, with what can be known before it runs. */
export class ScriptWalk {
  readonly #parser: ShellParser;
  readonly #commands: ShellCommand[] = [];
  readonly #writes: FileWrite[] = [];
  readonly #runner: CommandRunner;
  /** How often each function was called with the same arguments. */
  readonly #calls = new Map<string, number>();
  readonly #called = new Set<ShellNode>();
  readonly #ran = new Set<string>();
  #order = 0;
  #steps = 0;
  truncated = false;

  readonly interest: CommandInterest;

  constructor(parser: ShellParser, interest: CommandInterest = everyCommand) {
    this.interest = interest;
    this.#parser = parser;
    this.#runner = new CommandRunner(this);
  }

  /** Follows a script, then every function that nothing called. Several scripts of one file run one after the other. */
  run(script: MappedText, key?: string, variables?: HostVariables): void {
    const around = this.#start(variables);
    this.runScript(script, around, key);
    for (const own of around.scope.functions.values()) {
      if (this.#called.has(own.body)) continue;
      this.#called.add(own.body);
      const inner = around.scope.fork();
      inner.args = undefined;
      this.statement(own.body, own.frame, { ...around, scope: inner, conditional: true });
    }
  }

  /** Runs one command that the host gives as a list of words. */
  runArguments(argv: readonly Word[], variables?: HostVariables): void {
    const [first] = argv;
    if (first === undefined) return;
    const whole = { start: first.start, end: argv.at(-1)?.end ?? first.end };
    const wrapper = baseName(first.value ?? '');
    const around = this.#start(variables);
    this.#runner.run(argv, { ...around, environment: around.scope.exported(), whole, wrapper });
  }

  /** A file that the host itself writes. */
  writeFile(path: Word, content: MappedText): void {
    this.write({ path, content, append: false, place: here, whole: path });
  }

  /** True when the text has been run as a script already. */
  hasRun(script: MappedText): boolean {
    return this.#ran.has(script.text);
  }

  result(): ScriptRun {
    return { commands: this.#commands, writes: this.#writes, truncated: this.truncated };
  }

  #start(variables: HostVariables | undefined): Surroundings {
    const scope = new ShellScope();
    for (const [name, value] of variables ?? []) {
      const part = { text: value.text, ...value.map.span(0, value.text.length), quoted: true };
      scope.set(name, { values: [[part]], open: false, exported: true });
    }
    return {
      scope,
      place: here,
      input: undefined,
      upstream: [],
      conditional: false,
      inString: false,
      depth: 0,
      whole: undefined,
      wrapper: undefined,
    };
  }

  runScript(script: MappedText, around: Surroundings, key?: string): void {
    if (around.depth > limits.shellDepth || this.spent()) return;
    if (around.depth > 0) this.#ran.add(script.text);
    const syntax = this.#parser.parse(script.text, key);
    if (!syntax.complete) this.truncated = true;
    for (const statement of syntax.statements) {
      const frame = { text: statement.text, map: shiftedMap(statement.offset, script.map) };
      this.statement(statement.node, frame, around);
    }
  }

  statement(node: ShellNode, frame: Frame, around: Surroundings): void {
    if (this.spent()) return;
    switch (node.type) {
      case 'comment':
      case 'heredoc_body':
      case 'file_redirect':
        return;
      case 'command':
        this.#runner.simpleCommand(node, frame, around);
        return;
      case 'test_command':
        this.#testCommand(node, frame, around);
        return;
      case 'variable_assignment':
        assign(this, node, frame, around);
        return;
      case 'variable_assignments':
        this.#all(node.children, frame, around);
        return;
      case 'declaration_command':
        declaration(this, node, frame, around);
        return;
      case 'unset_command':
        unset(node, frame, around);
        return;
      case 'redirected_statement':
        this.#redirected(node, frame, around);
        return;
      case 'pipeline':
        this.pipeline(node.children, frame, around);
        return;
      case 'list':
        this.#list(node, frame, around);
        return;
      case 'subshell':
        this.#all(node.children, frame, { ...around, scope: around.scope.fork() });
        return;
      case 'if_statement':
        this.#ifStatement(node, frame, around);
        return;
      case 'case_statement':
        this.#caseStatement(node, frame, around);
        return;
      case 'for_statement':
        this.#forStatement(node, frame, around);
        return;
      case 'while_statement':
      case 'c_style_for_statement':
        this.#branch(node.children, frame, around);
        return;
      case 'function_definition':
        this.#define(node, frame, around);
        return;
      default:
        // Blocks, do groups, negations, and whatever the grammar could not make sense of.
        if (node.named) this.#all(node.children, frame, around);
    }
  }

  expansion(frame: Frame, around: Surroundings): Expansion {
    return {
      frame,
      scope: around.scope,
      substitute: (node, own) => this.#substitute(node, own, around),
    };
  }

  /** Runs the substitutions below a node whose words nobody wants. */
  substitutions(node: ShellNode, frame: Frame, around: Surroundings): void {
    for (const child of node.children) {
      if (!child.substitutes) continue;
      if (/^(command|process)_substitution$/.test(child.type)) this.#substitute(child, frame, around);
      else this.substitutions(child, frame, around);
    }
  }

  /** What a substitution prints is not followed, and is not the output of the command around it. */
  #substitute(node: ShellNode, frame: Frame, around: Surroundings): void {
    const { collecting, lastOutput, extraArguments } = this.#runner;
    this.#runner.collecting = false;
    this.#runner.extraArguments = [];
    this.#all(node.children, frame, { ...around, scope: around.scope.fork(), input: undefined, upstream: [] });
    this.#runner.collecting = collecting;
    this.#runner.lastOutput = lastOutput;
    this.#runner.extraArguments = extraArguments;
  }

  /** Runs a function body with arguments. Variables it sets stay set. */
  call(body: ShellNode, frame: Frame, args: readonly Word[], around: Surroundings): void {
    if (around.depth > limits.shellDepth) return;
    this.#called.add(body);
    const key = `${body.start} ${frame.map.span(0, 0).start} ${args.map(patternOf).join('\0')}`;
    const calls = (this.#calls.get(key) ?? 0) + 1;
    this.#calls.set(key, calls);
    if (calls > limits.shellSameCalls) return;
    const saved = around.scope.args;
    around.scope.args = args;
    this.statement(body, frame, { ...around, depth: around.depth + 1 });
    around.scope.args = saved;
  }

  emit(command: Omit<ShellCommand, 'order'>): ShellCommand {
    const full = { ...command, order: this.#order++ };
    this.#commands.push(full);
    if (this.#commands.length >= limits.shellCommands) this.truncated = true;
    return full;
  }

  write(file: Omit<FileWrite, 'order'>): void {
    this.#writes.push({ ...file, order: this.#order++ });
  }

  /** Commands emitted since a mark. */
  since(mark: number): readonly ShellCommand[] {
    return this.#commands.slice(mark);
  }

  get mark(): number {
    return this.#commands.length;
  }

  spent(): boolean {
    if (++this.#steps > limits.shellSteps) this.truncated = true;
    return this.truncated && this.#commands.length >= limits.shellCommands ? true : this.#steps > limits.shellSteps;
  }

  #all(nodes: readonly ShellNode[], frame: Frame, around: Surroundings): void {
    for (const node of nodes) this.statement(node, frame, around);
  }

  #branch(nodes: readonly ShellNode[], frame: Frame, around: Surroundings): void {
    const scope = around.scope.fork();
    this.#all(nodes, frame, { ...around, scope, conditional: true });
    around.scope.join(scope);
  }

  #list(node: ShellNode, frame: Frame, around: Surroundings): void {
    const [first, ...rest] = node.children;
    if (first !== undefined) this.statement(first, frame, around);
    const last = rest.filter((child) => child.named);
    // `a || b`: what b sets may or may not be set; `a && b` is the usual way to go on.
    if (rest.some((child) => child.type === '||')) this.#branch(last, frame, around);
    else if (first?.type === 'test_command' || first?.type === 'negated_command') this.#branch(last, frame, around);
    else this.#all(last, frame, around);
  }

  #ifStatement(node: ShellNode, frame: Frame, around: Surroundings): void {
    const isElse = (child: ShellNode): boolean => child.type === 'elif_clause' || child.type === 'else_clause';
    const own = node.children.filter((child) => !isElse(child));
    const conditions = own.filter((child) => child.field === 'condition');
    this.#all(conditions, frame, around);
    const taken = around.scope.fork();
    const body = own.filter((child) => child.field !== 'condition');
    this.#all(body, frame, { ...around, scope: taken, conditional: true });
    const clauses = node.children.filter(isElse);
    const branches = clauses.map((clause) => {
      const scope = around.scope.fork();
      this.#all(clause.children, frame, { ...around, scope, conditional: true });
      return scope;
    });
    const complete = clauses.some((clause) => clause.type === 'else_clause');
    around.scope.merge([taken, ...branches, ...(complete ? [] : [around.scope.fork()])]);
  }

  #caseStatement(node: ShellNode, frame: Frame, around: Surroundings): void {
    const branches = [around.scope.fork()];
    for (const item of node.children) {
      if (item.type !== 'case_item') continue;
      const scope = around.scope.fork();
      const body = item.children.filter((child) => child.field !== 'value');
      this.#all(body, frame, { ...around, scope, conditional: true });
      branches.push(scope);
    }
    around.scope.merge(branches);
  }

  #forStatement(node: ShellNode, frame: Frame, around: Surroundings): void {
    const name = childOf(node, 'variable');
    const body = childOf(node, 'body');
    if (name === undefined || body === undefined) return;
    const values: (readonly WordPart[])[] = [];
    let open = false;
    for (const value of node.children.filter((child) => child.field === 'value')) {
      for (const words of expandWord(value, this.expansion(frame, around))) {
        for (const word of words) {
          if (word.parts.every((part) => part.text === undefined)) open = true;
          else if (values.length < limits.shellAlternatives) values.push(word.parts);
        }
      }
    }
    const scope = around.scope.fork();
    scope.set(frame.text.slice(name.start, name.end), { values, open, exported: false });
    this.statement(body, frame, { ...around, scope, conditional: true });
    around.scope.join(scope);
  }

  #define(node: ShellNode, frame: Frame, around: Surroundings): void {
    const name = childOf(node, 'name');
    const body = childOf(node, 'body');
    if (name === undefined || body === undefined) return;
    around.scope.functions.set(frame.text.slice(name.start, name.end), { body, frame });
  }

  /** `[ … ]` and `[[ … ]]` as a command named `[`, its words in order. */
  #testCommand(node: ShellNode, frame: Frame, around: Surroundings): void {
    if (!this.interest.wants('[', frame.text.slice(node.start, node.end))) {
      if (node.substitutes) this.substitutions(node, frame, around);
      return;
    }
    const span = frame.map.span(node.start, node.end);
    const argv = [makeWord([{ text: '[', ...span, quoted: true }], span.start, span.end)];
    const visit = (child: ShellNode): void => {
      if (/expression|^test_command$/.test(child.type)) child.children.forEach(visit);
      else if (child.named) argv.push(...expandToOne(child, this.expansion(frame, around)).slice(0, 1));
    };
    node.children.forEach(visit);
    const { place, upstream, conditional, inString } = around;
    this.emit({
      name: '[',
      argv,
      ...span,
      whole: span,
      wrapper: '[',
      environment: new Map(),
      place,
      upstream,
      conditional,
      inString,
    });
  }

  pipeline(nodes: readonly ShellNode[], frame: Frame, around: Surroundings): void {
    let upstream = around.upstream;
    let input = around.input;
    const collected = this.#runner.collecting;
    const last = nodes.findLast((node) => node.named);
    for (const node of nodes) {
      if (!node.named) continue;
      this.#runner.collecting = node !== last;
      const mark = this.mark;
      this.#runner.lastOutput = undefined;
      this.statement(node, frame, { ...around, upstream, input, scope: around.scope.fork() });
      upstream = [...upstream, ...this.since(mark)];
      input = this.#runner.lastOutput;
    }
    this.#runner.collecting = collected;
    this.#runner.lastOutput = undefined;
  }

  #redirected(node: ShellNode, frame: Frame, around: Surroundings): void {
    const body = childOf(node, 'body');
    const redirections: Redirections = applyRedirects(node, frame, this.expansion(frame, around));
    const mark = this.mark;
    this.#runner.lastOutput = undefined;
    this.#runner.extraArguments = redirections.arguments;
    const collected = this.#runner.collecting;
    this.#runner.collecting ||= redirections.outputs.length > 0 || redirections.piped !== undefined;
    if (body !== undefined) this.statement(body, frame, { ...around, input: redirections.input ?? around.input });
    this.#runner.extraArguments = [];
    this.#runner.collecting = collected;
    const output = this.#runner.lastOutput;
    const span = frame.map.span(node.start, body?.end ?? node.end);
    for (const file of redirections.outputs) this.#runner.fileWritten(file.path, output, file.append, span, around);
    if (redirections.outputs.length > 0) this.#runner.lastOutput = undefined;
    if (redirections.piped !== undefined) {
      const stages = redirections.piped.type === 'pipeline' ? redirections.piped.children : [redirections.piped];
      this.pipeline(stages, frame, { ...around, input: output, upstream: this.since(mark) });
    }
    for (const next of redirections.after) this.statement(next, frame, around);
  }
}
