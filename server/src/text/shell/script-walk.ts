import { limits } from '../../limits.ts';
import type { HostVariables } from '../embedded/embedded-script.ts';
import type { MappedText, SourceMap, TextSpan } from '../source-map.ts';
import { identityMap, shiftedMap } from '../source-map.ts';
import { assign, declaration, unset } from './assignments.ts';
import { type CommandInterest, everyCommand } from './command-interest.ts';
import { CommandRunner } from './command-running.ts';
import {
  branch,
  caseStatement,
  defineFunction,
  forStatement,
  ifStatement,
  list,
  testCommand,
} from './compound-statements.ts';
import { applyRedirects, type Redirections } from './redirections.ts';
import type { FileWrite, Place, ScriptRun, ShellCommand } from './shell-command.ts';
import { baseName, here } from './shell-command.ts';
import { childOf, type ShellNode } from './shell-node.ts';
import type { ShellParser } from './shell-parser.ts';
import { type Frame, ShellScope, type Variable } from './shell-scope.ts';
import { inOrderAfter, repeatChanges, type StatementMemory, startNotes, stillHolds } from './statement-memory.ts';
import { placesOf } from './statement-places.ts';
import { TracedMap } from './traced-map.ts';
import { patternOf, type Word } from './word.ts';
import type { Expansion } from './word-expansion.ts';

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
  /** In a function: what its local variables were before. */
  readonly locals?: Map<string, Variable | undefined>;
}

/** Follows a script statement by statement, as a shell would, with what can be known before it runs. */
export class ScriptWalk {
  readonly #parser: ShellParser;
  readonly #commands: ShellCommand[] = [];
  readonly #writes: FileWrite[] = [];
  readonly #runner: CommandRunner;
  /** How often each function was called with the same arguments. */
  readonly #calls = new TracedMap<number>();
  readonly #called = new Set<ShellNode>();
  readonly #ran = new Set<string>();
  /** What the statement that is being remembered called and ran, in their order. */
  #noted: { readonly called: ShellNode[]; readonly ran: string[] } | undefined;
  /** Where the statements of an edited document stand now. */
  #places: SourceMap = identityMap;
  /** An edited document runs: what its statements do is remembered. */
  #remembers = false;
  #order = 0;
  #steps = 0;
  truncated = false;

  readonly interest: CommandInterest;
  readonly provided: ReadonlyMap<string, string>;

  /** @param provided texts of files that the script sources, by the path that it writes. */
  constructor(
    parser: ShellParser,
    interest: CommandInterest = everyCommand,
    provided: ReadonlyMap<string, string> = new Map(),
  ) {
    this.interest = interest;
    this.provided = provided;
    this.#parser = parser;
    this.#runner = new CommandRunner(this);
  }

