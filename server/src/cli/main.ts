import { parseArgs } from 'node:util';
import type { Ports } from '../ports/ports.ts';
import { type CliIo, exitStatus, UsageError } from './cli-io.ts';
import { type Arguments, type Command, parseConfig } from './command.ts';

/** A command by name; what it needs is brought in when it is called, so that no command pays for another. */
export interface CommandEntry {
  readonly name: string;
  readonly summary: string;
  load(): Promise<Command>;
}

export const commands: readonly CommandEntry[] = [
  {
    name: 'check',
    summary: 'Says whether each module would load on each target, as the kernel would decide it.',
    load: async () => (await import('./check-command.ts')).checkCommand,
  },
  {
    name: 'scan',
    summary: 'Looks at all modules of a root file system, build tree or running machine as one.',
    load: async () => (await import('./scan-command.ts')).scanCommand,
  },
  {
    name: 'preflight',
    summary: 'Runs every gate that the project asks for and says whether to flash.',
    load: async () => (await import('./preflight-command.ts')).preflightCommand,
  },
  {
    name: 'merge',
    summary: 'Puts the JSON or SARIF reports of several scans together.',
    load: async () => (await import('./merge-command.ts')).mergeCommand,
  },
  {
    name: 'lint',
    summary: 'Checks scripts, Dockerfiles, workflows, units, .config, Kbuild files, C sources and logs.',
    load: async () => (await import('./lint-command.ts')).lintCommand,
  },
  {
    name: 'inspect',
    summary: 'Shows all that a module says of itself.',
    load: async () => (await import('./inspect-command.ts')).inspectCommand,
  },
  {
    name: 'target',
    summary: 'Shows all that is known of a kernel, and where each fact was found.',
    load: async () => (await import('./target-command.ts')).targetCommand,
  },
  {
    name: 'symvers',
    summary: 'Compares two Module.symvers by symbol: what is gone, what has another CRC, what became GPL-only.',
    load: async () => (await import('./symvers-command.ts')).symversCommand,
  },
  {
    name: 'taint',
    summary: 'Decodes a taint number (4096) or letters (OE): what set it, what it means, what clears it.',
    load: async () => (await import('./taint-command.ts')).taintCommand,
  },
  {
    name: 'rebuild',
    summary: 'Runs what is stale, or one phase, in the container; then checks every module again.',
    load: async () => (await import('./rebuild-command.ts')).rebuildCommand,
  },
  {
    name: 'status',
    summary: 'Says which build phases are stale, why, and what to run, in order.',
    load: async () => (await import('./status-command.ts')).statusCommand,
  },
  {
    name: 'server',
    summary: 'Runs the language server, for any editor that speaks the Language Server Protocol.',
    load: async () => (await import('./server-command.ts')).serverCommand,
  },
];

/** Runs one command line (without the program's name); resolves to the exit status, never throws for bad input. */
export async function main(argv: readonly string[], io: CliIo, ports: Ports, version: string): Promise<number> {
  const [name, ...rest] = argv;
  if (name === undefined || name === '--help' || name === '-h' || name === 'help') {
    const entry = rest[0] === undefined ? undefined : commands.find((command) => command.name === rest[0]);
    const about = await entry?.load();
    (name === undefined ? io.err : io.out).call(io, about ? commandHelp(about) : help());
    return name === undefined ? exitStatus.usage : exitStatus.clean;
  }
  if (name === '--version' || name === '-V') {
    io.out(`vermagic ${version}\n`);
    return exitStatus.clean;
  }
  const command = await commands.find((candidate) => candidate.name === name)?.load();
  if (!command) return usage(io, `vermagic: there is no command '${name}'.`, 'vermagic --help');
  if (rest.includes('--help') || rest.includes('-h')) {
    io.out(commandHelp(command));
    return exitStatus.clean;
  }
  if (rest.includes('--version') || rest.includes('-V')) {
    io.out(`vermagic ${version}\n`);
    return exitStatus.clean;
  }
  try {
    return await command.run(parse(command, rest), io, ports, version);
  } catch (error) {
    if (error instanceof UsageError) return usage(io, `vermagic ${name}: ${error.message}`, `vermagic ${name} --help`);
    throw error;
  }
}

function parse(command: Command, rest: readonly string[]): Arguments {
  let parsed: { values: Record<string, unknown>; positionals: string[] };
  try {
    parsed = parseArgs({ args: [...rest], options: parseConfig(command), allowPositionals: true, strict: true });
  } catch (error) {
    throw new UsageError(
      error instanceof Error ? error.message.replace(/\. To specify a positional.*/s, '.') : String(error),
    );
  }
  const { values, positionals } = parsed;
  return {
    operands: positionals,
    flag: (name) => values[name] === true,
    value: (name) => (typeof values[name] === 'string' ? values[name] : undefined),
    values: (name) => (Array.isArray(values[name]) ? values[name] : []),
  };
}

function usage(io: CliIo, message: string, more: string): number {
  io.err(`${message}\nSee: ${more}\n`);
  return exitStatus.usage;
}

function help(): string {
  const rows = commands.map((command) => `  ${command.name.padEnd(10)} ${command.summary}`);
  return [
    'vermagic: will this kernel module load on that kernel, and if not, why?',
    '',
    'Usage: vermagic COMMAND [OPTION…] [OPERAND…]',
    '',
    ...rows,
    '',
    'vermagic COMMAND --help tells more. Exit status: 0 nothing wrong, 1 something at error level, 2 bad usage or unreadable input.',
    '',
  ].join('\n');
}

function commandHelp(command: Command): string {
  const rows = Object.entries({
    ...command.options,
    help: { type: 'boolean', short: 'h', help: 'this text' } as const,
    version: { type: 'boolean', short: 'V', help: 'which version this is' } as const,
  }).map(([name, option]) => {
    const short = 'short' in option && option.short ? `-${option.short}, ` : '';
    const operand = 'operand' in option && option.operand ? ` ${option.operand}` : '';
    return `  ${`${short}--${name}${operand}`.padEnd(28)} ${option.help}`;
  });
  return `Usage: vermagic ${command.name} [OPTION…] ${command.operands}\n\n${command.summary}\n\n${rows.join('\n')}\n`;
}
