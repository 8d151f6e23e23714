import { limits } from '../limits.ts';
import {
  type KbuildAssignment,
  type KbuildInclude,
  type KbuildOther,
  type KbuildRule,
  type KbuildSyntax,
  type KbuildWord,
  parseKbuild,
} from './kbuild-syntax.ts';
import { makeWords } from './make-functions.ts';
import { argumentsOf, closingOf, functionOf, MakeVariables } from './make-variables.ts';

/** A file that was included. */
export interface MakeFile {
  readonly uri: string;
  readonly syntax: KbuildSyntax;
}

/** What a Makefile comes to, as far as its text and those that it includes tell. */
export interface MakeEvaluation {
  readonly variables: MakeVariables;
  /** Targets of all rules; `%` where any text may stand. */
  readonly targets: readonly string[];
  /** A file that was not read, or a name that cannot be told, may give any variable a value. */
  readonly mayHaveMore: boolean;
  /** `$(eval …)` and `$(call …)` that cannot be followed may do anything, rules included. */
  readonly isGenerated: boolean;
}

type Statement = KbuildAssignment | KbuildInclude | KbuildRule | KbuildOther;

/** Where words of other texts are shown. */
interface Place {
  readonly uri?: string;
  /** The line that a text comes from, where it does not stand in a file as it is. */
  readonly line?: { readonly start: number; readonly end: number };
}

/** Asks for each included file by its path; `undefined` where it cannot be read. */
export function* evaluateMake(
  syntax: KbuildSyntax,
  folder?: string,
): Generator<string, MakeEvaluation, MakeFile | undefined> {
  const evaluation = new Evaluation(folder);
  yield* evaluation.run(syntax, {}, false);
  return evaluation;
}

/** Without the files that are included. */
export function evaluateAlone(syntax: KbuildSyntax, folder?: string): MakeEvaluation {
  const steps = evaluateMake(syntax, folder);
  for (;;) {
    const step = steps.next(undefined);
    if (step.done) return step.value;
  }
}

class Evaluation implements MakeEvaluation {
  readonly variables: MakeVariables;
  readonly targets: string[] = [];
  mayHaveMore = false;
  isGenerated = false;
  private files = 0;
  private statements = 0;
  private depth = 0;

  constructor(folder: string | undefined) {
    this.variables = new MakeVariables(folder);
  }

  *run(syntax: KbuildSyntax, place: Place, isMaybe: boolean): Generator<string, void, MakeFile | undefined> {
    const { assignments, includes, rules, others } = syntax;
    const statements: Statement[] = [...assignments, ...includes, ...rules, ...others];
    for (const statement of statements.sort((a, b) => a.start - b.start)) {
      if (this.isTooMuch()) return;
      const holds = 'conditions' in statement ? this.allHold(statement.conditions) : undefined;
      if (holds === false) continue;
      const isSure = holds === true && !isMaybe;
      if ('operator' in statement) this.assign(statement, place, !isSure);
      else if ('targets' in statement) this.addTargets(statement);
      else if ('optional' in statement) yield* this.include(statement, !isSure);
      else yield* this.expandLine(statement.text, { line: statement, ...place }, !isSure);
    }
  }

  /** What is not followed may do anything. */
  private isTooMuch(): boolean {
    const isIt = ++this.statements > limits.makeStatements || this.depth > limits.makeDepth;
    if (isIt) this.isGenerated = true;
    return isIt;
  }

