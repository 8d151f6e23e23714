/** A line that the module loader, kmod or modpost prints, as data: what it looks like, why it comes, what to do. */
export interface LogMessage {
  /** Stable, kebab-case; the tests and the documentation name it. */
  readonly id: string;
  /** Groups: `module`, `file` (a module's file), `symbol`, and others that `cause` and `next` use as `{name}`. */
  readonly pattern: RegExp;
  /** A sentence without its full stop, written as it is shown: a name in it keeps its letters. */
  readonly cause: string;
  readonly next: string;
  /** The errno the load ends with, when this line decides. */
  readonly errno?: string;
}

/** Before what the kernel says of a module. Begins at the beginning of a word, so that long lines are searched fast. */
export const name = '(?<![\\w.-])(?<module>[\\w.-]+)';

export function line(text: string): RegExp {
  return new RegExp(text);
}
