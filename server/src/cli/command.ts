import type { ParseArgsConfig } from 'node:util';
import type { Ports } from '../ports/ports.ts';
import type { CliIo } from './cli-io.ts';

export interface OptionHelp {
  readonly type: 'string' | 'boolean';
  readonly multiple?: boolean;
  readonly short?: string;
  /** What stands behind the option in the help, e.g. `DIR`. */
  readonly operand?: string;
  readonly help: string;
}

export interface Arguments {
  readonly operands: readonly string[];
  flag(name: string): boolean;
  value(name: string): string | undefined;
  values(name: string): readonly string[];
}

/** One command of the command line; `main.ts` holds the table. */
export interface Command {
  readonly name: string;
  /** Operands as shown in the usage line. */
  readonly operands: string;
  readonly summary: string;
  readonly options: Readonly<Record<string, OptionHelp>>;
  run(args: Arguments, io: CliIo, ports: Ports, version: string): Promise<number>;
}

export function parseConfig(command: Command): NonNullable<ParseArgsConfig['options']> {
  return Object.fromEntries(
    Object.entries(command.options).map(([name, option]) => [
      name,
      {
        type: option.type,
        ...(option.multiple ? { multiple: true } : {}),
        ...(option.short ? { short: option.short } : {}),
      },
    ]),
  );
}

/** The options that several commands share. */
export const formatOption = {
  format: { type: 'string', operand: 'FORMAT', help: 'text (default), json, sarif or github' },
} as const satisfies Record<string, OptionHelp>;

export const formats = ['text', 'json', 'sarif', 'github'] as const;
export type Format = (typeof formats)[number];
