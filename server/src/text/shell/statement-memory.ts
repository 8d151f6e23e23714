import type { CommandInterest } from './command-interest.ts';
import type { FileWrite, ShellCommand } from './shell-command.ts';
import type { ShellNode } from './shell-node.ts';
import type { KnownFile, ShellFunction, ShellScope, Variable } from './shell-scope.ts';
import type { MapTrace, TracedMap } from './traced-map.ts';
import type { Word, WordPart } from './word.ts';

type Exported = ReadonlyMap<string, readonly WordPart[]>;

/** What running a statement did, and all that it depended on. */
export interface StatementMemory {
  readonly interest: CommandInterest;
  readonly exported: Exported;
  readonly argsBefore: readonly Word[] | undefined;
  readonly argsAfter: readonly Word[] | undefined;
  readonly variables: MapTrace<Variable | null>;
  readonly functions: MapTrace<ShellFunction>;
  readonly files: MapTrace<KnownFile>;
  readonly calls: MapTrace<number>;
  readonly orderBefore: number;
  readonly orderAfter: number;
  readonly steps: number;
  readonly commands: readonly ShellCommand[];
  readonly writes: readonly FileWrite[];
  readonly called: readonly ShellNode[];
  readonly ran: readonly string[];
}

/** Starts taking notes of everything a statement may read or change outside itself. */
export function startNotes(scope: ShellScope, calls: TracedMap<number>): void {
  for (const map of [scope.variables, scope.functions, scope.files, calls]) map.startTrace();
}

/** True when running the statement again would do the same. */
export function stillHolds(
  memory: StatementMemory,
  scope: ShellScope,
  calls: TracedMap<number>,
  interest: CommandInterest,
): boolean {
  return (
    memory.interest === interest &&
    memory.argsBefore === scope.args &&
    scope.variables.agrees(memory.variables) &&
    scope.functions.agrees(memory.functions) &&
    scope.files.agrees(memory.files) &&
    calls.agrees(memory.calls) &&
    sameValues(memory.exported, scope.exported())
  );
}

/** Numbers left free before a statement that had to be moved: the next commands typed before it fit in. */
const orderGap = 1024;

/**
 * The memory with numbers of order that come after `order`. Where they do already, it stays the same object, with the same
 * commands, and others remember those: numbers only tell what runs before what.
 */
export function inOrderAfter(memory: StatementMemory, order: number): StatementMemory {
  if (memory.orderBefore >= order) return memory;
  const shift = order + orderGap - memory.orderBefore;
  const moved = <T extends { readonly order: number }>(item: T): T => ({ ...item, order: item.order + shift });
  return {
    ...memory,
    orderBefore: memory.orderBefore + shift,
    orderAfter: memory.orderAfter + shift,
    commands: memory.commands.map(moved),
    writes: memory.writes.map(moved),
  };
}

/** Does to the scope what the statement did. */
export function repeatChanges(memory: StatementMemory, scope: ShellScope, calls: TracedMap<number>): void {
  for (const [name, variable] of memory.variables.writes) scope.restore(name, variable);
  for (const [name, own] of memory.functions.writes) scope.functions.set(name, own);
  for (const [path, file] of memory.files.writes) scope.files.set(path, file);
  for (const [key, count] of memory.calls.writes) calls.set(key, count);
  scope.args = memory.argsAfter;
}

function sameValues(one: Exported, two: Exported): boolean {
  if (one === two) return true;
  if (one.size !== two.size) return false;
  for (const [name, value] of one) if (two.get(name) !== value) return false;
  return true;
}