  /** Follows a script, then every function that nothing called. Several scripts of one file run one after the other. */
  run(script: MappedText, key?: string, variables?: HostVariables, place?: Place): void {
    const around = this.#start(variables, place);
    if (key === undefined || script.map !== identityMap) this.runScript(script, around);
    else this.#runDocument(script.text, key, around);
    for (const own of around.scope.functions.values()) {
      if (this.#called.has(own.body)) continue;
      this.#remembered(own, around.scope, () => {
        this.#wasCalled(own.body);
        const inner = around.scope.fork();
        inner.args = undefined;
        this.statement(own.body, own.frame, { ...around, scope: inner, conditional: true });
      });
    }
    this.#remembers = false;
  }

  /** A document that is edited: statements that did not change, nor what they depend on, are not run again. */
  #runDocument(text: string, key: string, around: Surroundings): void {
    const syntax = this.#parser.parse(text, key);
    if (!syntax.complete) this.truncated = true;
    this.#places = placesOf(syntax.statements);
    this.#remembers = true;
    for (const { unit } of syntax.statements) {
      if (unit.node.type === 'comment') continue;
      const frame = { text: unit.text, map: shiftedMap(unit.base) };
      this.#remembered(unit, around.scope, () => this.statement(unit.node, frame, around));
    }
  }

  /** Runs something of the top level, or repeats what it did when all that it looked at is as it was. */
  #remembered(what: object, scope: ShellScope, run: () => void): void {
    if (!this.#remembers) {
      run();
      return;
    }
    const { memories } = this.#parser;
    const known = memories.get(what);
    if (known !== undefined && stillHolds(known, scope, this.#calls, this.interest)) {
      const memory = inOrderAfter(known, this.#order);
      if (memory !== known) memories.set(what, memory);
      this.#repeat(memory, scope);
      return;
    }
    const exported = scope.exported();
    const before = { args: scope.args, order: this.#order, steps: this.#steps };
    const [commands, writes] = [this.#commands.length, this.#writes.length];
    const noted = { called: [], ran: [] };
    this.#noted = noted;
    this.#runner.lastOutput = undefined;
    startNotes(scope, this.#calls);
    run();
    this.#noted = undefined;
    const memory = {
      interest: this.interest,
      exported,
      argsBefore: before.args,
      argsAfter: scope.args,
      variables: scope.variables.endTrace(),
      functions: scope.functions.endTrace(),
      files: scope.files.endTrace(),
      calls: this.#calls.endTrace(),
      orderBefore: before.order,
      orderAfter: this.#order,
      steps: this.#steps - before.steps,
      commands: this.#commands.slice(commands),
      writes: this.#writes.slice(writes),
      ...noted,
    };
    if (this.truncated) memories.delete(what);
    else memories.set(what, memory);
  }

  #repeat(memory: StatementMemory, scope: ShellScope): void {
    repeatChanges(memory, scope, this.#calls);
    for (const command of memory.commands) this.#commands.push(command);
    for (const file of memory.writes) this.#writes.push(file);
    for (const body of memory.called) this.#called.add(body);
    for (const text of memory.ran) this.#ran.add(text);
    this.#order = memory.orderAfter;
    this.#steps += memory.steps;
  }

  #wasCalled(body: ShellNode): void {
    this.#called.add(body);
    this.#noted?.called.push(body);
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
    this.write({ path, content, append: false, place: here, whole: path, conditional: false });
  }

  /** True when the text has been run as a script already. */
  hasRun(script: MappedText): boolean {
    return this.#ran.has(script.text);
  }

  result(): ScriptRun {
    return { commands: this.#commands, writes: this.#writes, places: this.#places, truncated: this.truncated };
  }

  #start(variables: HostVariables | undefined, place: Place = here): Surroundings {
    const scope = new ShellScope();
    for (const [name, value] of variables ?? []) {
      const part = { text: value.text, ...value.map.span(0, value.text.length), quoted: true };
      scope.set(name, { values: [[part]], open: false, exported: true });
    }
    return {
      scope,
      place,
      input: undefined,
      upstream: [],
      conditional: false,
      inString: false,
      depth: 0,
      whole: undefined,
      wrapper: undefined,
    };
  }

  runScript(script: MappedText, around: Surroundings): void {
    if (around.depth > limits.shellDepth || this.spent()) return;
    if (around.depth > 0) {
      this.#ran.add(script.text);
      this.#noted?.ran.push(script.text);
    }
    const syntax = this.#parser.parse(script.text);
    if (!syntax.complete) this.truncated = true;
    for (const { unit, offset } of syntax.statements) {
      this.statement(unit.node, { text: unit.text, map: shiftedMap(offset, script.map) }, around);
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
        testCommand(this, node, frame, around);
        return;
      case 'variable_assignment':
        assign(this, node, frame, around);
        return;
      case 'variable_assignments':
        this.all(node.children, frame, around);
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
        list(this, node, frame, around);
        return;
      case 'subshell':
        this.all(node.children, frame, { ...around, scope: around.scope.fork() });
        return;
      case 'if_statement':
        ifStatement(this, node, frame, around);
        return;
      case 'case_statement':
        caseStatement(this, node, frame, around);
        return;
      case 'for_statement':
        forStatement(this, node, frame, around);
        return;
      case 'while_statement':
      case 'c_style_for_statement':
        branch(this, node.children, frame, around);
        return;
      case 'function_definition':
        defineFunction(node, frame, around);
        return;
      default:
        // Blocks, do groups, negations, and whatever the grammar could not make sense of.
        if (node.named) this.all(node.children, frame, around);
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
    this.all(node.children, frame, { ...around, scope: around.scope.fork(), input: undefined, upstream: [] });
    this.#runner.collecting = collecting;
    this.#runner.lastOutput = lastOutput;
    this.#runner.extraArguments = extraArguments;
  }

  /** Runs a function body with arguments. Variables it sets stay set. */
  call(body: ShellNode, frame: Frame, args: readonly Word[], around: Surroundings): void {
    if (around.depth > limits.shellDepth) return;
    this.#wasCalled(body);
    const key = `${body.start} ${frame.map.span(0, 0).start} ${args.map(patternOf).join('\0')}`;
    const calls = (this.#calls.get(key) ?? 0) + 1;
    this.#calls.set(key, calls);
    if (calls > limits.shellSameCalls) return;
    const saved = around.scope.args;
    around.scope.args = args;
    const locals = new Map<string, Variable | undefined>();
    this.statement(body, frame, { ...around, depth: around.depth + 1, locals });
    for (const [name, variable] of locals) around.scope.restore(name, variable ?? null);
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

  all(nodes: readonly ShellNode[], frame: Frame, around: Surroundings): void {
    for (const node of nodes) this.statement(node, frame, around);
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
