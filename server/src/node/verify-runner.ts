import path from 'node:path';
import { Worker } from 'node:worker_threads';
import type { VerifyReport } from '@vermagic/shared';
import { VerifyRefusal, type VerifyRunner } from '../lsp/verify-features.ts';
import type { VerifyThreadMessage } from './verify-thread-main.ts';

/**
 * Verifies in a thread of its own that ends with the work: the editor is answered meanwhile, cancelling needs nobody's
 * consent, and the memory that a large tree takes is given back.
 */
export const verifyInThread: VerifyRunner = (asked, progress, signal) =>
  new Promise<VerifyReport>((resolve, reject) => {
    const source = import.meta.filename.endsWith('.ts');
    const file = path.join(import.meta.dirname, source ? 'verify-thread-main.ts' : 'verify-thread.cjs');
    const worker = new Worker(file, { workerData: asked, execArgv: [], stdin: false, stdout: true });
    const stop = () => void worker.terminate();
    signal.addEventListener('abort', stop);
    worker.on('message', (message: VerifyThreadMessage) => {
      if (message.kind === 'progress') progress(message.done, message.total);
      else if (message.kind === 'report') resolve(message.report);
      else reject(message.kind === 'refusal' ? new VerifyRefusal(message.message) : new Error(message.message));
    });
    worker.on('error', reject);
    worker.on('exit', (code) => {
      signal.removeEventListener('abort', stop);
      reject(new Error(`the thread that verifies ended (status ${code})`));
    });
  });
