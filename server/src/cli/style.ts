import type { Severity } from '../findings/finding.ts';

type Paint = (text: string) => string;

/** Words in the terminal's own colours; every meaning also stands in a word, never in colour alone. */
export interface Style {
  readonly bold: Paint;
  readonly dim: Paint;
  readonly red: Paint;
  readonly green: Paint;
  readonly yellow: Paint;
  readonly blue: Paint;
}

export function styleFor(colour: boolean): Style {
  const sgr =
    (open: number, close: number): Paint =>
    (text) =>
      colour && text !== '' ? `\u001b[${open}m${text}\u001b[${close}m` : text;
  return {
    bold: sgr(1, 22),
    dim: sgr(2, 22),
    red: sgr(31, 39),
    green: sgr(32, 39),
    yellow: sgr(33, 39),
    blue: sgr(34, 39),
  };
}

export function severityPaint(style: Style, severity: Severity): Paint {
  return { error: style.red, warning: style.yellow, info: style.blue, hint: style.dim }[severity];
}

/** What `printable` leaves of a file's text: control characters of a hostile file must not reach the terminal. */
export function printable(text: string): string {
  return text.replace(
    /[\u0000-\u0008\u000b-\u001f\u007f-\u009f]/g,
    (c) => `\\x${c.charCodeAt(0).toString(16).padStart(2, '0')}`,
  );
}
