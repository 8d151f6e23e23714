import { type ByteSource, MemoryByteSource } from '../../ports/byte-source.ts';
import type { Decompressor } from '../../ports/decompressor.ts';
import type { Problem } from '../../ports/parsed.ts';
import type { Architecture } from '../architecture.ts';
import { builtinKeys } from '../certificates.ts';
import { type DotConfig, parseDotConfig } from '../dot-config.ts';
import { type Fact, fact, type Origin } from '../fact.ts';
import type { KernelPart } from '../kernel-part.ts';
import { parseBanner } from '../kernel-version.ts';
import type { TrustedKey } from '../target-kernel.ts';
import { detectVendor } from '../vendor-detection.ts';
import { findBanner, findVermagic } from './banner.ts';
import { findBtf, structSizeFromBtf } from './btf.ts';
import { findCertificateList } from './certificate-list.ts';
import { extractKernel } from './extract-kernel.ts';
import { readIkconfig } from './ikconfig.ts';
import { ImageSymbols } from './image-symbols.ts';
import type { KernelPayload } from './kernel-payload.ts';
import { readKsymtab } from './ksymtab.ts';
import { scanForKsymtab } from './ksymtab-scan.ts';

/** What a kernel image says of its kernel: all that its build compiled into it. */
export interface KernelImage extends KernelPart {
  readonly kind: 'image';
  /** From the outside in: `bzImage`, `xz`, `vmlinux`. Empty when there is no kernel in the file. */
  readonly layers: readonly string[];
  /** `Linux version …`, as `/proc/version` begins. */
  readonly banner: Fact<string> | undefined;
}

/**
 * Reads a kernel image of any kind (`extractKernel`): release, version, vermagic, exports with CRCs, IKCONFIG, builtin
 * certificates, `.BTF` and with it the size of `struct module`. Never throws for what the file holds.
 * @throws FileError from `source`.
 */
export async function readKernelImage(
  ports: { readonly decompressor: Decompressor },
  source: ByteSource | Uint8Array,
  origin: Origin,
): Promise<KernelImage> {
  const bytes = source instanceof Uint8Array ? new MemoryByteSource(source) : source;
  const { value: kernel, problems } = await extractKernel(ports.decompressor, bytes);
  const dependsOn = origin.uri === undefined ? [] : [origin.uri];
  const base = { kind: 'image', origins: [origin], dependsOn } as const;
  if (kernel === undefined) return { ...base, layers: [], banner: undefined, problems: labelled(problems, origin) };
  const facts = await factsOf(kernel.payload, origin);
  return { ...base, ...facts, layers: kernel.layers, problems: labelled([...problems, ...facts.problems], origin) };
}

async function factsOf(payload: KernelPayload, origin: Origin) {
  const problems: Problem[] = [];
  const within = (what: string): Origin => ({ ...origin, label: `${what} of ${origin.label}` });
  const text = findBanner(payload);
  const banner = text === undefined ? undefined : fact(text, within('the banner'));
  const parsed = text === undefined ? undefined : parseBanner(text);
  if (parsed === undefined) problems.push({ message: 'The kernel has no version banner.' });
  const release = parsed && fact(parsed.release, within('the banner'));
  const vermagic = parsed && findVermagic(payload, parsed.release);
  if (parsed && vermagic === undefined) {
    problems.push({
      message: 'No vermagic string is found: the kernel may be built without modules (CONFIG_MODULES=n).',
    });
  }
  const config = await configOf(payload, within('the configuration (IKCONFIG)'), problems);
  return {
    banner,
    release,
    version: parsed?.version && fact(parsed.version, within('the banner')),
    vendor: detectVendor({ release, config, buildText: banner }),
    architecture: architectureOf(payload, origin),
    vermagic: vermagic === undefined ? undefined : fact(vermagic, within('the vermagic string')),
    config,
    symbols: symbolsOf(payload, within('__ksymtab'), problems),
    trustedKeys: await keysOf(payload, within('the builtin certificate list'), problems),
    ...btfFacts(payload, within('.BTF'), problems),
    problems,
  };
}

function architectureOf(payload: KernelPayload, origin: Origin): Fact<Architecture> | undefined {
  const endian = payload.littleEndian ? 'little' : 'big';
  return payload.architecture && fact({ ...payload.architecture, endian }, origin);
}

function symbolsOf(payload: KernelPayload, origin: Origin, problems: Problem[]): ImageSymbols | undefined {
  const exports = payload.kind === 'elf' ? readKsymtab(payload) : scanForKsymtab(payload);
  if (exports === undefined || exports.length === 0) {
    problems.push({
      message: 'The table of exported symbols is not found in the kernel; name its Module.symvers as a further source.',
    });
    return undefined;
  }
  return new ImageSymbols(exports, origin);
}

async function configOf(
  payload: KernelPayload,
  origin: Origin,
  problems: Problem[],
): Promise<Fact<DotConfig> | undefined> {
  const ikconfig = await readIkconfig(payload);
  problems.push(...ikconfig.problems);
  if (ikconfig.value === undefined) return undefined;
  const config = parseDotConfig(ikconfig.value);
  problems.push(...config.problems);
  return fact(config.value, origin);
}

async function keysOf(
  payload: KernelPayload,
  origin: Origin,
  problems: Problem[],
): Promise<Fact<readonly TrustedKey[]> | undefined> {
  const list = findCertificateList(payload);
  if (list === undefined) return undefined;
  const keys = builtinKeys(list);
  problems.push(...keys.problems);
  return fact(keys.value, origin);
}

function btfFacts(payload: KernelPayload, origin: Origin, problems: Problem[]) {
  const btf = findBtf(payload);
  if (btf === undefined) return { hasBtf: fact(false, origin) };
  const size = structSizeFromBtf(btf, 'module');
  problems.push(...size.problems);
  return {
    hasBtf: fact(true, origin),
    structModuleSize:
      size.value === undefined ? undefined : fact(size.value, { ...origin, label: `struct module in ${origin.label}` }),
  };
}

function labelled(problems: readonly Problem[], origin: Origin): Problem[] {
  return problems.map((problem) => ({ ...problem, message: `${origin.label}: ${problem.message}` }));
}
