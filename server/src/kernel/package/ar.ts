import type { ByteSource } from '../../ports/byte-source.ts';
import type { Parsed } from '../../ports/parsed.ts';

export interface ArMember {
  readonly name: string;
  readonly offset: number;
  readonly sizeBytes: number;
}

const magic = '!<arch>\n';
const headerBytes = 60;
/** A .deb has three or four members. */
const mostMembers = 64;

/** The members of an ar archive (a .deb), from headers of 60 text bytes each. Format: deb(5), ar(5). */
export async function readArMembers(source: ByteSource): Promise<Parsed<readonly ArMember[] | undefined>> {
  if ((await textAt(source, 0, magic.length)) !== magic) {
    return {
      value: undefined,
      problems: [{ message: 'This is no ar archive, as a Debian package is one.', offset: 0 }],
    };
  }
  const members: ArMember[] = [];
  let at = magic.length;
  while (at + headerBytes <= source.sizeBytes && members.length < mostMembers) {
    const header = await textAt(source, at, headerBytes);
    const sizeBytes = Number.parseInt(header.slice(48, 58), 10);
    if (header.slice(58) !== '`\n' || !(sizeBytes >= 0)) {
      return { value: members, problems: [{ message: 'A member header of the package is damaged.', offset: at }] };
    }
    const offset = at + headerBytes;
    if (offset + sizeBytes > source.sizeBytes) {
      const name = header.slice(0, 16).trim();
      return {
        value: members,
        problems: [{ message: `The package is cut off inside ${name}. Download it again.`, offset }],
      };
    }
    members.push({ name: header.slice(0, 16).trim().replace(/\/$/, ''), offset, sizeBytes });
    at = offset + sizeBytes + (sizeBytes % 2);
  }
  return { value: members, problems: [] };
}

async function textAt(source: ByteSource, offset: number, length: number): Promise<string> {
  const bytes = new Uint8Array(length);
  const count = await source.read(offset, bytes);
  return String.fromCharCode(...bytes.subarray(0, count));
}
