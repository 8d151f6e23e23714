import type { KconfigSymbol } from './kconfig-symbol.ts';

/** A number as its symbol's type writes it: hex with or without 0x. */
export function toNumber(symbol: KconfigSymbol, text: string): number | undefined {
  const pattern = symbol.type === 'hex' ? /^(?:0[xX])?[0-9a-fA-F]+$/ : /^-?\d+$/;
  if (!pattern.test(text)) return undefined;
  return symbol.type === 'hex' ? Number.parseInt(text, 16) : Number(text);
}

/** Texts that are no number are within every range. */
export function isWithin(text: string, [low, high]: readonly [number, number]): boolean {
  const value = text.startsWith('-') || !/^0[xX]/.test(text) ? Number(text) : Number.parseInt(text, 16);
  return Number.isNaN(value) || (value >= low && value <= high);
}

/** The number that its range lets it be. */
export function clamp(symbol: KconfigSymbol, text: string, range: readonly [number, number] | undefined): string {
  const value = toNumber(symbol, text);
  if (range === undefined || value === undefined || isWithin(text, range)) return text;
  const bound = value < range[0] ? range[0] : range[1];
  return symbol.type === 'hex' ? `0x${bound.toString(16)}` : `${bound}`;
}

/** What a number or text without a value is written as. */
export function initialText(symbol: KconfigSymbol): string {
  return symbol.type === 'int' ? '0' : symbol.type === 'hex' ? '0x0' : '';
}
