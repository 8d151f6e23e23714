import { type CNode, childOf, descendants } from '../../text/c-node.ts';
import { type CFunction, type CSource, declaredName, textOf, topLevel } from '../../text/c-source.ts';
import type { Found, FoundFix } from '../text-rule.ts';
import type { CSourceRule } from './csource-facts.ts';
import {
  argumentsOf,
  calledName,
  keepers,
  type Setter,
  type Store,
  settersOf,
  storeOf,
  withoutAddress,
} from './keeping-functions.ts';

export const initPointerEscape: CSourceRule = {
  *check({ source }) {
    if (!someAddressIsTaken(source)) return;
    for (const node of topLevel(source.root)) {
      if (node.type === 'declaration') yield* inObject(source, node, true);
    }
    const setters = settersOf(source);
    for (const owner of source.functions) yield* inFunction(source, owner, setters);
  },
};

/** Whether the name of an __init function stands anywhere without being called, defined or handed to an initcall macro. */
function someAddressIsTaken({ text, initFunctions, macros }: CSource): boolean {
  const entries = new Set(macros.map((macro) => macro.argument));
  return [...initFunctions].some((name) => {
    const uses = text.match(new RegExp(`\\b${name}\\b(?!\\s*\\()`, 'g'))?.length ?? 0;
    return uses > (entries.has(name) ? 1 : 0);
  });
}

/** `static struct x y = { .open = init_open }`. Objects that are freed with init, or say so, are left alone. */
function* inObject(source: CSource, declaration: CNode, isGlobal: boolean): Iterable<Found> {
  if (!isGlobal && !/^\s*(?:const\s+)?static\b/.test(textOf(source, declaration))) return;
  if (isFreedWithInit(source, declaration)) return;
  const name = declaredName(declaration, source.text);
  for (const node of descendants(declaration)) {
    if (node.type !== 'initializer_list' && node.type !== 'initializer_pair' && node.type !== 'init_declarator')
      continue;
    for (const value of node.type === 'initializer_list' ? node.children : [childOf(node, 'value')]) {
      const taken = value && takenFunction(source, value, undefined);
      if (value && taken) {
        const field = node.type === 'initializer_pair' ? childOf(node, 'designator') : undefined;
        const place = `${name ? textOf(source, name) : 'an object'}${field ? textOf(source, field) : ''}`;
        yield found(source, value, taken, `is stored in ${place}, which stays`);
      }
    }
  }
}

function isFreedWithInit(source: CSource, declaration: CNode): boolean {
  const head = textOf(source, declaration).split('{', 1)[0] ?? '';
  return /\b__(?:initdata|initconst|refdata|ref|refconst|net_initdata)\b/.test(head);
}

function* inFunction(
  source: CSource,
  owner: CFunction,
  setters: ReadonlyMap<string, readonly Setter[]>,
): Iterable<Found> {
  const locals = localNames(source, owner);
  /** Locals, and fields of locals, that hold the address of an __init function. */
  const holding = new Map<string, string>();
  for (const node of descendants(owner.body)) {
    if (node.type === 'declaration') {
      yield* inObject(source, node, false);
      remember(source, node, holding);
      continue;
    }
    const store = storeOf(source, node);
    if (store !== undefined) yield* inStore(source, store, locals, holding);
    else if (node.type === 'call_expression') yield* inCall(source, node, locals, holding, setters);
  }
}

function* inStore(
  source: CSource,
  { target, value }: Store,
  locals: ReadonlySet<string>,
  holding: Map<string, string>,
): Iterable<Found> {
  const written = textOf(source, target);
  if (outlives(source, target, locals)) {
    for (const { node, name } of takenIn(source, value, holding)) {
      yield found(source, node, name, `is stored in ${written}, which stays`);
    }
    return;
  }
  for (const key of [...holding.keys()]) if (key === written || key.startsWith(`${written}.`)) holding.delete(key);
  for (const { name, field } of takenIn(source, value, holding)) holding.set(`${written}${field}`, name);
}

