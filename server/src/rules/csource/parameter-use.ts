import { type CNode, childOf } from '../../text/c-node.ts';
import { type CSource, textOf } from '../../text/c-source.ts';

/** Words in a name that say: this is a size, a count or a length, and cannot be negative. */
const amount =
  /(?:^|_)(?:size|sz|len|length|count|cnt|num|nr|mtu|depth|width|height|bytes|bufs|buffers|entries|rings|queues|slots|limit|irqs|ports|channels|chans|lanes|rate|freq|timeout|delay|interval|period|burst|order|pages)(?:_(?:ms|us|ns|s|sec|hz|kb|mb|bytes))?\d*(?:$|_)|(?:size|count|length|bytes)$/i;

export function isAmount(name: string): boolean {
  return amount.test(name);
}

const limiting = /^(?:clamp|clamp_t|clamp_val|min|max|min_t|max_t|min3|max3|min_not_zero|array_index_nospec)$/;
const printing = /^(?:pr_|dev_|netdev_|printk|seq_|s[cn]*printf|trace_|WARN|BUG|module_param|MODULE_)/;

export interface ParameterUse {
  readonly node: CNode;
  /** `size`: of an allocation; `index`: of an array; `arithmetic`: may overflow; `passed`: on to something else. */
  readonly kind: 'size' | 'index' | 'arithmetic' | 'passed';
}

export interface ParameterUses {
  readonly uses: readonly ParameterUse[];
  /** Somewhere the value is compared with a bound or limited. */
  readonly checked: boolean;
  /** Somewhere `< 0` or a negative value has a meaning. */
  readonly negative: boolean;
}

/** How the functions of a file use the variable of a parameter. */
export function usesOfParameter(source: CSource, variable: string): ParameterUses {
  const uses: ParameterUse[] = [];
  let checked = false;
  let negative = false;
  for (const owner of source.functions) {
    for (const { node, parents } of withParents(owner.body)) {
      if (node.type !== 'identifier' || textOf(source, node) !== variable) continue;
      const bound = comparedWith(source, node, parents);
      if (bound !== undefined) {
        checked ||= /^(?:-?\d|0x|[A-Z_][A-Z\d_]*\b|sizeof|ARRAY_SIZE)/.test(bound);
        negative ||=
          /^-|^0\b/.test(bound) && parents.at(-1) !== undefined && /<|==\s*-/.test(operatorOf(source, parents.at(-1)));
      } else if (isLimited(source, parents)) {
        checked = true;
      } else {
        const kind = useKind(source, node, parents);
        if (kind !== undefined) uses.push({ node, kind });
      }
    }
  }
  return { uses, checked, negative };
}

function* withParents(
  root: CNode,
  parents: readonly CNode[] = [],
): Generator<{ node: CNode; parents: readonly CNode[] }> {
  yield { node: root, parents };
  const inside = [...parents, root];
  for (const child of root.children) yield* withParents(child, inside);
}

/** The other side of a comparison that the name is one side of; loops over it compare, but limit nothing. */
function comparedWith(source: CSource, node: CNode, parents: readonly CNode[]): string | undefined {
  const parent = parents.at(-1);
  if (parent?.type !== 'binary_expression' || !/^(?:[<>]=?|[!=]=)$/.test(operatorOf(source, parent))) return undefined;
  const other = parent.children.find((child) => child !== node);
  return other === undefined ? undefined : textOf(source, other);
}

function operatorOf(source: CSource, node: CNode | undefined): string {
  const left = node && childOf(node, 'left');
  const right = node && childOf(node, 'right');
  return left && right ? source.text.slice(left.end, right.start).trim() : '';
}

function isLimited(source: CSource, parents: readonly CNode[]): boolean {
  return parents.some((parent) => {
    const callee = parent.type === 'call_expression' ? childOf(parent, 'function') : undefined;
    return callee !== undefined && limiting.test(textOf(source, callee));
  });
}

function useKind(source: CSource, node: CNode, parents: readonly CNode[]): ParameterUse['kind'] | undefined {
  const callee = calleeOf(source, parents);
  if (callee !== undefined && printing.test(callee)) return undefined;
  if (callee !== undefined && /alloc|kmemdup|memdup_user/.test(callee)) return 'size';
  const parent = parents.at(-1);
  if (parent?.type === 'subscript_expression' && childOf(parent, 'index') === node) return 'index';
  if (parents.some((one) => one.type === 'binary_expression' && /^(?:\*|<<|\/|%|\+|-)$/.test(operatorOf(source, one))))
    return 'arithmetic';
  if (callee !== undefined) return 'passed';
  if (parent?.type === 'assignment_expression' && childOf(parent, 'right') === node) return 'passed';
  if (parent?.type === 'init_declarator' || parent?.type === 'cast_expression') return 'passed';
  return undefined;
}

/** The function that the innermost call around the name calls. */
function calleeOf(source: CSource, parents: readonly CNode[]): string | undefined {
  const call = parents.findLast((parent) => parent.type === 'call_expression');
  const callee = call && childOf(call, 'function');
  return callee && textOf(source, callee);
}

export interface VariableDeclaration {
  /** Of the type words: `int`. */
  readonly typeStart: number;
  readonly typeEnd: number;
  readonly initialValue: string | undefined;
  /** Behind the declaration's semicolon. */
  readonly end: number;
}

/** `static int mtu = 1500;` at the top of the file. */
export function declarationOf(source: CSource, variable: string): VariableDeclaration | undefined {
  const pattern = new RegExp(
    `^(static\\s+)((?:unsigned\\s+|signed\\s+)?(?:int|long|short|char)(?:\\s+int)?)\\s+(?:__\\w+\\s+)?${variable}\\b(?:[^=;]*=\\s*([^;]*))?;`,
    'm',
  );
  const match = pattern.exec(source.text);
  if (!match) return undefined;
  const typeStart = match.index + (match[1] ?? '').length;
  return {
    typeStart,
    typeEnd: typeStart + (match[2] ?? '').length,
    initialValue: match[3]?.trim(),
    end: match.index + match[0].length,
  };
}

/** The function named by module_init, if it is in this file. */
export function initBody(source: CSource): CNode | undefined {
  const name = source.macros.find((macro) => /^module_init$|_initcall$/.test(macro.name))?.argument;
  return source.functions.find((one) => one.name === name)?.body;
}

/** Where statements begin in a body: behind its leading declarations. */
export function firstStatement(body: CNode): number {
  let at = body.start + 1;
  for (const child of body.children) {
    if (child.type !== 'declaration' && child.type !== 'comment') break;
    if (child.type === 'declaration') at = child.end;
  }
  return at;
}
