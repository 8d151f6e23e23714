import { type CNode, childOf, descendants } from '../../text/c-node.ts';
import { type CFunction, type CSource, declaredName, textOf, topLevel } from '../../text/c-source.ts';
import type { Found, FoundFix } from '../text-rule.ts';
import type { CSourceRule } from './csource-facts.ts';

/** Functions that keep a callback until later, and the place of the callback among their arguments. */
const keepers: ReadonlyMap<string, readonly number[]> = new Map([
  ['INIT_WORK', [1]],
  ['INIT_DELAYED_WORK', [1]],
  ['INIT_RCU_WORK', [1]],
  ['timer_setup', [1]],
  ['setup_timer', [1]],
  ['hrtimer_setup', [1]],
  ['tasklet_init', [1]],
  ['tasklet_setup', [1]],
  ['kthread_run', [0]],
  ['kthread_create', [0]],
  ['kthread_init_work', [1]],
  ['request_irq', [1]],
  ['request_any_context_irq', [1]],
  ['request_threaded_irq', [1, 2]],
  ['devm_request_irq', [2]],
  ['devm_request_threaded_irq', [2, 3]],
  ['devm_add_action', [1]],
  ['devm_add_action_or_reset', [1]],
  ['call_rcu', [1]],
  ['irq_set_chained_handler', [1]],
  ['irq_set_chained_handler_and_data', [1]],
  ['acpi_install_notify_handler', [2]],
  ['register_sysctl', []],
]);

export const initPointerEscape: CSourceRule = {
  *check({ source }) {
    if (!someAddressIsTaken(source)) return;
    for (const node of topLevel(source.root)) {
      if (node.type === 'declaration') yield* inObject(source, node, true);
    }
    for (const owner of source.functions) yield* inFunction(source, owner);
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

function* inFunction(source: CSource, owner: CFunction): Iterable<Found> {
  const locals = localNames(source, owner);
  /** Locals that hold the address of an __init function. */
  const holding = new Map<string, string>();
  for (const node of descendants(owner.body)) {
    if (node.type === 'declaration') {
      yield* inObject(source, node, false);
      remember(source, node, holding);
    } else if (node.type === 'assignment_expression') {
      const left = childOf(node, 'left');
      const right = childOf(node, 'right');
      const taken = right && takenFunction(source, right, holding);
      if (!left || !right || !taken) continue;
      if (left.type === 'identifier' && locals.has(textOf(source, left))) holding.set(textOf(source, left), taken);
      else if (outlives(source, left, locals))
        yield found(source, right, taken, `is stored in ${textOf(source, left)}, which stays`);
    } else if (node.type === 'call_expression') {
      yield* inCall(source, node, holding);
    }
  }
}

function* inCall(source: CSource, call: CNode, holding: ReadonlyMap<string, string>): Iterable<Found> {
  const callee = childOf(call, 'function');
  const name = callee === undefined ? '' : textOf(source, callee);
  const places = keepers.get(name);
  const given = childOf(call, 'arguments')?.children.filter((child) => child.type !== 'comment') ?? [];
  for (const place of places ?? []) {
    const argument = given[place];
    const taken = argument && takenFunction(source, argument, holding);
    if (argument && taken) yield found(source, argument, taken, `is handed to ${name}(), which calls it later`);
  }
}

function localNames(source: CSource, owner: CFunction): ReadonlySet<string> {
  const names = new Set<string>();
  for (const node of descendants(owner.body)) {
    if (node.type !== 'declaration' || /^\s*(?:const\s+)?static\b/.test(textOf(source, node))) continue;
    for (const child of node.children) {
      if (child.field !== 'declarator') continue;
      const name = declaredName({ ...node, children: [child] }, source.text);
      if (name) names.add(textOf(source, name));
    }
  }
  return names;
}

/** `int (*cb)(void) = init_fn;` */
function remember(source: CSource, declaration: CNode, holding: Map<string, string>): void {
  for (const child of declaration.children) {
    const value = child.type === 'init_declarator' ? childOf(child, 'value') : undefined;
    const taken = value && takenFunction(source, value, holding);
    const name = declaredName({ ...declaration, children: [child] }, source.text);
    if (taken && name) holding.set(textOf(source, name), taken);
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
  if (node.type === 'parenthesized_expression' || node.type === 'pointer_expression') {
    const inner = node.children[0];
    return inner && takenFunction(source, inner, holding);
  }
  if (node.type !== 'identifier') return undefined;
  const name = textOf(source, node);
  return source.initFunctions.has(name) ? name : holding?.get(name);
}

function found(source: CSource, node: CNode, name: string, what: string): Found {
  const definition = source.functions.find((one) => one.name === name);
  return {
    rule: 'init-pointer-escape',
    start: node.start,
    end: node.end,
    message: `${name}() is __init: its memory is freed when the module's init function has returned, but its address ${what}. A call after that runs whatever lies there by then. Drop __init from ${name}(), or store a function that stays.`,
    symbol: name,
    ...(definition && {
      related: [{ start: definition.nameStart, end: definition.nameEnd, message: `${name}() is defined here` }],
    }),
    fixes: dropInit(source, name),
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
