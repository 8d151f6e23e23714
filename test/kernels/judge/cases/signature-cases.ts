import { type CaseKit, compressedFile, ignoreModversions, ignoreVermagic, type JudgeCase } from '../judge-case.ts';

const magic = '~Module signature appended~\n';
const trailerBytes = 12;

/** An edit of the distribution's own signed module. `trailer` is the offset of struct module_signature. */
function ofSigned(id: string, edit: (bytes: Buffer, trailer: number) => Buffer | undefined, flags = 0): JudgeCase {
  return {
    id,
    flags,
    make: (kit) => {
      const bytes = Buffer.from(kit.signed());
      return edit(bytes, bytes.length - magic.length - trailerBytes) ?? bytes;
    },
  };
}

function signedByUs(id: string, hash: string, edit: (bytes: Buffer) => void = () => {}): JudgeCase {
  return {
    id,
    make: (kit: CaseKit) => {
      const bytes = kit.sign(kit.built('judge_plain'), hash);
      edit(bytes);
      return bytes;
    },
  };
}

const signatureBytes = (bytes: Buffer, trailer: number) => bytes.readUInt32BE(trailer + 8);

export const signatureCases: readonly JudgeCase[] = [
  ofSigned('signed', () => undefined),
  ofSigned('signed-ignore-vermagic', () => undefined, ignoreVermagic),
  ofSigned('signed-ignore-modversions', () => undefined, ignoreModversions),
  ofSigned('signature-stripped', (bytes, trailer) => bytes.subarray(0, trailer - signatureBytes(bytes, trailer))),
  ofSigned('signature-newline-after', (bytes) => Buffer.concat([bytes, Buffer.from('\n')])),
  ofSigned('signature-image-changed', (bytes) => {
    bytes.writeUInt8(bytes.readUInt8(0x100) ^ 1, 0x100);
    return undefined;
  }),
  ofSigned(
    'signature-image-changed-ignore-vermagic',
    (bytes) => {
      bytes.writeUInt8(bytes.readUInt8(8) ^ 1, 8);
      return undefined;
    },
    ignoreVermagic,
  ),
  ofSigned('signature-digest-damaged', (bytes, trailer) => {
    bytes.writeUInt8(bytes.readUInt8(trailer - 5) ^ 1, trailer - 5);
    return undefined;
  }),
  ofSigned('signature-der-damaged', (bytes, trailer) => {
    bytes.writeUInt8(0xff, trailer - signatureBytes(bytes, trailer));
    return undefined;
  }),
  ofSigned('signature-length-too-large', (bytes, trailer) => {
    bytes.writeUInt32BE(0x7fffffff, trailer + 8);
    return undefined;
  }),
  ofSigned('signature-length-zero', (bytes, trailer) => {
    bytes.writeUInt32BE(0, trailer + 8);
    return undefined;
  }),
  ofSigned('signature-id-type', (bytes, trailer) => {
    bytes.writeUInt8(1, trailer + 2);
    return undefined;
  }),
  ofSigned('signature-hash-field', (bytes, trailer) => {
    bytes.writeUInt8(4, trailer + 1);
    return undefined;
  }),
  ofSigned('signature-only', (bytes, trailer) => bytes.subarray(trailer - signatureBytes(bytes, trailer))),
  { id: 'signature-magic-only', make: () => Buffer.from(magic) },
  signedByUs('signed-by-unknown-key', 'sha256'),
  signedByUs('signed-by-unknown-key-sha512', 'sha512'),
  signedByUs('signed-by-unknown-key-sha1', 'sha1'),
  signedByUs('signed-by-unknown-key-image-changed', 'sha256', (bytes) => bytes.writeUInt8(bytes.readUInt8(9) ^ 1, 9)),
  { id: 'flag-unknown', flags: 8, make: (kit) => kit.built('judge_plain') },
  { id: 'flag-compressed', flags: compressedFile, make: (kit) => kit.built('judge_plain') },
  {
    id: 'flags-all-known-but-compressed',
    flags: ignoreModversions | ignoreVermagic,
    make: (kit) => kit.built('judge_plain'),
  },
];
