import type { Parser, TreeCursor } from 'web-tree-sitter';

/** A named node of a C syntax tree, copied out of the parser. Offsets are UTF-16, end exclusive. */
export interface CNode {
  readonly type: string;
  /** The field that it fills in its parent. */
  readonly field: string | undefined;
  readonly start: number;
  readonly end: number;
  readonly children: readonly CNode[];
}

/**
 * Words that the kernel's headers define away and that stand where C's grammar expects none: annotations of
 * functions, variables and pointers.
 */
const annotations =
  /\b(?:__(?:init|exit|initdata|initconst|exitdata|ref|refdata|refconst|net_init|net_exit|meminit|devinit|devexit|cpuinit|user|kernel|iomem|percpu|rcu|force|bitwise|must_check|maybe_unused|always_unused|always_inline|always_used|used|cold|hot|weak|pure|visible|private|read_mostly|ro_after_init|cacheline_aligned|sched|kprobes|noreturn|packed|latent_entropy|no_sanitize_address|printf|aligned|cacheline_aligned_in_smp|must_hold|acquires|releases)|____cacheline_aligned(?:_in_smp)?|asmlinkage|noinline(?:_for_stack)?|notrace|noinstr|fallthrough)\b(?:\([\w\s,()]*?\))?(?=[\s*;=,){])/g;

/** The text with the kernel's annotations blanked: what is left is C, at the same offsets. */
export function withoutAnnotations(text: string): string {
  return text.replace(annotations, (word) => (word === 'fallthrough' ? word : ' '.repeat(word.length)));
}

/** Parses a source file; ERROR nodes stand among the children like any other. `undefined`: the parser gave up. */
export function parseC(parser: Parser, text: string): CNode | undefined {
  const tree = parser.parse(withoutAnnotations(text));
  if (tree === null) return undefined;
  const cursor = tree.walk();
  try {
    return copy(cursor, 0);
  } finally {
    cursor.delete();
    tree.delete();
  }
}

/** Deeper nesting than people write is left out. */
const deepest = 400;

function copy(cursor: TreeCursor, depth: number): CNode {
  const children: CNode[] = [];
  const node: CNode = {
    type: cursor.nodeType,
    field: cursor.currentFieldName ?? undefined,
    start: cursor.startIndex,
    end: cursor.endIndex,
    children,
  };
  if (depth < deepest && cursor.gotoFirstChild()) {
    do {
      if (cursor.nodeIsNamed) children.push(copy(cursor, depth + 1));
    } while (cursor.gotoNextSibling());
    cursor.gotoParent();
  }
  return node;
}

export function childOf(node: CNode, field: string): CNode | undefined {
  return node.children.find((child) => child.field === field);
}

/** Every node below, the node itself first. */
export function* descendants(node: CNode): Generator<CNode> {
  yield node;
  for (const child of node.children) yield* descendants(child);
}
