import type { Origin } from '../kernel/fact.ts';
import { atLeast } from '../kernel/kernel-version.ts';
import { modinfoValue, type SymbolVersion } from '../module/kernel-module.ts';
import type { LoadState } from './load-state.ts';
import { findSection } from './module-sections.ts';
import { locate } from './origin-location.ts';
import { silentRefusal, tryToForceLoad } from './try-to-force-load.ts';
import { usesFlexibleVersions, vendorProfiles } from './vendor-profile.ts';

/** Does the target check CRCs? Its configuration says so, and so does its vermagic. */
export function targetHasModversions(state: LoadState, check: string): boolean {
  const vermagic = state.target.vermagic?.value;
  if (state.target.config === undefined && vermagic !== undefined) {
    return / modversions( |$)/.test(vermagic);
  }
  return state.config('MODVERSIONS', false, check);
}

/** `info->index.vers`: a `__versions` section that is allocated and not waved away by the caller. */
export function hasVisibleVersions(state: LoadState): boolean {
  return state.module.versions.sectionVisible && state.request.ignoreModversions !== true;
}

type Records =
  | { readonly kind: 'extended' | 'basic'; readonly crcs: CrcTable }
  | { readonly kind: 'none' }
  | { readonly kind: 'unreadable' };

/** The table of CRCs as this target's kernel reads it. */
function recordsFor(state: LoadState): Records {
  const { versions } = state.module;
  const ignored = state.request.ignoreModversions === true;
  const extended =
    versions.extended !== undefined && findSection(state.module, '__version_ext_crcs') !== undefined && !ignored;
  if (extended && state.byVersion((version) => atLeast(version, 6, 14))) {
    return { kind: 'extended', crcs: new CrcTable(versions.extended ?? []) };
  }
  if (!hasVisibleVersions(state)) {
    return { kind: 'none' };
  }
  const flexibleVendors = state.byVersion((version) =>
    Object.values(vendorProfiles)
      .filter((profile) => usesFlexibleVersions(profile, version))
      .map((profile) => profile.vendor)
      .join(' '),
  );
  const flexible =
    flexibleVendors !== '' && state.byVendor((profile) => flexibleVendors.includes(profile.vendor), 'check-version');
  if (versions.entries.length > 0 && flexible !== (versions.format === 'flexible')) {
    // A classic reader finds no name where it looks; a flexible one takes the first CRC for a length.
    return flexible ? { kind: 'unreadable' } : { kind: 'basic', crcs: new CrcTable([]) };
  }
  return { kind: 'basic', crcs: new CrcTable(versions.entries) };
}

/** CRCs by symbol; of several records for one, the first counts. One look-up alone is not worth an index. */
class CrcTable {
  readonly #records: readonly SymbolVersion[];
  #index: Map<string, number> | undefined;
  #lookups = 0;

  constructor(records: readonly SymbolVersion[]) {
    this.#records = records;
  }

  get(symbol: string): number | undefined {
    this.#lookups += 1;
    if (this.#lookups === 1) {
      return this.#records.find((record) => record.symbol === symbol)?.crc;
    }
    this.#index ??= indexOf(this.#records);
    return this.#index.get(symbol);
  }
}

function indexOf(records: readonly SymbolVersion[]): Map<string, number> {
  const crcs = new Map<string, number>();
  for (const { symbol, crc } of records) {
    if (!crcs.has(symbol)) {
      crcs.set(symbol, crc);
    }
  }
  return crcs;
}

/**
 * kernel/module/version.c: check_version, for one load. Every refusal is reported as a finding; the caller
 * gives the errno.
 */
export class VersionChecker {
  readonly #state: LoadState;
  readonly #check: string;
  #records: Records | undefined;

  constructor(state: LoadState, check: string) {
    this.#state = state;
    this.#check = check;
  }