  private assign(assignment: KbuildAssignment, place: Place, isMaybe: boolean): void {
    // Kept as it is written, a name that cannot be told is of use: obj-$(CONFIG_X).
    const name = this.variables.text(assignment.name)?.trim() ?? assignment.name;
    if (/\$.*-\w+$|^\$[^-]*$/.test(name)) this.mayHaveMore = true;
    if (/\$[({]eval\s/.test(assignment.value.text)) this.isGenerated = true;
    const words = assignment.words.map((word) => placed(word, place));
    this.variables.assign(name, assignment, words, isMaybe);
  }

  private addTargets(rule: KbuildRule): void {
    for (const target of rule.targets) this.targets.push(...makeWords(this.variables.text(target.text, '%') ?? '%'));
  }

  private *include(include: KbuildInclude, isMaybe: boolean): Generator<string, void, MakeFile | undefined> {
    for (const { text } of this.variables.words(include.words)) {
      const isPath = !/[$*?[]/.test(text) && this.files++ < limits.makeIncludes;
      const file = isPath ? yield text : undefined;
      if (file === undefined) this.mayHaveMore = true;
      else yield* this.run(file.syntax, { uri: file.uri }, isMaybe);
    }
  }

  /** `undefine X`, or a line of nothing but `$(…)`. */
  private *expandLine(text: string, place: Place, isMaybe: boolean): Generator<string, void, MakeFile | undefined> {
    const undefined_ = /^undefine\s+(\S+)/.exec(text)?.[1];
    if (undefined_ !== undefined) {
      this.variables.undefine(this.variables.text(undefined_) ?? undefined_, isMaybe);
      return;
    }
    this.depth++;
    for (let at = text.indexOf('$'); at >= 0; at = text.indexOf('$', at)) {
      const close = closingOf(text, at + 1);
      if (close === undefined || this.isTooMuch()) break;
      yield* this.perform(text.slice(at + 2, close), place, isMaybe);
      at = close + 1;
    }
    this.depth--;
  }

  private *perform(inner: string, place: Place, isMaybe: boolean): Generator<string, void, MakeFile | undefined> {
    const called = functionOf(inner);
    if (called?.name === 'info' || called?.name === 'warning' || called?.name === 'error') return;
    if (called?.name === 'eval') {
      const text = this.variables.text(called.args.join(','));
      if (text === undefined) this.isGenerated = true;
      else yield* this.run(parseKbuild(text), place, isMaybe);
      return;
    }
    if (called?.name === 'foreach') {
      const [variable = '', list = '', ...body] = called.args;
      const items = this.variables.text(list);
      if (items === undefined) this.isGenerated = true;
      for (const item of makeWords(items ?? '')) {
        const restore = this.variables.bind(variable.trim(), item);
        yield* this.expandLine(body.join(','), place, isMaybe);
        restore();
      }
      return;
    }
    this.isGenerated = true;
  }

  private allHold(conditions: readonly string[]): boolean | undefined {
    let all: boolean | undefined = true;
    for (const condition of conditions) {
      const holds = this.holds(condition);
      if (holds === false) return false;
      if (holds === undefined) all = undefined;
    }
    return all;
  }

  private holds(condition: string): boolean | undefined {
    const [, otherwise, keyword = '', rest = ''] = /^(else of )?(\w+)\s*(.*)$/.exec(condition) ?? [];
    const holds = keyword.endsWith('def') ? this.isDefined(rest.trim()) : this.isEqual(rest.trim());
    if (holds === undefined) return undefined;
    return (keyword.startsWith('ifn') ? !holds : holds) !== (otherwise !== undefined);
  }

  private isDefined(name: string): boolean | undefined {
    const expanded = this.variables.text(name);
    return expanded === undefined ? undefined : this.variables.isDefined(expanded.trim());
  }

  /** `(a,b)`, `"a" "b"`. */
  private isEqual(rest: string): boolean | undefined {
    const quoted = /^(["'])(.*?)\1\s*(["'])(.*?)\3$/.exec(rest);
    const [a, b] = quoted
      ? [quoted[2] ?? '', quoted[4] ?? '']
      : argumentsOf(rest.slice(1, closingOf(rest, 0))).map((part, index) =>
          index === 0 ? part.trimEnd() : part.trimStart(),
        );
    const [left, right] = [this.variables.text(a ?? ''), this.variables.text(b ?? '')];
    if (left === undefined || right === undefined || `${left}${right}`.includes('$')) return undefined;
    return left === right;
  }
}

function placed(word: KbuildWord, { uri, line }: Place): KbuildWord {
  return { ...word, ...(line && { start: line.start, end: line.end }), ...(uri !== undefined && { uri }) };
}
