import { containerTools, shells, wrappers } from './wrappers.ts';

/** Which commands somebody asks about. All others are passed over before their words are made: most of any script. */
export interface CommandInterest {
  /** `name` is the program's base name, `text` the whole command as written. */
  wants(name: string, text: string): boolean;
  /** The scripts run in a shell whose `echo` expands escapes, as Debian's /bin/sh does. */
  readonly expandsEchoes?: boolean;
}

/** Every command, for a caller that wants to know all. */
export const everyCommand: CommandInterest = { wants: () => true };

/** Builtins that change what later commands mean, or run others; and `tee`, which writes files. */
const telling: ReadonlySet<string> = new Set([
  'eval',
  'trap',
  '.',
  'source',
  'set',
  'shift',
  'read',
  'tee',
  'cd',
  'pushd',
  'popd',
  'alias',
]);

/** Builtins and programs that only matter where somebody reads what they print. */
const printing: ReadonlySet<string> = new Set(['echo', 'printf', 'cat']);

/** True when the command may run another one, or change what a later one means. */
export function isFollowed(name: string, collecting: boolean): boolean {
  return (
    telling.has(name) ||
    (collecting && printing.has(name)) ||
    shells.has(name) ||
    Object.hasOwn(wrappers, name) ||
    containerTools.has(name) ||
    name === 'find' ||
    name === 'fd'
  );
}
