/**
 * What Kbuild makes an object from without being told (scripts/Makefile.build, Makefile.lib, Makefile.host), by the end of the
 * object's name; the first that fits counts. The last of a list are what a build leaves or a project ships.
 */
const sources: readonly { readonly object: string; readonly from: readonly string[]; readonly says: number }[] = [
  { object: '.asn1.o', from: ['.asn1', '.asn1.c'], says: 1 },
  { object: '.dtbo.o', from: ['.dtso', '.dts', '.dtbo', '.dtbo.S'], says: 2 },
  { object: '.dtb.o', from: ['.dts', '.dtb', '.dtb.S'], says: 1 },
  { object: '.lex.o', from: ['.l', '.lex.c', '.lex.c_shipped'], says: 1 },
  { object: '.tab.o', from: ['.y', '.tab.c', '.tab.c_shipped'], says: 1 },
  { object: '.o', from: ['.c', '.S', '.rs', '.s', '.c_shipped', '.S_shipped'], says: 3 },
];

/** Paths or names of the sources that make an object; `named` are those that a person writes. */
export function sourcesOf(object: string): { readonly all: readonly string[]; readonly named: readonly string[] } {
  const kind = sources.find((one) => object.endsWith(one.object));
  if (kind === undefined) return { all: [object], named: [] };
  const stem = object.slice(0, -kind.object.length);
  const from = kind.from.map((ending) => `${stem}${ending}`);
  // An object that is shipped as it is, or under the name that Kbuild copies.
  return { all: [...from, object, `${object}_shipped`], named: from.slice(0, kind.says) };
}
