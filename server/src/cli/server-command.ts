import { createRequire } from 'node:module';
import path from 'node:path';
import { type CliIo, UsageError } from './cli-io.ts';
import type { Arguments, Command } from './command.ts';

export const serverCommand: Command = {
  name: 'server',
  operands: '',
  summary: 'Runs the language server, for any editor that speaks the Language Server Protocol.',
  options: { stdio: { type: 'boolean', help: 'over standard input and output' } },
  run,
};

/** Never resolves: the server ends the process when its client does. */
async function run(args: Arguments, _io: CliIo): Promise<number> {
  if (!args.flag('stdio')) throw new UsageError('say how the editor is attached: --stdio.');
  if (args.operands.length > 0) throw new UsageError(`there is nothing to do with '${args.operands[0]}'.`);
  // Beside the bundled command line lies the bundled server, which finds --stdio among the arguments itself.
  createRequire(import.meta.filename)(path.join(import.meta.dirname, 'server.cjs'));
  return new Promise(() => {});
}
