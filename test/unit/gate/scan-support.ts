import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { CleanProof, proven } from '../../../server/src/gate/clean-proof.ts';
import { encodeExports } from '../../../server/src/gate/export-table.ts';
import { type ProofPlan, proofPlan } from '../../../server/src/gate/proof-plan.ts';
import type { SignatureShape } from '../../../server/src/gate/signature-shape.ts';
import type { ArchitectureName } from '../../../server/src/kernel/architecture.ts';
import type { TargetKernel } from '../../../server/src/kernel/target-kernel.ts';
import { type KernelModule, modinfoValue } from '../../../server/src/module/kernel-module.ts';
import { openKernelModule } from '../../../server/src/module/open-kernel-module.ts';
import { nodeGrammarLoader } from '../../../server/src/node/node-grammar-loader.ts';
import { silentLogger } from '../../../server/src/ports/logger.ts';
import type { ModuleFileReader } from '../../../server/src/ports/module-file-reader.ts';
import type { Ports } from '../../../server/src/ports/ports.ts';
import { type ExportSketch, target } from '../loader/make.ts';
import type { MemoryFileSystem } from '../support/memory-file-system.ts';

const folder = join(import.meta.dirname, '../../fixtures/modules');

export const flavours: readonly (readonly [flavour: string, arch: ArchitectureName])[] = [
  ['6.1-amd64', 'x86_64'],
  ['6.1-arm64', 'arm64'],
  ['6.1-686', 'i386'],
  ['6.1-armmp', 'arm'],
  ['6.12-amd64', 'x86_64'],
];

export function fixture(flavour: string, name: string): Uint8Array {
  return new Uint8Array(readFileSync(join(folder, flavour, name)));
}

export function portsOver(files: MemoryFileSystem): Ports {
  return {
    files,
    decompressor: { unpack: async () => ({ problem: 'not packed' }) },
    grammars: nodeGrammarLoader(),
    logger: silentLogger,
  };
}

export async function moduleOf(files: MemoryFileSystem, path: string): Promise<KernelModule> {
  return openKernelModule(portsOver(files), `file://${path}`);
}

/** The kernel that these modules were built for, as far as they themselves tell, with `beacon` as a provider. */
export function kernelFor(
  listener: KernelModule,
  beacon: KernelModule,
  arch: ArchitectureName,
  options: readonly string[] = [],
): TargetKernel {
  const own = new Set(beacon.exports.map((entry) => entry.symbol));
  const imported = new Map(
    [...listener.versions.entries, ...beacon.versions.entries].map((entry) => [entry.symbol, entry.crc]),
  );
  const kernel: ExportSketch[] = [...imported]
    .filter(([symbol]) => !own.has(symbol))
    .map(([symbol, crc]) => ({ symbol, crc, exporter: 'vmlinux' }));
  const provided: ExportSketch[] = beacon.exports.map((entry) => ({ ...entry, exporter: 'drivers/misc/beacon' }));
  const vermagic = modinfoValue(listener, 'vermagic') ?? '';
  return target({
    release: vermagic.split(' ', 1)[0],
    arch,
    vermagic,
    options: ['MODULES', 'MODULE_UNLOAD', 'MODVERSIONS', 'SMP', 'STRICT_MODULE_RWX', ...options],
    exports: [...kernel, ...provided],
    structModuleSize: listener.structModuleSize,
  });
}

export function planFor(kernel: TargetKernel): ProofPlan {
  const plan = proofPlan(kernel, {}, encodeExports(kernel.symbols?.symbols() ?? []));
  if ('obstacle' in plan) throw new Error(plan.obstacle);
  return plan;
}

/** The proof's word on one file. */
export function proveBytes(plan: ProofPlan, bytes: Uint8Array, name: string, shapes: SignatureShape[] = []): number {
  const memory = new Uint8Array(new ArrayBuffer(Math.ceil(bytes.length / 4) * 4 + 64));
  memory.set(bytes);
  const module = { bytes: memory, words: new Uint32Array(memory.buffer), sizeBytes: bytes.length, index: 0 };
  const self = plan.exports.exporters.indexOf(name);
  return new CleanProof(plan).prove(module, Math.max(0, self), new TextEncoder().encode(name), shapes);
}

export const isProven = (status: number) => status !== proven.doubt && status !== proven.exportsDiffer;

/** Reads modules out of memory, as a thread does from disk. */
export class MemoryModuleReader implements ModuleFileReader {
  bytes = new Uint8Array(new ArrayBuffer(8));
  words = new Uint32Array(this.bytes.buffer);
  sizeBytes = 0;
  fileBytes = 0;
  modifiedMs = 0;
  inode = 1;
  /** Files read, in order. */
  readonly reads: string[] = [];
  readonly #contents: ReadonlyMap<string, Uint8Array | string>;

  /** @param contents bytes by URI; a string is the reason why it cannot be read. */
  constructor(contents: ReadonlyMap<string, Uint8Array | string>) {
    this.#contents = contents;
  }

  identify(uri: string): string | undefined {
    const content = this.#contents.get(uri) ?? 'it vanished';
    if (typeof content === 'string') return content;
    this.fileBytes = content.length;
    this.modifiedMs = 1;
    return undefined;
  }

  read(uri: string): string | undefined {
    const problem = this.identify(uri);
    if (problem !== undefined) return problem;
    this.reads.push(uri);
    const content = this.#contents.get(uri) as Uint8Array;
    this.bytes = new Uint8Array(new ArrayBuffer(Math.ceil(content.length / 4) * 4 + 64));
    this.bytes.set(content);
    this.words = new Uint32Array(this.bytes.buffer);
    this.sizeBytes = content.length;
    return undefined;
  }
}
