/**
 * A kernel's configuration. `undefined` from `get` means "not set", which in a complete `.config`
 * is a fact: `# CONFIG_X is not set` and a missing line are the same to the build.
 */
export interface KernelConfig {
  /** Value without the `CONFIG_` prefix in `name`: `y`, `m`, a number, or a string without its quotes. */
  get(name: string): string | undefined;
  /** 0-based line of the (last) setting, for messages. */
  line(name: string): number | undefined;
  /** True for `y` (and for `m` only where `m` counts, which the caller asks by `get`). */
  enabled(name: string): boolean;
  readonly size: number;
}
