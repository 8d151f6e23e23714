/** Modules that one key signed share a shape, so that a tree of thousands asks only a few times what its signatures mean. */
import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import type { ModuleBytes } from '../../../server/src/gate/module-sections.ts';
import { readSignatureShape, type SignatureShapes } from '../../../server/src/gate/signature-shape.ts';

/** DER: tag, length in its shortest form, contents. */
function der(tag: number, ...parts: readonly (readonly number[])[]): number[] {
  const contents = parts.flat();
  const { length } = contents;
  if (length < 0x80) return [tag, length, ...contents];
  return length < 0x100 ? [tag, 0x81, length, ...contents] : [tag, 0x82, length >> 8, length & 0xff, ...contents];
}

const bytesOf = (count: number, fill: number) => Array.from({ length: count }, () => fill);
const rsa = (fill: number) => der(4, bytesOf(512, fill));
const ecdsa = (r: number, s: number, fill: number) =>
  der(4, der(0x30, der(2, bytesOf(r, fill)), der(2, bytesOf(s, fill + 1))));

/** A module of some bytes, with a message that ends in the value. */
function signed(value: readonly number[], signer = 7): ModuleBytes {
  const message = [...der(0x30, bytesOf(40, signer)), ...value];
  const trailer = [0, 0, 2, 0, 0, 0, 0, 0, 0, 0, message.length >> 8, message.length & 0xff];
  const marker = [...new TextEncoder().encode('~Module signature appended~\n')];
  const bytes = Uint8Array.from([...bytesOf(1000, 1), ...message, ...trailer, ...marker]);
  return { bytes, words: new Uint32Array(0), sizeBytes: bytes.length, index: 0 };
}

describe('shapes of signatures', () => {
  it('are the same for one RSA key, whatever the module', () => {
    const shapes: SignatureShapes = [];
    for (const fill of [3, 5, 9]) {
      const found = readSignatureShape(signed(rsa(fill)), shapes);
      assert.deepEqual(found, { kind: 'signed', elfBytes: 1000, shape: 0 });
    }
    assert.deepEqual(
      shapes.map(({ valueBytes }) => valueBytes),
      [512],
    );
  });

  for (const [curve, size] of [
    ['P-256', 32],
    ['P-384', 48],
    ['P-521', 66],
  ] as const) {
    it(`are a handful for one ${curve} key, by the sizes of its numbers`, () => {
      const shapes: SignatureShapes = [];
      for (let round = 0; round < 20; round++) {
        const found = readSignatureShape(
          signed(ecdsa(size + (round & 1), size + ((round >> 1) & 1), round + 9)),
          shapes,
        );
        assert.equal(found.kind, 'signed');
      }
      assert.equal(shapes.length, 3);
    });
  }

  it('tell keys apart', () => {
    const shapes: SignatureShapes = [];
    readSignatureShape(signed(ecdsa(48, 49, 9), 7), shapes);
    readSignatureShape(signed(ecdsa(48, 49, 9), 8), shapes);
    assert.equal(shapes.length, 2);
  });

  it('are not made of what ends otherwise', () => {
    const shapes: SignatureShapes = [];
    assert.equal(readSignatureShape(signed(bytesOf(300, 4)), shapes).kind, 'odd');
    const cut = ecdsa(48, 49, 9);
    assert.equal(readSignatureShape(signed(cut.slice(0, -1)), shapes).kind, 'odd');
    assert.equal(shapes.length, 0);
  });
});
