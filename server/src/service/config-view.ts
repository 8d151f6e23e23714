import type { TextRange } from '../findings/finding.ts';
import type { TargetKernel } from '../kernel/target-kernel.ts';
import { limits } from '../limits.ts';
import type { FileSystem } from '../ports/file-system.ts';
import { joinUri } from '../ports/uri.ts';
import { parseDotConfigSyntax, quote } from '../text/dot-config-syntax.ts';
import { explainValue } from '../text/kconfig-explain.ts';
import { formatExpression } from '../text/kconfig-expression.ts';
import { toNumber } from '../text/kconfig-number.ts';
import type { KconfigSymbol } from '../text/kconfig-symbol.ts';
import type { KconfigTree } from '../text/kconfig-tree.ts';
import { isTristate, KconfigValues } from '../text/kconfig-values.ts';
import { configEffects } from './config-effects.ts';

/** Words of Kconfig lines that name symbols; help texts do not begin with them. */
const kconfigLine =
  /^\s*(?:(?:menu)?config|depends on|visible if|select|imply|default|def_bool|def_tristate|range|if)\s/;

/**
 * The symbol at a column of a line: `CONFIG_X` anywhere, in a configuration, a script, a Makefile or C. `bare`: a line of
 * Kconfig, where symbols stand without their `CONFIG_`.
 */
export function configSymbolAt(
  lineText: string,
  line: number,
  character: number,
  bare = false,
): { name: string; range: TextRange } | undefined {
  const pattern = bare && kconfigLine.test(lineText) ? /\b(?:CONFIG_)?([A-Z0-9_]{2,})\b/g : /\bCONFIG_(\w+)/g;
  for (const match of lineText.matchAll(pattern)) {
    const end = match.index + match[0].length;
    if (character < match.index || character > end) continue;
    return { name: match[1] ?? '', range: { start: { line, character: match.index }, end: { line, character: end } } };
  }
  return undefined;
}

export interface SymbolHover {
  readonly name: string;
  readonly tree: KconfigTree | undefined;
  readonly targets: readonly TargetKernel[];
  /** The configuration it stands in; absent elsewhere. */
  readonly configText?: string;
  readonly files?: FileSystem;
}

/** Markdown about a symbol: its effect on modules, its value in each target, and what Kconfig says of it. */
export async function hoverConfigSymbol(request: SymbolHover): Promise<string | undefined> {
  const { name, tree, targets } = request;
  const symbol = tree?.symbols.get(name);
  const effect = configEffects[name];
  const parts: string[] = [];
  const title = symbol?.prompts[0]?.value;
  parts.push(`**CONFIG_${name}**${title ? ` · ${title}` : ''}${symbol?.type ? ` · ${symbol.type}` : ''}`);
  if (effect) parts.push(`${{ vermagic: 'Vermagic', crc: 'CRCs', loading: 'Loading' }[effect.on]}: ${effect.effect}`);
  const values = targets.flatMap((target) => {
    const config = target.config?.value;
    if (config === undefined) return [];
    return [`${target.name}: \`${config.get(name) ?? 'not set'}\``];
  });
  if (values.length > 0) parts.push(values.join(' · '));
  if (symbol && tree && symbol.definitions.length > 0) parts.push(...(await kconfigParts(request, tree, symbol)));
  else if (tree) parts.push('This kernel has no such symbol.');
  return parts.length === 1 && symbol === undefined && tree === undefined ? undefined : parts.join('\n\n');
}