function* inCall(
  source: CSource,
  call: CNode,
  locals: ReadonlySet<string>,
  holding: ReadonlyMap<string, string>,
  setters: ReadonlyMap<string, readonly Setter[]>,
): Iterable<Found> {
  const name = calledName(source, call);
  const given = argumentsOf(call);
  for (const place of keepers.get(name) ?? []) {
    const argument = given[place];
    const taken = argument && takenFunction(source, argument, holding);
    if (argument && taken) yield found(source, argument, taken, `is handed to ${name}(), which calls it later`);
  }
  for (const setter of setters.get(name) ?? []) {
    const argument = given[setter.value];
    const into = setter.owner === undefined ? undefined : given[setter.owner];
    const taken = argument && takenFunction(source, argument, holding);
    if (!argument || !taken || (into && !isElsewhere(source, into, locals))) continue;
    yield found(source, argument, taken, `is handed to ${name}(), which stores it in ${setter.target}`);
  }
  if (/^mem(?:cpy|move)$/.test(name)) {
    const [into, from] = given;
    if (!into || !from || !isElsewhere(source, into, locals)) return;
    for (const { name: taken } of takenIn(source, withoutAddress(source, from), holding)) {
      yield found(source, from, taken, `is copied to ${textOf(source, into)}, which stays`);
    }
  }
}

/** A pointer that leads somewhere else than to a local. */
function isElsewhere(source: CSource, pointer: CNode, locals: ReadonlySet<string>): boolean {
  const inner = pointer.type === 'cast_expression' ? childOf(pointer, 'value') : undefined;
  if (inner) return isElsewhere(source, inner, locals);
  if (pointer.type === 'identifier') return !locals.has(`${textOf(source, pointer)}[]`);
  return outlives(source, withoutAddress(source, pointer), locals);
}

function localNames(source: CSource, owner: CFunction): ReadonlySet<string> {
  const names = new Set<string>();
  for (const node of descendants(owner.body)) {
    if (node.type !== 'declaration' || /^\s*(?:const\s+)?static\b/.test(textOf(source, node))) continue;
    for (const child of node.children) {
      if (child.field !== 'declarator') continue;
      const name = declaredName({ ...node, children: [child] }, source.text);
      if (!name) continue;
      names.add(textOf(source, name));
      // An array is its own place, a pointer leads to another.
      if ([...descendants(child)].some((part) => part.type === 'array_declarator'))
        names.add(`${textOf(source, name)}[]`);
    }
  }
  return names;
}

/** `int (*cb)(void) = init_fn;`, `struct x init = { .open = init_open };` */
function remember(source: CSource, declaration: CNode, holding: Map<string, string>): void {
  for (const child of declaration.children) {
    const value = child.type === 'init_declarator' ? childOf(child, 'value') : undefined;
    const local = declaredName({ ...declaration, children: [child] }, source.text);
    if (!value || !local) continue;
    for (const { name, field } of takenIn(source, value, holding))
      holding.set(`${textOf(source, local)}${field}`, name);
  }
}

/** Something other than a local, or a field of a local that is no pointer. */
function outlives(source: CSource, left: CNode, locals: ReadonlySet<string>): boolean {
  const written = textOf(source, left);
  if (written.includes('->') || left.type === 'pointer_expression') return true;
  const root = /^[A-Za-z_]\w*/.exec(written)?.[0];
  if (root === undefined || locals.has(root)) return false;
  // An object of this file that is freed with init may point into init.
  return ![...topLevel(source.root)].some(
    (node) =>
      node.type === 'declaration' &&
      isFreedWithInit(source, node) &&
      new RegExp(`\\b${root}\\b`).test(textOf(source, node)),
  );
}

/** An address within a value, and the field of the value that it stands in. */
interface Taken {
  readonly node: CNode;
  readonly name: string;
  readonly field: string;
}

