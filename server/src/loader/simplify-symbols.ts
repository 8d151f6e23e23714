import { EM_386, EM_X86_64, SHN_ABS, SHN_COMMON, SHN_LIVEPATCH } from '../elf/constants.ts';
import { atLeast } from '../kernel/kernel-version.ts';
import type { KernelModule, ModuleImport } from '../module/kernel-module.ts';
import { VersionChecker } from './check-version.ts';
import type { FoundSymbol } from './find-symbol.ts';
import { findSymbol } from './find-symbol.ts';
import { inheritTaint } from './inherit-taint.ts';
import type { LoadCheck } from './load-check.ts';
import type { LoadState } from './load-state.ts';
import { namespaceIsImported } from './namespaces.ts';
import { locate } from './origin-location.ts';
import { similarSymbols } from './similar-symbols.ts';
import type { Errno } from './verdict.ts';

/** `null`: the kernel's NULL, which a weak symbol survives. */
type Resolution = 'found' | 'open' | null | 'EINVAL';

/**
 * Resolves the undefined symbols in symbol table order. Every failure is printed; the errno is that of
 * the last failing symbol.
 */
export const simplifySymbols: LoadCheck = {
  name: 'simplify-symbols',
  kernelFunction: 'kernel/module/main.c: simplify_symbols, resolve_symbol',
  run(state, module) {
    const versions = new VersionChecker(state, this.name);
    let errno: Errno | undefined;
    const open: string[] = [];
    for (const entry of symbolsInOrder(module)) {
      if ('kind' in entry) {
        errno = refusesOddSymbol(state, entry) ? 'ENOEXEC' : errno;
        continue;
      }
      const resolution = resolveSymbol(state, entry.symbol, versions);
      if (resolution === 'found' || (resolution === null && isOptional(module, entry))) {
        continue;
      }
      if (resolution === 'open') {
        if (!entry.weak) {
          open.push(entry.symbol);
        }
        continue;
      }
      const number = resolution === null ? -2 : -22;
      state.print(`${state.name}: Unknown symbol ${entry.symbol} (err ${number})`);
      errno = resolution === null ? 'ENOENT' : 'EINVAL';
    }
    errno = assumeOpenSymbols(state, open) ?? errno;
    if (errno !== undefined) {
      state.refuseFor(errno, [
        'unknown-symbol',
        'gpl-only-symbol',
        'crc-mismatch',
        'crc-missing',
        'namespace-not-imported',
        'versions-empty',
        'elf-invalid',
      ]);
    }
  },
};

interface OddSymbol {
  readonly kind: 'common' | 'bad-section-index';
  readonly symbol: string;
  readonly symbolIndex: number;
  readonly sectionIndex: number;
}

type SymbolEntry = ModuleImport | OddSymbol;

function symbolsInOrder(module: KernelModule): readonly SymbolEntry[] {
  const sections = module.elf?.sections.length ?? 0;
  const odd = module.irregularSymbols.flatMap((symbol): OddSymbol[] => {
    // The loader knows no SHN_XINDEX: it takes st_shndx as it stands.
    const { shndx } = symbol;
    const entry = { symbol: symbol.name, symbolIndex: symbol.index, sectionIndex: shndx };
    if (shndx === SHN_COMMON) {
      return [{ kind: 'common', ...entry }];
    }
    const special = shndx === SHN_ABS || shndx === SHN_LIVEPATCH;
    return shndx >= sections && !special ? [{ kind: 'bad-section-index', ...entry }] : [];
  });
  return odd.length === 0 ? module.imports : [...module.imports, ...odd].sort((a, b) => a.symbolIndex - b.symbolIndex);
}

/** A weak symbol, or the one that x86 linkers leave behind (ignore_undef_symbol). */
function isOptional(module: KernelModule, entry: { readonly symbol: string; readonly weak: boolean }): boolean {
  const machine = module.elf?.header.machine;
  return entry.weak || (entry.symbol === '_GLOBAL_OFFSET_TABLE_' && (machine === EM_X86_64 || machine === EM_386));
}

