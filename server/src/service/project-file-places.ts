import { findNodeAtLocation, type Node } from 'jsonc-parser';
import type { TextRange } from '../findings/finding.ts';
import type { Problem } from '../ports/parsed.ts';

/** What is wrong with `vermagic.json` and where; `path` as in JSON (`targets`, `orin-rt`, `sources`). */
export interface ProjectProblem extends Problem {
  readonly range: TextRange;
  readonly path: readonly PropertyKey[];
}

/** Positions in the text of `vermagic.json`, by JSON path. */
export class ProjectPlaces {
  readonly #tree: Node | undefined;
  readonly #lineStarts: number[] = [0];

  constructor(text: string, tree: Node | undefined) {
    this.#tree = tree;
    for (let at = text.indexOf('\n'); at !== -1; at = text.indexOf('\n', at + 1)) this.#lineStarts.push(at + 1);
  }

  problem(path: readonly PropertyKey[], message: string, keys: readonly string[] = []): ProjectProblem {
    const range = this.of(path, keys);
    return { message, range, line: range.start.line, path };
  }

  /** The value at `path`, or the nearest thing around it that is there; with `keys` the key itself. */
  of(path: readonly PropertyKey[], keys: readonly string[] = []): TextRange {
    for (let length = path.length; length >= 0; length--) {
      const node = this.#tree && findNodeAtLocation(this.#tree, path.slice(0, length) as (string | number)[]);
      if (!node) continue;
      const [key] = keys;
      const property = key === undefined ? undefined : keyNode(node, key);
      const found = property ?? node;
      return this.range(found.offset, found.length);
    }
    return this.range(0, 0);
  }

  /** Keys that an object has twice: only the last one counts, so that what stands under the others is lost. */
  repeatedKeys(): ProjectProblem[] {
    const problems: ProjectProblem[] = [];
    const visit = (node: Node, path: readonly PropertyKey[]) => {
      const seen = new Set<unknown>();
      for (const [index, child] of (node.children ?? []).entries()) {
        if (node.type !== 'object') {
          visit(child, [...path, index]);
          continue;
        }
        const [key, value] = child.children ?? [];
        if (key === undefined) continue;
        const at = [...path, String(key.value)];
        if (seen.has(key.value)) {
          const range = this.range(key.offset, key.length);
          const message = `"${key.value}" stands here for the second time; only the last one counts. Merge them into one.`;
          problems.push({ message, range, line: range.start.line, path: at });
        }
        seen.add(key.value);
        if (value) visit(value, at);
      }
    };
    if (this.#tree) visit(this.#tree, []);
    return problems;
  }

  range(offset: number, length: number): TextRange {
    return { start: this.#position(offset), end: this.#position(offset + length) };
  }

  #position(offset: number): { line: number; character: number } {
    let line = this.#lineStarts.findLastIndex((start) => start <= offset);
    line = Math.max(0, line);
    return { line, character: offset - (this.#lineStarts[line] ?? 0) };
  }
}

/** The key of `node` itself, or of a property in it. */
function keyNode(node: Node, key: string): Node | undefined {
  const property = node.parent?.type === 'property' ? node.parent : undefined;
  if (property?.children?.[0]?.value === key) return property.children[0];
  return node.children?.find((child) => child.children?.[0]?.value === key)?.children?.[0];
}
