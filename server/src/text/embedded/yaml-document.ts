import { type Document, isAlias, isMap, isScalar, isSeq, type Node, parseDocument, type YAMLMap } from 'yaml';
import { limits } from '../../limits.ts';
import { makeWord, type Word, type WordPart } from '../shell/word.ts';
import { exactPieces, type MappedText, MappedTextBuilder } from '../source-map.ts';
import { nodeSpan, scalarText } from './yaml-scalar.ts';

/** A YAML file with what the extractors need of it. Faulty files are read as far as they can be. */
export class YamlHost {
  readonly host: MappedText;
  readonly #document: Document;

  constructor(host: MappedText) {
    this.host = host;
    this.#document = parseDocument(host.text.slice(0, limits.scriptCharacters), {
      logLevel: 'silent',
      strict: false,
      uniqueKeys: false,
      merge: true,
    });
  }

  get root(): unknown {
    return this.#document.contents;
  }

  /** The node itself, or what an alias stands for. */
  resolve(node: unknown): unknown {
    if (!isAlias(node)) return node;
    return node.resolve(this.#document as unknown as Parameters<typeof node.resolve>[0]);
  }

  get(node: unknown, key: string): unknown {
    const map = this.resolve(node);
    if (!isMap(map)) return undefined;
    return this.resolve(pairOf(map, key)?.value);
  }

  /** The key's own node, for a place to point at. */
  key(node: unknown, key: string): Node | undefined {
    const map = this.resolve(node);
    const found = isMap(map) ? pairOf(map, key)?.key : undefined;
    return isScalar(found) ? found : undefined;
  }

  entries(node: unknown): readonly (readonly [string, unknown])[] {
    const map = this.resolve(node);
    if (!isMap(map)) return [];
    return map.items.map(
      (item) => [isScalar(item.key) ? String(item.key.value) : '', this.resolve(item.value)] as const,
    );
  }

  items(node: unknown): readonly unknown[] {
    const list = this.resolve(node);
    return isSeq(list) ? list.items.map((item) => this.resolve(item)) : [];
  }

  text(node: unknown): MappedText | undefined {
    return scalarText(this.resolve(node), this.host);
  }

  /** What GitLab's `!reference [job, key, …]` stands for; `undefined` for any other node. */
  referenced(node: unknown): unknown {
    if (!isSeq(node) || node.tag !== '!reference') return undefined;
    let target: unknown = this.root;
    for (const item of node.items) target = this.get(target, this.text(item)?.text ?? '');
    return target ?? null;
  }

  isList(node: unknown): boolean {
    return isSeq(this.resolve(node));
  }

  /** A scalar as one word of a command; numbers and truth values as they are written. */
  word(node: unknown): Word | undefined {
    const scalar = this.resolve(node);
    if (!isScalar(scalar)) return undefined;
    const span = nodeSpan(scalar, this.host);
    const text =
      this.text(scalar) ?? new MappedTextBuilder().append(String(scalar.value), span.start, span.end).build();
    return { ...makeWord(wordParts(text), span.start, span.end), listItem: true };
  }

  /** A map of names and values, as a host sets them for its scripts. */
  variables(node: unknown): Map<string, MappedText> {
    const found = new Map<string, MappedText>();
    for (const [name, value] of this.entries(node)) {
      const text = this.text(value);
      if (text !== undefined && !text.text.includes('${{') && !text.text.includes('$')) found.set(name, text);
    }
    return found;
  }
}

function pairOf(map: YAMLMap, key: string): YAMLMap['items'][number] | undefined {
  return map.items.find((item) => isScalar(item.key) && item.key.value === key);
}

/** A mapped text as the parts of a word. */
export function wordParts(text: MappedText): readonly WordPart[] {
  return exactPieces(text).map((piece) => ({ ...piece, quoted: true }));
}
