import type { ElfFile, ElfSymbol } from '../elf/elf-file.ts';
import type { Compression } from '../ports/decompressor.ts';
import type { Problem } from '../ports/parsed.ts';
import type { Pkcs7Message } from './pkcs7-message.ts';

/** A parsed `.ko`: everything it says of itself, nothing that a target thinks of it. */
export interface KernelModule {
  readonly uri: string;
  /** File name without directories and `.ko[.gz|.xz|.zst]`, as modpost and depmod name it. */
  readonly fileName: string;
  readonly compression: Compression;
  /** Why the file's contents are not known: it cannot be opened, or (`compression` is not `none`) not be unpacked. */
  readonly unreadable?: string;
  /** Bytes after unpacking, signature included. */
  readonly sizeBytes: number;
  /** The leading bytes of the unpacked file (up to 64), for verdicts on what is no ELF at all. */
  readonly leadingBytes: Uint8Array;
  /** Every byte looked at is zero (all of them up to 4 MB): an interrupted copy or an unfetched placeholder. */
  readonly allZero: boolean;
  /** `undefined` when there is no readable ELF header. */
  readonly elf: ElfFile | undefined;
  /** Facts of the string tables that the kernel checks; `undefined` where there is no such table. */
  readonly sectionNameTable: StringTableFacts | undefined;
  readonly symbolNameTable: StringTableFacts | undefined;

  /** `key=value` entries of `.modinfo`, in file order, repetitions kept. */
  readonly modinfo: readonly ModinfoEntry[];
  readonly versions: SymbolVersions;
  readonly exports: readonly ModuleExport[];
  /** Undefined symbols in symbol table order, the null symbol left out. */
  readonly imports: readonly ModuleImport[];
  /**
   * Symbols that loaders may refuse (kernel/module/main.c:simplify_symbols): in SHN_COMMON, in a section that does
   * not exist, or with a name outside the symbol name table. The first 100 of them.
   */
  readonly irregularSymbols: readonly ElfSymbol[];
  readonly parameters: readonly ModuleParameter[];
  readonly signature: ModuleSignature | undefined;
  /** Size in bytes of `.gnu.linkonce.this_module`, which is the builder's `sizeof(struct module)`. */
  readonly structModuleSize: number | undefined;
  /** The name inside `struct module`, which the kernel uses after setup (not modinfo's `name=`). */
  readonly structModuleName: string | undefined;
  /** Whether relocations fill in `struct module`'s init and exit pointers (symbols init_module, cleanup_module). */
  readonly hasInit: boolean;
  readonly hasExit: boolean;
  readonly problems: readonly Problem[];
}

/** NUL-rules of a string table (section or symbol names). */
export interface StringTableFacts {
  readonly sectionIndex: number;
  readonly sizeBytes: number;
  readonly startsWithNul: boolean;
  readonly endsWithNul: boolean;
}

export interface ModinfoEntry {
  readonly key: string;
  readonly value: string;
  /** A string without `=`: modinfo lists it, the kernel does not see it. */
  readonly bare?: true;
}

/**
 * `flexible`: Ubuntu 6.8 and 6.11 (u32 next, u32 crc, name). `extended`: the arrays
 * `__version_ext_crcs`/`__version_ext_names` of 6.14 and later; a module may carry `classic` too.
 */
export type VersionsFormat = 'classic' | 'flexible' | 'extended';

export interface SymbolVersions {
  /** The format of the main table; `extended` only when there are no records in `__versions`. `undefined`: no table at all. */
  readonly format: VersionsFormat | undefined;
  /** A `__versions` section exists and is allocated: then the loader compares vermagic without the release. */
  readonly sectionVisible: boolean;
  /** Records of `__versions`, in file order. */
  readonly entries: readonly SymbolVersion[];
  /** Records of the extended tables; `undefined` when the module has none. */
  readonly extended: readonly SymbolVersion[] | undefined;
  /** `__version_ext_crcs` has more entries than `__version_ext_names` has whole names. */
  readonly moreCrcsThanNames?: boolean;
}

export interface SymbolVersion {
  readonly symbol: string;
  /** Unsigned, 32 bits; more only in a damaged table of a 64-bit module, where it equals no CRC. */
  readonly crc: number;
}

export interface ModuleExport {
  readonly symbol: string;
  /** `undefined` when the module was built without CONFIG_MODVERSIONS. */
  readonly crc: number | undefined;
  readonly gplOnly: boolean;
  /** '' for none. */
  readonly namespace: string;
}

export interface ModuleImport {
  readonly symbol: string;
  readonly weak: boolean;
  /** Index in the symbol table. */
  readonly symbolIndex: number;
}

/** `parm=` and `parmtype=` of one name, joined. */
export interface ModuleParameter {
  readonly name: string;
  readonly type: string | undefined;
  readonly description: string | undefined;
}

/**
 * The appended signature as far as it can be read; nothing is verified here. The fields of the message are decoded
 * when first asked for and do not survive a structured clone.
 */
export interface ModuleSignature {
  /** Offset of the signature data; the ELF image ends here. */
  readonly offset: number;
  /** The PKCS#7 message, DER. */
  readonly data: Uint8Array;
  readonly trailer: SignatureTrailer;
  /** What `data` says; `undefined` when it is no PKCS#7 message. */
  readonly message: Pkcs7Message | undefined;
  /** Common name of the signer's issuer (modinfo `signer`). */
  readonly signer: string | undefined;
  /** The certificate's serial number or, from `sign-file -k`, its subject key id; upper-case hex with colons (modinfo `sig_key`). */
  readonly keyId: string | undefined;
  /** e.g. `sha256` (modinfo `sig_hashalgo`). */
  readonly hash: string | undefined;
  /** The signature itself as the signer's key made it (modinfo `signature`). */
  readonly value: Uint8Array | undefined;
  readonly problems: readonly Problem[];
}

/** `struct module_signature` as stored (include/linux/module_signature.h). */
export interface SignatureTrailer {
  readonly algorithm: number;
  readonly hash: number;
  /** 0 PGP, 1 X.509, 2 PKCS#7. */
  readonly idType: number;
  readonly signerLength: number;
  readonly keyIdLength: number;
  readonly padding: readonly [number, number, number];
  readonly signatureLength: number;
}

/** All values of one modinfo key, in file order. */
export function modinfoValues(module: KernelModule, key: string): readonly string[] {
  return module.modinfo.filter((entry) => entry.key === key && entry.bare === undefined).map((entry) => entry.value);
}

/** The first value of a modinfo key, which is the one the kernel reads. */
export function modinfoValue(module: KernelModule, key: string): string | undefined {
  return module.modinfo.find((entry) => entry.key === key && entry.bare === undefined)?.value;
}
