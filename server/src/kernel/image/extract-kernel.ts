import { limits } from '../../limits.ts';
import { type ByteSource, MemoryByteSource } from '../../ports/byte-source.ts';
import type { Decompressor } from '../../ports/decompressor.ts';
import type { Parsed, Problem } from '../../ports/parsed.ts';
import { ascii, indexOfBytes } from './byte-search.ts';
import { type ImageContainer, imageContainer } from './image-container.ts';
import { elfPayload, flatPayload, type KernelPayload } from './kernel-payload.ts';
import { payloadCandidates, payloadFormatAt } from './payload-format.ts';
import { unpackPayload } from './unpack-payload.ts';

export interface ExtractedKernel {
  readonly payload: KernelPayload;
  /** From the outside in: `bzImage`, `xz`, `vmlinux`. */
  readonly layers: readonly string[];
}

/**
 * Gets to the kernel inside a vmlinux, bzImage, zImage, Image, packed Image, EFI zboot image or uImage. A header's word is
 * taken for where the packed kernel lies; otherwise magic numbers are searched for, and what unpacks to
 * something with a kernel's banner is taken.
 */
export async function extractKernel(
  decompressor: Decompressor,
  source: ByteSource,
): Promise<Parsed<ExtractedKernel | undefined>> {
  const problems: Problem[] = [];
  const extraction = new Extraction(decompressor, problems);
  const value = await extraction.fromSource(source);
  return { value, problems };
}

type Bytes = Uint8Array<ArrayBuffer>;

/** An image in a zboot image in a packed file is as deep as it gets. */
const deepest = 4;

class Extraction {
  readonly #decompressor: Decompressor;
  readonly #problems: Problem[];
  /** Bytes that may still be unpacked, over all attempts. */
  #budget = limits.kernelImageBytes * 2;

  constructor(decompressor: Decompressor, problems: Problem[]) {
    this.#decompressor = decompressor;
    this.#problems = problems;
  }

