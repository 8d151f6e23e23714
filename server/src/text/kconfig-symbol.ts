import type { KconfigExpression } from './kconfig-expression.ts';
import type { KconfigType } from './kconfig-file.ts';

/** Where a symbol is defined: a file of the tree, by its path from the tree's root, and a 0-based line. */
export interface KconfigPlace {
  readonly path: string;
  readonly line: number;
}

export interface KconfigDefinition extends KconfigPlace {
  /** Offsets of the help text in that file; `undefined` when there is none. */
  readonly help: { readonly start: number; readonly end: number } | undefined;
  readonly prompt: string | undefined;
  /** Titles of the menus around it, outermost first. */
  readonly menus: readonly string[];
  /** Own `depends on` and those of the blocks around it. */
  readonly depends: KconfigExpression | undefined;
}

/** A value that holds when its condition does. `undefined` condition: always. */
export interface Conditional<T> {
  readonly value: T;
  readonly condition: KconfigExpression | undefined;
}

/** A symbol with every definition of it in the tree joined, as Kconfig joins them. */
export interface KconfigSymbol {
  /** Without `CONFIG_`; a choice without a name has a made-up one starting with `<`. */
  readonly name: string;
  type: KconfigType | undefined;
  /** What must hold for it to be more than a select can make it. One a definition; any of them suffices. */
  readonly definitions: KconfigDefinition[];
  /** Visibility of each prompt. */
  readonly prompts: Conditional<string>[];
  readonly defaults: Conditional<KconfigExpression>[];
  readonly ranges: Conditional<readonly [KconfigExpression, KconfigExpression]>[];
  /** Symbols that select (imply) this one. */
  readonly selectedBy: Conditional<string>[];
  readonly impliedBy: Conditional<string>[];
  /** What this one selects and implies. */
  readonly selects: Conditional<string>[];
  readonly implies: Conditional<string>[];
  /** The choice it is a value of. */
  choice: KconfigSymbol | undefined;
  /** For a choice: its values in order. */
  readonly values: KconfigSymbol[];
  readonly isChoice: boolean;
  optional: boolean;
}

export function newSymbol(name: string, isChoice = false): KconfigSymbol {
  return {
    name,
    type: undefined,
    definitions: [],
    prompts: [],
    defaults: [],
    ranges: [],
    selectedBy: [],
    impliedBy: [],
    selects: [],
    implies: [],
    choice: undefined,
    values: [],
    isChoice,
    optional: false,
  };
}
