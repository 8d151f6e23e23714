import { limits } from '../../limits.ts';
import type { ScriptWalk, Surroundings } from './script-walk.ts';
import { childOf, type ShellNode } from './shell-node.ts';
import type { Frame, Variable } from './shell-scope.ts';
import { makeWord, type WordPart } from './word.ts';
import { expandToOne, expandWord } from './word-expansion.ts';
import { workingFolder } from './working-folder.ts';

export function branch(walk: ScriptWalk, nodes: readonly ShellNode[], frame: Frame, around: Surroundings): void {
  const scope = around.scope.fork();
  walk.all(nodes, frame, { ...around, scope, conditional: true });
  around.scope.join(scope);
}

export function list(walk: ScriptWalk, node: ShellNode, frame: Frame, around: Surroundings): void {
  const [first, ...rest] = node.children;
  if (first !== undefined) walk.statement(first, frame, around);
  const last = rest.filter((child) => child.named);
  // `a || b`: what b sets may or may not be set; `a && b` is the usual way to go on.
  if (rest.some((child) => child.type === '||')) branch(walk, last, frame, around);
  else if (first?.type === 'test_command' || first?.type === 'negated_command') branch(walk, last, frame, around);
  else walk.all(last, frame, around);
}

export function ifStatement(walk: ScriptWalk, node: ShellNode, frame: Frame, around: Surroundings): void {
  const isElse = (child: ShellNode): boolean => child.type === 'elif_clause' || child.type === 'else_clause';
  const own = node.children.filter((child) => !isElse(child));
  const conditions = own.filter((child) => child.field === 'condition');
  walk.all(conditions, frame, around);
  const taken = around.scope.fork();
  const body = own.filter((child) => child.field !== 'condition');
  walk.all(body, frame, { ...around, scope: taken, conditional: true });
  const clauses = node.children.filter(isElse);
  const branches = clauses.map((clause) => {
    const scope = around.scope.fork();
    walk.all(clause.children, frame, { ...around, scope, conditional: true });
    return scope;
  });
  const complete = clauses.some((clause) => clause.type === 'else_clause');
  around.scope.merge([taken, ...branches, ...(complete ? [] : [around.scope.fork()])]);
}

export function caseStatement(walk: ScriptWalk, node: ShellNode, frame: Frame, around: Surroundings): void {
  const value = childOf(node, 'value');
  if (value?.substitutes === true) walk.substitutions(value, frame, around);
  const branches = [around.scope.fork()];
  for (const item of node.children) {
    if (item.type !== 'case_item') continue;
    const scope = around.scope.fork();
    const body = item.children.filter((child) => child.field !== 'value');
    walk.all(body, frame, { ...around, scope, conditional: true });
    branches.push(scope);
  }
  around.scope.merge(branches);
}

export function forStatement(walk: ScriptWalk, node: ShellNode, frame: Frame, around: Surroundings): void {
  const name = childOf(node, 'variable');
  const body = childOf(node, 'body');
  if (name === undefined || body === undefined) return;
  const values: (readonly WordPart[])[] = [];
  let open = false;
  for (const value of node.children.filter((child) => child.field === 'value')) {
    for (const words of expandWord(value, walk.expansion(frame, around))) {
      for (const word of words) {
        if (word.parts.every((part) => part.text === undefined)) open = true;
        else if (values.length < limits.shellAlternatives) values.push(word.parts);
      }
    }
  }
  const scope = around.scope.fork();
  const variable = frame.text.slice(name.start, name.end);
  const list: Variable = { values, open, exported: false };
  scope.set(variable, list);
  walk.statement(body, frame, { ...around, scope, conditional: true });
  // A list that has words runs the loop: what the variable was before counts no more.
  if (values.length > 0 && !open) around.scope.set(variable, list);
  around.scope.join(scope);
}

export function defineFunction(node: ShellNode, frame: Frame, around: Surroundings): void {
  const name = childOf(node, 'name');
  const body = childOf(node, 'body');
  if (name === undefined || body === undefined) return;
  around.scope.functions.set(frame.text.slice(name.start, name.end), { body, frame });
}

/** `[ … ]` and `[[ … ]]` as a command named `[`, its words in order. */
export function testCommand(walk: ScriptWalk, node: ShellNode, frame: Frame, around: Surroundings): void {
  if (!walk.interest.wants('[', frame.text.slice(node.start, node.end))) {
    if (node.substitutes) walk.substitutions(node, frame, around);
    return;
  }
  const span = frame.map.span(node.start, node.end);
  const argv = [makeWord([{ text: '[', ...span, quoted: true }], span.start, span.end)];
  const visit = (child: ShellNode): void => {
    if (/expression|^test_command$/.test(child.type)) child.children.forEach(visit);
    else if (child.named) argv.push(...expandToOne(child, walk.expansion(frame, around)).slice(0, 1));
  };
  node.children.forEach(visit);
  const { place, upstream, conditional, inString } = around;
  walk.emit({
    name: '[',
    argv,
    ...span,
    whole: span,
    wrapper: '[',
    environment: new Map(),
    place,
    folder: workingFolder(around.scope, place),
    upstream,
    conditional,
    inString,
  });
}
