import { parentPort } from 'node:worker_threads';
import { silentLogger } from '../ports/logger.ts';
import { ScanThread, type ScanThreadRequest } from '../service/scan-thread.ts';
import { NodeModuleReader } from './node-module-reader.ts';
import { nodePorts } from './platform.ts';

const thread = new ScanThread(nodePorts(silentLogger), new NodeModuleReader());

parentPort?.on('message', ({ id, request }: { id: number; request: ScanThreadRequest }) => {
  thread.answer(request).then(
    (reply) => parentPort?.postMessage({ id, reply }),
    (error: unknown) =>
      parentPort?.postMessage({ id, error: error instanceof Error ? (error.stack ?? error.message) : String(error) }),
  );
});
