import { type DotConfig, parseDotConfig } from '../../kernel/dot-config.ts';
import type { DotConfigSetting, DotConfigSyntax } from '../../text/dot-config-syntax.ts';

/** More letters than the head of a configuration has, in which it says what wrote it. */
const headLetters = 2_000;

/** The configuration that a text makes, out of the lines that were read of it: reading 10,000 lines twice costs as much as all rules. */
export class SyntaxConfig implements DotConfig {
  readonly header: DotConfig['header'];
  readonly complete: boolean;
  readonly #settings: ReadonlyMap<string, DotConfigSetting>;

  constructor(text: string, syntax: DotConfigSyntax) {
    const head = parseDotConfig(text.slice(0, headLetters)).value;
    this.header = head.header;
    this.complete = head.complete;
    this.#settings = syntax.settings;
  }

  get size(): number {
    return this.#settings.size;
  }

  get(name: string): string | undefined {
    const setting = this.#settings.get(name);
    if (setting === undefined || setting.value === 'n') return undefined;
    return setting.shape === 'open-string' ? setting.value.slice(1) : setting.value;
  }

  line(name: string): number | undefined {
    return this.#settings.get(name)?.line;
  }

  enabled(name: string): boolean {
    return this.#settings.get(name)?.value === 'y';
  }

  *names(): Iterable<string> {
    for (const { name, value } of this.#settings.values()) if (value !== 'n') yield name;
  }
}
