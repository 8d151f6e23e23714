import type { CliIo } from '../cli/cli-io.ts';
import { main } from '../cli/main.ts';
import { endWithBuilds } from './end-with-builds.ts';
import { nodePorts } from './platform.ts';
import { scanPlatform } from './scan-platform.ts';
import { version } from './version.ts';

const io: CliIo = {
  out: (text) => void process.stdout.write(text),
  err: (text) => void process.stderr.write(text),
  colour: process.stdout.isTTY === true && !process.env['NO_COLOR'] && process.env['TERM'] !== 'dumb',
  progress: process.stderr.isTTY === true,
  columns: process.stdout.columns ?? 120,
  // A terminal's width changes while a long scan runs.
  get progressColumns() {
    return process.stderr.columns ?? 80;
  },
  onInterrupt,
  cwd: process.cwd(),
  platform: scanPlatform,
};
const say = (message: string) => io.err(`vermagic: ${message}\n`);

/** The program then ends as by the interruption itself, which shells want to see; others who listen end it their way. */
function onInterrupt(clean: () => void): () => void {
  const interrupted = (signal: NodeJS.Signals) => {
    clean();
    forget();
    if (process.listenerCount(signal) === 0) process.kill(process.pid, signal);
  };
  const signals = ['SIGINT', 'SIGTERM'] as const;
  const forget = () => {
    for (const signal of signals) process.off(signal, interrupted);
  };
  for (const signal of signals) process.on(signal, interrupted);
  return forget;
}

// A reader that has seen enough (`| head`) is no failure.
process.stdout.on('error', (error: NodeJS.ErrnoException) => {
  if (error.code === 'EPIPE') process.exit(0);
  // Half a report must not pass for a whole one.
  say(`the output could not be written: ${error.message}. What is there of it is not whole.`);
  process.exit(2);
});

const ports = nodePorts({ debug() {}, info() {}, warn: say, error: say });
endWithBuilds(ports.journal, [process.execPath, import.meta.filename]);

main(process.argv.slice(2), io, ports, version).then(
  (status) => {
    process.exitCode = status;
  },
  (error: unknown) => {
    // Only a fault of ours ends here.
    io.err(`vermagic: internal error: ${error instanceof Error ? error.stack : String(error)}\n`);
    process.exitCode = 2;
  },
);
