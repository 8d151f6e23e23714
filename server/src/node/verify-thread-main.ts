import { fileURLToPath } from 'node:url';
import { parentPort, workerData } from 'node:worker_threads';
import type { VerifyReport } from '@vermagic/shared';
import { UsageError } from '../cli/cli-io.ts';
import { lintFiles } from '../cli/lint-command.ts';
import { uriOf } from '../cli/targets.ts';
import { silentLogger } from '../ports/logger.ts';
import type { ScriptFinding } from '../service/preflight.ts';
import type { ProjectFile } from '../service/project-file.ts';
import { NothingToScan, type NothingToScanReason } from '../service/scan-places.ts';
import { type Verification, verify } from '../service/verification.ts';
import { nodePorts } from './platform.ts';
import { scanPlatform } from './scan-platform.ts';

export type VerifyThreadMessage =
  | { readonly kind: 'progress'; readonly done: number; readonly total: number }
  | { readonly kind: 'report'; readonly report: VerifyReport }
  | { readonly kind: 'refusal' | 'failure'; readonly message: string };

/** One processor is left for the editor, and this thread is one itself. */
const helpers = Math.min(8, scanPlatform.cores) - 2;
const remedies: Readonly<Record<NothingToScanReason, string>> = {
  'no-modules-folder': ' Verify it as a folder of modules instead.',
  'no-kernel-tree': ' Select a target kernel to compare it with.',
  'no-modules': ' Build it first.',
};
const ports = nodePorts(silentLogger);
const say = (message: VerifyThreadMessage) => parentPort?.postMessage(message);

async function lint(folder: string, project: ProjectFile | undefined): Promise<ScriptFinding[]> {
  const cwd = fileURLToPath(folder);
  const io = { out() {}, err() {}, colour: false, progress: false, columns: 120, cwd };
  const { reports } = await lintFiles(['.'], [], project, io, ports);
  return reports.map(({ path, line, column, endLine, endColumn, rule, severity, message }) => ({
    uri: uriOf(io, path),
    range: {
      start: { line: line - 1, character: column - 1 },
      end: { line: endLine - 1, character: endColumn - 1 },
    },
    rule,
    severity,
    message,
  }));
}

async function work(asked: Verification): Promise<VerifyReport> {
  const pool = helpers > 0 ? scanPlatform.startThreads(helpers) : undefined;
  try {
    return await verify(
      ports,
      {
        pool,
        reader: scanPlatform.createReader(),
        progress: (done, total) => say({ kind: 'progress', done, total }),
        cache: scanPlatform.createCache(silentLogger),
        lint: (folder) => lint(folder, asked.project),
      },
      asked,
    );
  } finally {
    await pool?.close();
  }
}

work(workerData as Verification).then(
  (report) => say({ kind: 'report', report }),
  (error: unknown) => {
    if (error instanceof NothingToScan) say({ kind: 'refusal', message: `${error.message}${remedies[error.reason]}` });
    else if (error instanceof UsageError) say({ kind: 'refusal', message: error.message });
    else say({ kind: 'failure', message: error instanceof Error ? (error.stack ?? error.message) : String(error) });
  },
);
