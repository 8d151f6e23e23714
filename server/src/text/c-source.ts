import type { Parser } from 'web-tree-sitter';
import { type CNode, childOf, parseC } from './c-node.ts';

export interface CFunction {
  readonly name: string;
  readonly nameStart: number;
  readonly nameEnd: number;
  /** Of `__init`; `undefined` when it is not marked. */
  readonly init: { readonly start: number; readonly end: number } | undefined;
  readonly node: CNode;
  readonly body: CNode;
}

/** `module_param(name, type, perm)` and its kin. */
export interface CParameter {
  readonly macro: string;
  /** The variable. */
  readonly variable: string;
  readonly type: string;
  readonly typeStart: number;
  readonly typeEnd: number;
  readonly permissions: string;
  readonly start: number;
  /** Behind the closing parenthesis and semicolon. */
  readonly end: number;
}

/** A macro call at the top of the file: `MODULE_LICENSE("GPL")`. */
export interface CMacro {
  readonly name: string;
  /** As written. */
  readonly argument: string;
  readonly argumentStart: number;
  readonly argumentEnd: number;
  readonly start: number;
  readonly end: number;
}

/** What a file has that belongs to a module; others are not looked at. */
const moduleWords = /\b(?:MODULE_\w+|module_\w+|EXPORT_SYMBOL\w*)\s*\(|\b__init\b/;

/** What the rules need of one C file of a module. The file is parsed when a rule first asks for its syntax. */
export class CSource {
  readonly text: string;
  /** Names of functions marked `__init`, here or in a prototype. */
  readonly initFunctions: ReadonlySet<string>;
  readonly parameters: readonly CParameter[];
  readonly macros: readonly CMacro[];
  readonly #parser: Parser;
  #root: CNode | undefined;
  #functions: readonly CFunction[] | undefined;

  constructor(parser: Parser, text: string) {
    const code = withoutComments(text);
    this.#parser = parser;
    this.text = text;
    this.initFunctions = initFunctionsOf(code);
    this.parameters = parametersOf(code);
    this.macros = macrosOf(code);
  }

  get root(): CNode {
    this.#root ??= parseC(this.#parser, this.text) ?? nothing;
    return this.#root;
  }

  get functions(): readonly CFunction[] {
    this.#functions ??= [...topLevel(this.root)].flatMap((node) =>
      node.type === 'function_definition' ? functionOf(node, this.text) : [],
    );
    return this.#functions;
  }
}

const nothing: CNode = { type: 'translation_unit', field: undefined, start: 0, end: 0, children: [] };

/** `undefined` for a file that has nothing of a module. */
export function readCSource(parser: Parser, text: string): CSource | undefined {
  return moduleWords.test(text) ? new CSource(parser, text) : undefined;
}

/** `__init`, or the section that it stands for: `__attribute__((section(".init.text")))`, `__section(".init.text")`. */
const initMark = String.raw`(?:\b__init\b|\b__attribute__\s*\(\(\s*(?:__)?section(?:__)?\s*\(\s*"\.init\.text"\s*\)\s*\)\)|\b__section\s*\(\s*"?\.init\.text"?\s*\))`;
const initFunction = new RegExp(
  String.raw`${initMark}[\w\s*]*?\b(\w+)\s*\(|\b(\w+)\s*\([^;{}()]*\)\s*${initMark}`,
  'g',
);

function initFunctionsOf(code: string): ReadonlySet<string> {
  const names = new Set<string>();
  for (const match of code.matchAll(initFunction)) names.add(match[1] ?? match[2] ?? '');
  return names;
}

/** Nodes at file level, also inside `#if` and what the parser could not make sense of. */
export function* topLevel(root: CNode): Generator<CNode> {
  for (const child of root.children) {
    if (/^(?:preproc_(?:if|ifdef|else|elif)|ERROR|linkage_specification)$/.test(child.type)) yield* topLevel(child);
    else yield child;
  }
}

function functionOf(node: CNode, text: string): CFunction[] {
  const body = childOf(node, 'body');
  const name = declaredName(node, text);
  if (!body || !name) return [];
  const head = text.slice(node.start, body.start);
  const at = /\b__init\b/.exec(head);
  const init = at ? { start: node.start + at.index, end: node.start + at.index + at[0].length } : undefined;
  return [{ name: text.slice(name.start, name.end), nameStart: name.start, nameEnd: name.end, init, node, body }];
}

/** The identifier that a declaration or definition declares. */
export function declaredName(node: CNode, text: string): CNode | undefined {
  let at: CNode | undefined = childOf(node, 'declarator');
  while (at && at.type !== 'identifier')
    at = childOf(at, 'declarator') ?? at.children.find((child) => /declarator|identifier/.test(child.type));
  return at && text.slice(at.start, at.end).trim() !== '' ? at : undefined;
}

const parameterMacro = /\b(module_param(?:_named|_unsafe|_array|_hw)?|core_param)\s*\(([^;]*?)\)\s*;/g;

function parametersOf(code: string): CParameter[] {
  const found: CParameter[] = [];
  for (const match of code.matchAll(parameterMacro)) {
    const macro = match[1] ?? '';
    const inner = match[2] ?? '';
    const innerStart = match.index + match[0].indexOf('(') + 1;
    const parts = splitArguments(inner, innerStart);
    const named = macro === 'module_param_named' || macro === 'core_param';
    const [variable, type] = named ? [parts[1], parts[2]] : [parts[0], parts[1]];
    if (!variable || !type) continue;
    found.push({
      macro,
      variable: variable.text,
      type: type.text,
      typeStart: type.start,
      typeEnd: type.start + type.text.length,
      permissions: parts.at(-1)?.text ?? '0',
      start: match.index,
      end: match.index + match[0].length,
    });
  }
  return found;
}

function splitArguments(inner: string, start: number): { text: string; start: number }[] {
  let at = start;
  return inner.split(',').map((part) => {
    const own = { text: part.trim(), start: at + part.length - part.trimStart().length };
    at += part.length + 1;
    return own;
  });
}

const macroCall = /^[ \t]*((?:MODULE|EXPORT)_\w+|module_\w+|\w+_initcall)[ \t]*\(([^;]*?)\)[ \t]*;?/gm;

function macrosOf(code: string): CMacro[] {
  return [...code.matchAll(macroCall)].map((match) => {
    const [whole, name = '', written = ''] = match;
    const start = match.index + whole.length - whole.trimStart().length;
    const argumentStart = match.index + whole.indexOf('(') + 1 + written.length - written.trimStart().length;
    const argument = written.trim();
    const end = match.index + whole.length;
    return { name, argument, argumentStart, argumentEnd: argumentStart + argument.length, start, end };
  });
}

/** Comments blanked, offsets kept; texts in quotes stay. */
export function withoutComments(text: string): string {
  return text.replace(/"(?:[^"\\\n]|\\.)*"|'(?:[^'\\\n]|\\.)*'|\/\*[\s\S]*?\*\/|\/\/[^\n]*/g, (part) =>
    part.startsWith('/') ? part.replace(/[^\n]/g, ' ') : part,
  );
}

export function textOf(source: CSource, node: CNode): string {
  return source.text.slice(node.start, node.end);
}
