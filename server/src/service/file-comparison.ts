import type { Difference } from '@vermagic/shared';
import { counted } from '../findings/counted.ts';
import { crcText } from '../kernel/crc-text.ts';
import { openRunningTarget } from '../kernel/open-running.ts';
import type { ExportedSymbol } from '../kernel/symbol-table.ts';
import { limits } from '../limits.ts';
import type { Ports } from '../ports/ports.ts';
import { fileUri, parentUri, uriName, uriPath } from '../ports/uri.ts';
import { type DotConfigSyntax, normalizeDotConfig, parseDotConfigSyntax } from '../text/dot-config-syntax.ts';
import { kindOf, type LintInput } from './lint-document.ts';
import { diffSymvers } from './symvers-diff.ts';
import { openSymvers } from './symvers-report.ts';

/**
 * Two configurations, or two Module.symvers, as texts for a diff editor in which only what matters differs. `other`: a
 * URI, or `null` for the configuration of the kernel that runs. A string says in one sentence why there is nothing to show.
 */
export async function compareFiles(ports: Ports, input: LintInput, other: string | null): Promise<Difference | string> {
  if (kindOf(input) === 'symvers') {
    return other === null ? 'A Module.symvers is compared with another file.' : compareSymvers(ports, input.uri, other);
  }
  if (kindOf(input) !== 'dot-config') return `${uriName(input.uri)} is no kernel configuration and no Module.symvers.`;
  const theirs = other ?? (await runningConfig(ports));
  if (theirs === undefined)
    return 'The configuration of the running kernel was not found: there is no /proc/config.gz, no /boot/config-RELEASE and no headers of it.';
  const text = await configText(ports, theirs);
  if (text === undefined) return `${uriPath(theirs)} cannot be read.`;
  const [own, their] = [parseDotConfigSyntax(input.text), parseDotConfigSyntax(text)];
  if (their.settings.size === 0) return `${uriPath(theirs)} is no kernel configuration.`;
  return {
    title: `${shortPath(input.uri)} ↔ ${other === null ? 'the running kernel' : shortPath(theirs)}`,
    left: { label: uriPath(input.uri), text: normalizeDotConfig(withoutNothing(own, their)) },
    right: { label: uriPath(theirs), text: normalizeDotConfig(withoutNothing(their, own)) },
  };
}

/** Every configuration is called `.config`: the folder tells them apart. */
function shortPath(uri: string): string {
  return `${uriName(parentUri(uri))}/${uriName(uri)}`;
}

/** "Is not set" on one side and no line on the other are the same to a kernel. */
function withoutNothing(config: DotConfigSyntax, other: DotConfigSyntax): DotConfigSyntax {
  const kept = [...config.settings].filter(
    ([name, { value, shape }]) => other.settings.has(name) || value !== 'n' || shape === 'string',
  );
  return { ...config, settings: new Map(kept) };
}

async function runningConfig(ports: Ports): Promise<string | undefined> {
  const target = await openRunningTarget(ports, fileUri('/'));
  return target?.config?.origin.uri;
}

/** A configuration as text, unpacked when it is /proc/config.gz. */
async function configText(ports: Ports, uri: string): Promise<string | undefined> {
  const bytes = await ports.files.readFile(uri, limits.configBytes).catch(() => undefined);
  if (bytes === undefined) return undefined;
  if (bytes[0] !== 0x1f || bytes[1] !== 0x8b) return new TextDecoder().decode(bytes);
  const unpacked = await ports.decompressor.unpack('gzip', bytes, limits.configBytes);
  return 'bytes' in unpacked ? new TextDecoder().decode(unpacked.bytes) : undefined;
}

/** Only symbols that differ, in the order of their names: of 28,000 lines that say the same nobody wants to see one. */
async function compareSymvers(ports: Ports, before: string, after: string): Promise<Difference | string> {
  const [one, two] = await Promise.all([openSymvers(ports, before), openSymvers(ports, after)]);
  for (const [uri, { value, problems }] of [
    [before, one],
    [after, two],
  ] as const) {
    if (value.size === 0)
      return `${uriPath(uri)} is no Module.symvers${problems[0] ? `: ${problems[0].message}` : '.'}`;
  }
  const diff = diffSymvers(one.value, two.value);
  const symbols = [...new Map(diff.changes.map((change) => [change.symbol, change])).values()];
  const width = Math.max(0, ...symbols.map(({ symbol }) => symbol.length));
  const text = (side: 'before' | 'after') =>
    symbols.flatMap((change) => (change[side] ? [`${symversRow(change[side], width)}\n`] : [])).join('');
  const count = `${counted(diff.changes.length, 'change')}, ${counted(diff.breaking, 'breaks', 'break')} modules, ${counted(diff.same, 'symbol')} the same`;
  return {
    title: `Module.symvers: ${count}`,
    // Not the name of a Module.symvers: the editor would colour the columns as broken lines of one.
    left: { label: `${uriPath(before)} by symbol`, text: text('before') },
    right: { label: `${uriPath(after)} by symbol`, text: text('after') },
  };
}

function symversRow({ symbol, crc, gplOnly, exporter, namespace }: ExportedSymbol, width: number): string {
  const sum = crc === undefined ? 'no CRC    ' : crcText(crc);
  return `${symbol.padEnd(width)}  ${sum}  ${gplOnly ? 'GPL ' : 'open'}  ${exporter}${namespace === '' ? '' : `  ${namespace}`}`;
}