async function kconfigParts(request: SymbolHover, tree: KconfigTree, symbol: KconfigSymbol): Promise<string[]> {
  const parts: string[] = [];
  const [definition] = symbol.definitions;
  if (definition?.depends)
    parts.push(`Depends on: \`${formatExpression(definition.depends).replace(/<choice [^>]*>/g, 'its choice')}\``);
  if (symbol.selectedBy.length > 0) {
    const names = symbol.selectedBy.slice(0, 6).map((by) => by.value);
    parts.push(
      `Selected by: ${names.join(', ')}${symbol.selectedBy.length > 6 ? `, and ${symbol.selectedBy.length - 6} more` : ''}`,
    );
  }
  if (symbol.selects.length > 0)
    parts.push(
      `Selects: ${symbol.selects
        .slice(0, 8)
        .map((one) => one.value)
        .join(', ')}`,
    );
  if (request.configText !== undefined) {
    const { settings } = parseDotConfigSyntax(request.configText);
    const values = new KconfigValues(tree, settings, true);
    const computed = values.textOf(symbol);
    const own = settings.get(symbol.name)?.value ?? 'n';
    if (computed !== undefined && computed !== own)
      parts.push(`Kconfig makes it \`${computed}\`: ${explainValue(tree, values, symbol, own)}.`);
  }
  const help = await helpOf(request.files, tree, symbol);
  if (help) parts.push(help);
  if (definition)
    parts.push(
      `${definition.path}:${definition.line + 1}${definition.menus.length > 0 ? ` · ${definition.menus.join(' › ')}` : ''}`,
    );
  return parts;
}

/** The help text, read from its file when asked for. */
async function helpOf(
  files: FileSystem | undefined,
  tree: KconfigTree,
  symbol: KconfigSymbol,
): Promise<string | undefined> {
  const definition = symbol.definitions.find((one) => one.help !== undefined);
  if (!files || !definition?.help) return undefined;
  const bytes = await files.readFile(joinUri(tree.rootUri, definition.path), limits.textBytes).catch(() => undefined);
  if (bytes === undefined) return undefined;
  const text = new TextDecoder().decode(bytes).slice(definition.help.start, definition.help.end);
  return text
    .replace(/^\s*(?:---help---|help)\s*\n/, '')
    .split('\n')
    .map((line) => line.trim())
    .join('\n')
    .trim();
}

/** Every place in the tree that defines a symbol. */
export function configDefinitions(tree: KconfigTree, name: string): { uri: string; range: TextRange }[] {
  return (tree.symbols.get(name)?.definitions ?? []).map(({ path, line }) => ({
    uri: joinUri(tree.rootUri, path),
    range: { start: { line, character: 0 }, end: { line, character: 0 } },
  }));
}

export interface ConfigCompletion {
  /** `CONFIG_X`, or a value. */
  readonly label: string;
  readonly detail: string;
  /** Replaces the word before the cursor. */
  readonly insert: string;
}

/** Names behind `CONFIG_…`, values behind `=`. Only symbols that can be set by hand are offered. */
export function completeConfigLine(tree: KconfigTree, lineBefore: string): ConfigCompletion[] {
  const value = /^CONFIG_(\w+)=(\S*)$/.exec(lineBefore);
  if (value) return completeValue(tree, value[1] ?? '');
  const prefix = /^(?:# )?CONFIG_(\w*)$/.exec(lineBefore)?.[1];
  if (prefix === undefined) return [];
  const found: ConfigCompletion[] = [];
  for (const symbol of tree.symbols.values()) {
    if (!symbol.name.startsWith(prefix) || symbol.prompts.length === 0 || symbol.isChoice) continue;
    found.push({
      label: `CONFIG_${symbol.name}`,
      detail: symbol.prompts[0]?.value ?? '',
      insert: `CONFIG_${symbol.name}`,
    });
    if (found.length >= limits.completions) break;
  }
  return found;
}

function completeValue(tree: KconfigTree, name: string): ConfigCompletion[] {
  const symbol = tree.symbols.get(name);
  if (symbol?.type === undefined) return [];
  const offer = (label: string, detail: string): ConfigCompletion => ({ label, detail, insert: label });
  if (isTristate(symbol)) {
    const module = symbol.type === 'tristate' ? [offer('m', 'as a module')] : [];
    return [offer('y', 'built in'), ...module, offer('n', 'not set: prefer "# CONFIG_… is not set"')];
  }
  return symbol.defaults.flatMap(({ value }) => {
    if (value.kind === 'constant') return [offer(symbol.type === 'string' ? quote(value.text) : value.text, 'default')];
    return value.kind === 'symbol' && toNumber(symbol, value.name) !== undefined ? [offer(value.name, 'default')] : [];
  });
}
