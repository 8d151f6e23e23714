import { type CNode, childOf, descendants } from '../../text/c-node.ts';
import { type CFunction, type CSource, declaredName, textOf } from '../../text/c-source.ts';

/** Functions that keep a callback until later, and the place of the callback among their arguments. */
export const keepers: ReadonlyMap<string, readonly number[]> = new Map([
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

/** Macros that store a value: the place of the target and of the value. The target of some is given as its address. */
const stores: ReadonlyMap<string, readonly [target: number, value: number]> = new Map([
  ['WRITE_ONCE', [0, 1]],
  ['rcu_assign_pointer', [0, 1]],
  ['RCU_INIT_POINTER', [0, 1]],
  ['smp_store_release', [0, 1]],
  ['smp_store_mb', [0, 1]],
  ['xchg', [0, 1]],
  ['cmpxchg', [0, 2]],
]);

/** What an assignment, or a macro like one, puts where. */
export interface Store {
  readonly target: CNode;
  readonly value: CNode;
}

export function storeOf(source: CSource, node: CNode): Store | undefined {
  if (node.type === 'assignment_expression') {
    const [target, value] = [childOf(node, 'left'), childOf(node, 'right')];
    return target && value && { target, value };
  }
  const places = node.type === 'call_expression' ? stores.get(calledName(source, node)) : undefined;
  if (places === undefined) return undefined;
  const given = argumentsOf(node);
  const [target, value] = [given[places[0]], given[places[1]]];
  return target && value && { target: withoutAddress(source, target), value };
}

/** `&x` → `x` */
export function withoutAddress(source: CSource, node: CNode): CNode {
  const inner = node.children[0];
  return node.type === 'pointer_expression' && textOf(source, node).startsWith('&') && inner ? inner : node;
}

export function calledName(source: CSource, call: CNode): string {
  const callee = childOf(call, 'function');
  return callee === undefined ? '' : textOf(source, callee);
}

export function argumentsOf(call: CNode): readonly CNode[] {
  return childOf(call, 'arguments')?.children.filter((child) => child.type !== 'comment') ?? [];
}

/** A function of this file that stores an argument: `static void set(struct x *x, fn_t f) { x->f = f; }`. */
export interface Setter {
  /** The place of the value among the arguments. */
  readonly value: number;
  /** The place of what it is stored in; `undefined` when that is an object of the file. */
  readonly owner: number | undefined;
  readonly target: string;
}

/** The static functions that simply store an argument of theirs in what outlives the call. */
export function settersOf(source: CSource): ReadonlyMap<string, readonly Setter[]> {
  const found = new Map<string, readonly Setter[]>();
  for (const one of source.functions) {
    const head = source.text.slice(one.node.start, one.nameStart);
    if (!/\bstatic\b/.test(head) || one.init !== undefined) continue;
    const setters = settersIn(source, one);
    if (setters.length > 0) found.set(one.name, setters);
  }
  return found;
}

function settersIn(source: CSource, owner: CFunction): readonly Setter[] {
  const names = parameterNames(source, owner);
  const setters: Setter[] = [];
  for (const node of descendants(owner.body)) {
    const store = storeOf(source, node);
    if (store?.value.type !== 'identifier') continue;
    const target = textOf(source, store.target);
    const value = names.indexOf(textOf(source, store.value));
    const root = names.indexOf(/^\**\(?\**([A-Za-z_]\w*)/.exec(target)?.[1] ?? '');
    if (value >= 0 && root >= 0 && target.includes('->')) setters.push({ value, owner: root, target });
  }
  return setters;
}

function parameterNames(source: CSource, { node, body }: CFunction): readonly (string | undefined)[] {
  for (const part of descendants(node)) {
    if (part === body) break;
    if (part.type !== 'parameter_list') continue;
    return part.children
      .filter((child) => child.type === 'parameter_declaration')
      .map((child) => {
        const name = declaredName(child, source.text);
        return name && textOf(source, name);
      });
  }
  return [];
}