/** The __init functions whose addresses are in a value: an expression, or an object with fields. */
function takenIn(source: CSource, node: CNode, holding: ReadonlyMap<string, string>): readonly Taken[] {
  if (node.type === 'compound_literal_expression') {
    const list = childOf(node, 'value');
    return list ? takenIn(source, list, holding) : [];
  }
  if (node.type === 'initializer_list') {
    return node.children.flatMap((child, index) => {
      const pair = child.type === 'initializer_pair';
      const designator = pair ? childOf(child, 'designator') : undefined;
      const value = pair ? childOf(child, 'value') : child;
      const field = designator === undefined ? `.${index}` : textOf(source, designator);
      return (value ? takenIn(source, value, holding) : []).map((one) => ({ ...one, field: `${field}${one.field}` }));
    });
  }
  const name = takenFunction(source, node, holding);
  if (name !== undefined) return [{ node, name, field: '' }];
  // A local with fields is copied as a whole.
  const prefix = node.type === 'identifier' ? `${textOf(source, node)}.` : undefined;
  return [...holding].flatMap(([key, held]) =>
    prefix !== undefined && key.startsWith(prefix) ? [{ node, name: held, field: key.slice(prefix.length - 1) }] : [],
  );
}

/** The __init function whose address an expression is. */
function takenFunction(
  source: CSource,
  node: CNode,
  holding: ReadonlyMap<string, string> | undefined,
): string | undefined {
  if (node.type === 'cast_expression') {
    const value = childOf(node, 'value');
    return value && takenFunction(source, value, holding);
  }
  if (node.type === 'conditional_expression') {
    const ways = [childOf(node, 'consequence'), childOf(node, 'alternative')];
    return ways.map((way) => way && takenFunction(source, way, holding)).find((name) => name !== undefined);
  }
  if (node.type === 'parenthesized_expression' || node.type === 'pointer_expression') {
    const inner = node.children[0];
    return inner && takenFunction(source, inner, holding);
  }
  if (node.type === 'field_expression') return holding?.get(textOf(source, node));
  if (node.type !== 'identifier') return undefined;
  const name = textOf(source, node);
  return source.initFunctions.has(name) ? name : holding?.get(name);
}

function found(source: CSource, node: CNode, name: string, what: string): Found {
  const definition = source.functions.find((one) => one.name === name);
  const fixes = dropInit(source, name);
  const [is, way] =
    fixes.length > 0
      ? ['is __init', `Drop __init from ${name}()`]
      : ['lies in .init.text', 'Take it out of that section'];
  return {
    rule: 'init-pointer-escape',
    start: node.start,
    end: node.end,
    message: `${name}() ${is}: its memory is freed when the module's init function has returned, but its address ${what}. A call after that runs whatever lies there by then. ${way}, or store a function that stays.`,
    symbol: name,
    ...(definition && {
      related: [{ start: definition.nameStart, end: definition.nameEnd, message: `${name}() is defined here` }],
    }),
    fixes,
  };
}

/** Takes `__init` from the definition and from every prototype. */
function dropInit(source: CSource, name: string): FoundFix[] {
  const inFront = new RegExp(`^__init\\b[^;{}()=]*\\b${name}\\s*\\(`);
  const behind = new RegExp(`\\b${name}\\s*\\([^;{}]*\\)\\s*$`);
  const edits = [...source.text.matchAll(/\b__init\b[ \t]*/g)].flatMap((match) => {
    const start = match.index;
    const end = start + match[0].length;
    if (inFront.test(source.text.slice(start))) return [{ start, end, newText: '' }];
    const line = source.text.slice(source.text.lastIndexOf('\n', start) + 1, start);
    return behind.test(line) ? [{ start: start - (line.length - line.trimEnd().length), end, newText: '' }] : [];
  });
  return edits.length === 0 ? [] : [{ title: `Drop __init from ${name}()`, edits, preferred: true }];
}