  /** `expected`: CRC that the exporter has for `symbol`; `undefined` when it has none. */
  accepts(symbol: string, expected: number | undefined, origin: Origin | undefined): boolean {
    const state = this.#state;
    if (expected === undefined || !targetHasModversions(state, this.#check)) {
      return true;
    }
    this.#records ??= recordsFor(state);
    const records = this.#records;
    if (records.kind === 'none') {
      return this.#force(symbol);
    }
    const actual = 'crcs' in records ? records.crcs.get(symbol) : undefined;
    if (actual === expected) {
      return true;
    }
    if (actual !== undefined || records.kind === 'unreadable') {
      state.print(`${state.infoName}: disagrees about version of symbol ${symbol}`);
      reportMismatch(state, symbol, expected, actual, origin);
      return false;
    }
    if (records.kind === 'extended') {
      state.printOnce('no-extended-version', `${state.infoName}: no extended symbol version for ${symbol}`);
      reportMissing(state, symbol, expected, false, origin);
      return true;
    }
    return this.#missing(symbol, expected, origin);
  }

  #missing(symbol: string, expected: number, origin: Origin | undefined): boolean {
    const state = this.#state;
    const line = `${state.infoName}: no symbol version for ${symbol}`;
    const refused = state.byVendor((profile) => profile.missingVersion, this.#check) === 'refuse';
    if (refused) {
      state.print(line);
    } else {
      state.printOnce('no-version', line);
    }
    reportMissing(state, symbol, expected, refused, origin);
    return !refused;
  }

  #force(symbol: string): boolean {
    const state = this.#state;
    const taken = tryToForceLoad(state, symbol, this.#check);
    if (symbol === 'module_layout') {
      reportNoTable(state, taken);
    }
    return taken;
  }
}

export function hex(crc: number): string {
  return `0x${crc.toString(16).padStart(8, '0')}`;
}

function reportMismatch(
  state: LoadState,
  symbol: string,
  expected: number,
  actual: number | undefined,
  origin: Origin | undefined,
): void {
  const from = origin === undefined ? '' : ` (${origin.label})`;
  const found = actual === undefined ? 'a table of CRCs in another format' : `CRC ${hex(actual)}`;
  const meaning =
    symbol === 'module_layout'
      ? "module_layout stands for struct module and the loader's other structures: the module was built for a kernel of another build or configuration"
      : 'the types in its prototype changed between the two builds';
  state.report(
    'crc-mismatch',
    'error',
    `${symbol}: the target has CRC ${hex(expected)}${from}, the module has ${found}; ${meaning}. Rebuild the module against the target's headers and Module.symvers.`,
    {
      symbol,
      expected: hex(expected),
      ...(actual === undefined ? {} : { actual: hex(actual) }),
      ...locate(origin, `The target's CRC of ${symbol} is ${hex(expected)}`),
    },
  );
}

function reportMissing(
  state: LoadState,
  symbol: string,
  expected: number,
  refused: boolean,
  origin: Origin | undefined,
): void {
  const from = origin === undefined ? '' : ` (${origin.label})`;
  const effect = refused
    ? "Debian's kernel refuses that"
    : "this kernel takes it unchecked and warns once per boot (Debian's would refuse it)";
  state.report(
    'crc-missing',
    refused ? 'error' : 'warning',
    `${symbol}: the target has CRC ${hex(expected)}${from}, the module has none for it; ${effect}. Rebuild it with the Module.symvers of the kernel, and those of other modules it uses in KBUILD_EXTRA_SYMBOLS.`,
    { symbol, expected: hex(expected), ...locate(origin, `The target's CRC of ${symbol}`) },
  );
}

function reportNoTable(state: LoadState, taken: boolean): void {
  const severity = taken ? 'warning' : 'error';
  const outcome = taken
    ? `${state.configOrigin('MODULE_FORCE_LOAD')} lets it pass with taint F, and vermagic then has to be equal, release included`
    : silentRefusal(state);
  if (state.request.ignoreModversions === true) {
    state.report('force-useless', severity, `The CRCs are ignored on request; ${outcome}. Load it without force.`);
    return;
  }
  const claims = / modversions( |$)/.test(modinfoValue(state.module, 'vermagic') ?? '');
  const found = claims
    ? "The module's vermagic says modversions, but it carries no CRCs (no visible __versions section): it was built without Module.symvers"
    : 'The target checks CRCs and the module carries none: it was built for a kernel without CONFIG_MODVERSIONS';
  state.report(
    'versions-empty',
    severity,
    `${found}. ${outcome}. Rebuild it against the target's headers with their Module.symvers.`,
  );
}
