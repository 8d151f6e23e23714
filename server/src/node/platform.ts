import os from 'node:os';
import { pathToFileURL } from 'node:url';
import { LastUnpacked } from '../module/last-unpacked.ts';
import type { Logger } from '../ports/logger.ts';
import type { Ports } from '../ports/ports.ts';
import { NodeDecompressor } from './node-decompressor.ts';
import { NodeFileSystem } from './node-file-system.ts';
import { NodeFileWriter } from './node-file-writer.ts';
import { nodeGrammarLoader } from './node-grammar-loader.ts';
import { NodeProcessRunner } from './node-process-runner.ts';
import { NodeRunJournal, runJournalFolder } from './node-run-journal.ts';

export function nodePorts(logger: Logger): Ports & { readonly journal: NodeRunJournal } {
  return {
    files: new NodeFileSystem(),
    decompressor: new LastUnpacked(new NodeDecompressor()),
    grammars: nodeGrammarLoader(),
    logger,
    processes: new NodeProcessRunner(),
    journal: new NodeRunJournal(runJournalFolder(), logger),
    writer: new NodeFileWriter(),
  };
}

/** Where the running kernel's modules and headers lie; only Linux has such a place. */
export function runningKernelUri(): string | undefined {
  return os.platform() === 'linux' ? pathToFileURL(`/lib/modules/${os.release()}`).href : undefined;
}