  async fromSource(source: ByteSource): Promise<ExtractedKernel | undefined> {
    const head = new Uint8Array(Math.min(source.sizeBytes, 64));
    await source.read(0, head);
    if (imageContainer(head)?.kind === 'elf') {
      const vmlinux = await this.#vmlinux(source, []);
      if (vmlinux !== undefined) return vmlinux;
    }
    if (source.sizeBytes > limits.kernelImageBytes) {
      return this.#fail(
        `The file has ${source.sizeBytes} bytes; kernel images up to ${limits.kernelImageBytes} are read.`,
      );
    }
    const bytes = new Uint8Array(source.sizeBytes);
    const count = await source.read(0, bytes);
    if (count < bytes.length) return this.#fail(`Only ${count} of the file's ${bytes.length} bytes could be read.`);
    return this.#fromBytes(bytes, []);
  }

  async #fromBytes(bytes: Bytes, layers: readonly string[]): Promise<ExtractedKernel | undefined> {
    if (bytes.length === 0) return this.#fail('The file is empty.');
    if (layers.length > deepest) return this.#fail(`The kernel is wrapped more than ${deepest} times.`);
    const container = imageContainer(bytes);
    switch (container?.kind) {
      case 'elf':
        if (layers.length > 0) {
          const vmlinux = await this.#vmlinux(new MemoryByteSource(bytes), layers);
          if (vmlinux !== undefined) return vmlinux;
        }
        return this.#search(bytes, [...layers, 'ELF'], undefined);
      case 'flat': {
        const payload = flatPayload(bytes, container.architecture, container.littleEndian);
        return { payload, layers: [...layers, container.name] };
      }
      case 'packed':
        return this.#unpack(bytes, 0, bytes.length, container.format, layers, undefined);
      case 'wrapped':
        return this.#fromBytes(bytes.subarray(container.start), [...layers, container.name]);
      case 'located':
        return this.#located(bytes, container, layers);
      case 'self-extracting':
        return this.#search(bytes, [...layers, container.name], container);
      case undefined:
        return this.#search(bytes, layers, undefined);
    }
  }

  #located(
    bytes: Bytes,
    container: Extract<ImageContainer, { kind: 'located' }>,
    layers: readonly string[],
  ): Promise<ExtractedKernel | undefined> {
    const { name, start, end } = container;
    const format = payloadFormatAt(bytes, start);
    if (end > bytes.length) {
      return this.#fail(
        `The ${name} is cut off: its header places the kernel at bytes ${start} to ${end}, but there are only ${bytes.length}. Copy the image again.`,
      );
    }
    // Before boot protocol 2.08 (2008) the header did not say.
    if (end === start || format === undefined) return this.#search(bytes, [...layers, name], undefined);
    return this.#unpack(bytes, start, end, format, [...layers, name], undefined);
  }

  async #search(
    bytes: Bytes,
    layers: readonly string[],
    inside: { readonly architecture: KernelPayload['architecture']; readonly littleEndian: boolean } | undefined,
  ): Promise<ExtractedKernel | undefined> {
    const quiet = new Extraction(this.#decompressor, []);
    const reasons: string[] = [];
    for (const { offset, format } of payloadCandidates(bytes, limits.kernelImagePayloads)) {
      if (offset === 0 && layers.length === 0) continue;
      quiet.#budget = this.#budget;
      const found = await quiet.#unpack(bytes, offset, bytes.length, format, layers, inside);
      this.#budget = quiet.#budget;
      if (found) return found;
      if (this.#budget <= 0) break;
      if (format !== 'gzip' && format !== 'lzma')
        reasons.push(...quiet.#problems.splice(0).map(({ message }) => message));
    }
    const detail = reasons.length > 0 ? ` Tried: ${reasons.slice(0, 3).join(' ')}` : '';
    return this.#fail(
      `No kernel is found in this file: it is no vmlinux and no image of a known kind, and nothing in it unpacks to a kernel.${detail}`,
    );
  }

  async #unpack(
    bytes: Bytes,
    start: number,
    end: number,
    format: Parameters<typeof unpackPayload>[1],
    layers: readonly string[],
    inside: { readonly architecture: KernelPayload['architecture']; readonly littleEndian: boolean } | undefined,
  ): Promise<ExtractedKernel | undefined> {
    const maxBytes = Math.min(limits.kernelImageBytes, this.#budget);
    const unpacked = await unpackPayload(this.#decompressor, format, bytes.subarray(start, end), maxBytes);
    if ('problem' in unpacked) {
      if (unpacked.tooLarge) this.#budget -= maxBytes;
      return this.#fail(start === 0 ? unpacked.problem : `At byte ${start}: ${unpacked.problem}`);
    }
    this.#budget -= unpacked.bytes.length;
    const kernel = unpacked.bytes as Bytes;
    const within = [...layers, format];
    if (inside?.architecture && imageContainer(kernel)?.kind !== 'elf') {
      if (indexOfBytes(kernel, ascii('Linux version ')) < 0)
        return this.#fail(`What is packed at byte ${start} is no kernel.`);
      return { payload: flatPayload(kernel, inside.architecture, inside.littleEndian), layers: within };
    }
    if (imageContainer(kernel) === undefined) return this.#fail(`What is packed at byte ${start} is no kernel.`);
    return this.#fromBytes(kernel, within);
  }

  /** `undefined` when the ELF file is a wrapper (as PowerPC's zImage), or damaged. */
  async #vmlinux(source: ByteSource, layers: readonly string[]): Promise<ExtractedKernel | undefined> {
    const { value: payload, problems } = await elfPayload(source);
    const text = ascii('Linux version ');
    if (payload?.sections.some(({ bytes }) => indexOfBytes(bytes, text) >= 0)) {
      this.#problems.push(...problems);
      return { payload, layers: [...layers, 'vmlinux'] };
    }
    return undefined;
  }

  async #fail(message: string): Promise<undefined> {
    this.#problems.push({ message });
    return undefined;
  }
}
