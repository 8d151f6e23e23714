import { limits } from '../limits.ts';
import type { Parsed, Problem } from '../ports/parsed.ts';
import type { KernelConfig } from './kernel-config.ts';
import type { KernelVersion } from './target-kernel.ts';

/** A configuration read from text: `.config`, `auto.conf`, `/boot/config-R` or an image's IKCONFIG. */
export interface DotConfig extends KernelConfig {
  /** What the file's head says of itself: `# Linux/x86 6.1.192 Kernel Configuration`. */
  readonly header: { readonly architecture: string; readonly version: KernelVersion } | undefined;
  /**
   * True when Kconfig wrote the file, so that a symbol that is not there is not set. A defconfig or a
   * fragment written by hand says nothing of the symbols it leaves out.
   */
  readonly complete: boolean;
  /** Every symbol that is set, in file order. */
  names(): Iterable<string>;
}

interface Setting {
  /** `undefined`: said to be not set. */
  readonly value: string | undefined;
  readonly line: number;
}

/**
 * Reads configuration text as scripts/kconfig/confdata.c:conf_read_simple does: `CONFIG_X=value`,
 * `# CONFIG_X is not set`, the last setting wins, every other comment is skipped. A line that is
 * neither is a problem with its line. Text beyond 8 MB is not read.
 */
export function parseDotConfig(text: string): Parsed<DotConfig> {
  const problems: Problem[] = [];
  const settings = new Map<string, Setting>();
  let source = text.charCodeAt(0) === 0xfeff ? text.slice(1) : text;
  if (source.length > limits.configBytes) {
    problems.push({ message: `The configuration is longer than ${limits.configBytes} bytes; the rest is not read.` });
    source = source.slice(0, limits.configBytes);
  }
  let header: DotConfig['header'];
  let generated = false;
  let line = 0;
  for (let start = 0; start < source.length; line++) {
    const newline = source.indexOf('\n', start);
    const end = newline === -1 ? source.length : newline;
    const content = source.slice(start, end).trimEnd();
    start = end + 1;
    if (content === '') continue;
    if (content.startsWith('#')) {
      const unset = /^# CONFIG_(\w+) is not set$/.exec(content);
      if (unset?.[1] !== undefined) settings.set(unset[1], { value: undefined, line });
      else if (line < 10) {
        if (content.includes('utomatically generated')) generated = true;
        header ??= parseHeader(content);
      }
      continue;
    }
    const equals = content.indexOf('=');
    const name = content.slice(7, equals);
    if (equals < 8 || !content.startsWith('CONFIG_') || !/^\w+$/.test(name)) {
      problems.push({ message: `Not a configuration line: "${shorten(content)}".`, line });
      continue;
    }
    const raw = content.slice(equals + 1);
    const value = raw.startsWith('"') ? unquote(raw) : raw;
    if (value === undefined) problems.push({ message: `CONFIG_${name} has no closing quote.`, line });
    settings.set(name, { value: value === 'n' ? undefined : (value ?? raw.slice(1)), line });
  }
  return { value: new TextConfig(settings, header, generated || header !== undefined), problems };
}

class TextConfig implements DotConfig {
  readonly header: DotConfig['header'];
  readonly complete: boolean;
  readonly #settings: ReadonlyMap<string, Setting>;

  constructor(settings: ReadonlyMap<string, Setting>, header: DotConfig['header'], complete: boolean) {
    this.#settings = settings;
    this.header = header;
    this.complete = complete;
  }

  get size(): number {
    return this.#settings.size;
  }

  get(name: string): string | undefined {
    return this.#settings.get(name)?.value;
  }

  line(name: string): number | undefined {
    return this.#settings.get(name)?.line;
  }

  enabled(name: string): boolean {
    return this.#settings.get(name)?.value === 'y';
  }

  *names(): Iterable<string> {
    for (const [name, setting] of this.#settings) if (setting.value !== undefined) yield name;
  }
}

function parseHeader(comment: string): DotConfig['header'] {
  const found = /^# Linux\/(\S+) (\d+)\.(\d+)\.(\d+)\S* Kernel Configuration/.exec(comment);
  if (!found) return undefined;
  const [, architecture = '', major, minor, patch] = found;
  return { architecture, version: { major: Number(major), minor: Number(minor), patch: Number(patch) } };
}

/** Kconfig escapes `"` and `\` with a backslash. `undefined` when the quote is not closed. */
function unquote(raw: string): string | undefined {
  const inner = /^"((?:[^"\\]|\\.)*)"/.exec(raw)?.[1];
  return inner?.replace(/\\(.)/g, '$1');
}

function shorten(text: string): string {
  return text.length > 60 ? `${text.slice(0, 57)}...` : text;
}
