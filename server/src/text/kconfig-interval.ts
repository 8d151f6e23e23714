import type { ComparisonOperator } from './kconfig-expression.ts';

/**
 * What is known of a tristate value, as one number: lowest possible level times three plus the highest
 * (n 0, m 1, y 2). One value possible: 0, 4 or 8. Anything possible: 2.
 */
export type Interval = number;

export const unknown: Interval = 2;

export function interval(low: number, high: number): Interval {
  return low * 3 + high;
}

export function exact(level: number): Interval {
  return level * 4;
}

export function includes(value: Interval, level: number): boolean {
  return Math.floor(value / 3) <= level && level <= value % 3;
}

export function min(a: Interval, b: Interval): Interval {
  return interval(Math.min(Math.floor(a / 3), Math.floor(b / 3)), Math.min(a % 3, b % 3));
}

export function max(a: Interval, b: Interval): Interval {
  return interval(Math.max(Math.floor(a / 3), Math.floor(b / 3)), Math.max(a % 3, b % 3));
}

export function not(value: Interval): Interval {
  return interval(2 - (value % 3), 2 - Math.floor(value / 3));
}

const numeric = /^-?(?:\d+|0[xX][0-9a-fA-F]+)$/;

/** Numbers compare as numbers, everything else as text (scripts/kconfig/expr.c: __expr_calc_value). */
export function compareTexts(left: string, operator: ComparisonOperator, right: string): boolean {
  const numbers = numeric.test(left) && numeric.test(right);
  const order = numbers ? toNumber(left) - toNumber(right) : left < right ? -1 : left > right ? 1 : 0;
  switch (operator) {
    case '=':
      return order === 0;
    case '!=':
      return order !== 0;
    case '<':
      return order < 0;
    case '<=':
      return order <= 0;
    case '>':
      return order > 0;
    case '>=':
      return order >= 0;
  }
}

function toNumber(text: string): number {
  return text.startsWith('-') ? -Number(text.slice(1)) : Number(text);
}