function refusesOddSymbol(state: LoadState, entry: OddSymbol): boolean {
  if (entry.kind === 'common' && !entry.symbol.startsWith('__gnu_lto')) {
    state.print(`${state.name}: please compile with -fno-common`);
    state.report(
      'elf-invalid',
      'error',
      `${entry.symbol} is a common symbol, which the loader does not place. Compile with -fno-common, as Kbuild does.`,
      { symbol: entry.symbol },
    );
    return true;
  }
  if (entry.kind === 'bad-section-index' && state.byVersion(checksSectionIndex)) {
    const max = (state.module.elf?.sections.length ?? 1) - 1;
    state.print(
      `${state.name}: Symbol ${entry.symbol} has an invalid section index ${entry.sectionIndex} (max ${max})`,
    );
    state.report(
      'elf-invalid',
      'error',
      `Symbol ${entry.symbol} claims to lie in section ${entry.sectionIndex}, and the last section is ${max}: the file is damaged. Build it again.`,
      { symbol: entry.symbol },
    );
    return true;
  }
  return false;
}

/** The check of section indices is in 7.2 and was backported to some stable releases. */
function checksSectionIndex(version: { major: number; minor: number; patch: number }): boolean {
  const backports = [
    [5, 15, 223],
    [6, 1, 192],
    [6, 8, 12],
    [6, 12, 117],
  ];
  return (
    atLeast(version, 7, 2) ||
    backports.some(([major, minor, patch]) => {
      return version.major === major && version.minor === minor && version.patch >= (patch ?? 0);
    })
  );
}

function resolveSymbol(state: LoadState, symbol: string, versions: VersionChecker): Resolution {
  const found = findSymbol(state, symbol);
  if (found === 'open') {
    return 'open';
  }
  if (found === 'absent') {
    reportUnknown(state, symbol);
    return null;
  }
  if (found.gplOnly && state.moduleTaints.has('P')) {
    reportGplOnly(state, symbol, found);
    return null;
  }
  state.usingGplOnlySymbols ||= found.gplOnly;
  if (!inheritTaint(state, symbol, found)) {
    return null;
  }
  if (!versions.accepts(symbol, found.crc, found.origin) || !namespaceIsImported(state, symbol, found)) {
    return 'EINVAL';
  }
  return 'found';
}

/** Symbols whose exporter is not known: one assumption for all of them. */
function assumeOpenSymbols(state: LoadState, open: readonly string[]): Errno | undefined {
  if (open.length === 0) {
    return undefined;
  }
  if (state.target.symbols === undefined) {
    const end = state.choose<'fit' | 'ENOENT' | 'EINVAL'>('symbols', ['fit', 'ENOENT', 'EINVAL'], {
      fact: 'Module.symvers of the target',
      supply:
        "Give the target's Module.symvers (build tree, headers, /lib/modules/RELEASE/symvers.*, boot/symvers-*) or its kernel image.",
      check: 'simplify-symbols',
    });
    return end === 'fit' ? undefined : end;
  }
  const named = open.slice(0, 5).join(', ') + (open.length > 5 ? ` and ${open.length - 5} more` : '');
  const provided = state.choose('open symbols', [true, false], {
    fact: `who exports ${named}`,
    supply:
      'Give the Module.symvers of the modules that export them, or name those modules with --with; the known Module.symvers covers only a part of the target.',
    check: 'simplify-symbols',
  });
  return provided ? undefined : 'ENOENT';
}

function reportUnknown(state: LoadState, symbol: string): void {
  const weak = state.module.imports.find((entry) => entry.symbol === symbol)?.weak === true;
  if (weak) {
    return;
  }
  const origins = state.target.symbols?.origins.map((origin) => origin.label).join(', ') ?? '';
  const similar = similarSymbols(state, symbol);
  const hint = similar.length > 0 ? ` Similar exports: ${similar.join(', ')}.` : '';
  const retired = state.refusedProviders.get(symbol);
  const provider =
    retired === undefined ? '' : ` ${retired} exports it, but would itself be refused before this module is loaded.`;
  state.report(
    'unknown-symbol',
    'error',
    `${symbol} is exported neither by the target (${origins}) nor by a module loaded before.${provider}${hint} Load the module that exports it first (--with), or rebuild for this kernel if it was renamed or is not configured there.`,
    { symbol },
  );
}

function reportGplOnly(state: LoadState, symbol: string, found: FoundSymbol): void {
  const by = found.owner === undefined ? 'the kernel' : found.owner;
  state.report(
    'gpl-only-symbol',
    'error',
    `${symbol} is exported by ${by} for GPL-compatible modules only, and this module counts as proprietary: the kernel does not show it the symbol and reports it as unknown. Use a GPL-compatible MODULE_LICENSE if it applies, or another interface.`,
    { symbol, ...locate(found.origin, `${symbol} is exported GPL-only`) },
  );
}
