import { limits } from '../../limits.ts';
import type { ScriptWalk, Surroundings } from './script-walk.ts';
import { childOf, type ShellNode } from './shell-node.ts';
import { type Frame, unknownVariable } from './shell-scope.ts';
import { makeWord, type Word, type WordPart } from './word.ts';
import { expandToOne, expandWord } from './word-expansion.ts';

/** `X=…`, `X+=…`, `X=(…)`. */
export function assign(walk: ScriptWalk, node: ShellNode, frame: Frame, around: Surroundings, exported = false): void {
  const name = childOf(node, 'name');
  const value = childOf(node, 'value');
  if (name === undefined) return;
  const variable = frame.text.slice(name.start, name.end);
  if (name.type === 'subscript') {
    around.scope.set(variable.replace(/\[.*/, ''), unknownVariable);
    return;
  }
  const appends = node.children.some((child) => child.type === '+=');
  const before = around.scope.get(variable);
  if (value?.type === 'array') {
    const elements = value.children
      .filter((child) => child.named)
      .flatMap((child) => expandWord(child, walk.expansion(frame, around))[0] ?? []);
    const all = (appends ? [...(before?.elements ?? []), ...elements] : elements).slice(0, limits.shellListWords);
    around.scope.set(variable, {
      values: all[0] === undefined ? [] : [all[0].parts],
      elements: all,
      open: appends && before === undefined,
      exported,
    });
    return;
  }
  const words = value === undefined ? [emptyWord(frame, node)] : expandToOne(value, walk.expansion(frame, around));
  const values = words.map((word) => word.parts);
  if (appends && before !== undefined) {
    const joined = before.values.flatMap((old) => values.map((added) => joinParts(old, added)));
    around.scope.set(variable, { ...before, values: joined.slice(0, limits.shellAlternatives) });
    return;
  }
  if (values.every((parts) => parts.length > 0 && parts.every((part) => part.text === undefined))) {
    around.scope.set(variable, { ...unknownVariable, exported });
    return;
  }
  around.scope.set(variable, { values, open: false, exported });
}

/** Beyond the cap the value is not known. */
function joinParts(old: readonly WordPart[], added: readonly WordPart[]): readonly WordPart[] {
  const all = [...old, ...added];
  const last = all.at(-1);
  if (all.length <= limits.shellWordParts || last === undefined) return all;
  return [...all.slice(0, limits.shellWordParts - 1), { ...last, text: undefined }];
}

/** `export`, `local`, `declare`, `readonly`. */
export function declaration(walk: ScriptWalk, node: ShellNode, frame: Frame, around: Surroundings): void {
  const exported = /^(export|declare\s+-\w*x|typeset\s+-\w*x)/.test(frame.text.slice(node.start, node.end));
  const local =
    around.locals !== undefined && /^(local|declare|typeset)\b/.test(frame.text.slice(node.start, node.end));
  for (const child of node.children) {
    if (local) keepOuter(child, frame, around);
    if (child.type === 'variable_assignment') assign(walk, child, frame, around, exported);
    else if (child.type === 'variable_name' && exported) around.scope.export(frame.text.slice(child.start, child.end));
  }
}

/** A local variable hides one of the same name until the function ends. */
function keepOuter(node: ShellNode, frame: Frame, { scope, locals }: Surroundings): void {
  const named = node.type === 'variable_assignment' ? childOf(node, 'name') : node;
  if (named?.type !== 'variable_name') return;
  const name = frame.text.slice(named.start, named.end);
  if (locals?.has(name) === false) locals.set(name, scope.get(name));
}

export function unset(node: ShellNode, frame: Frame, around: Surroundings): void {
  for (const child of node.children) {
    if (child.type === 'variable_name') around.scope.forget(frame.text.slice(child.start, child.end));
  }
}

function emptyWord(frame: Frame, node: ShellNode): Word {
  const end = frame.map.span(node.end, node.end);
  return makeWord([{ text: '', ...end, quoted: true }], end.start, end.end);
}
