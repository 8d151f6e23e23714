import { limits } from '../limits.ts';
import type { PathMapping } from './path-mapping.ts';

/** An error or warning of a build. */
export interface BuildMessage {
  readonly tool: 'gcc' | 'modpost' | 'kbuild';
  readonly severity: 'error' | 'warning';
  readonly message: string;
  /** Path on this machine; for modpost the module or object. */
  readonly file: string | undefined;
  /** 1-based; `undefined` where the tool does not know. */
  readonly line: number | undefined;
  readonly column: number | undefined;
  /** The symbol it is about; the file that uses it is found from the sources. */
  readonly symbol: string | undefined;
}

const compiler = /^(.+?):(\d+):(?:(\d+):)? (fatal error|error|warning): (.*)$/;
const entering = /^make(?:\[\d+\])?: Entering directory ['`](.+)'$/;
const leaving = /^make(?:\[\d+\])?: Leaving directory ['`](.+)'$/;
const modpost = /^(ERROR|WARNING|FATAL)(?:: modpost)?: (.*)$/;

/** What modpost says, with the part that names a file and the one that names a symbol (scripts/mod/modpost.c). */
const modpostForms: readonly { readonly form: RegExp; readonly file: number; readonly symbol?: number }[] = [
  { form: /^"(.+?)" \[(.+?)\] undefined!$/, file: 2, symbol: 1 },
  { form: /^module (\S+) uses symbol (\S+) from namespace \S+, but does not import it\.?$/, file: 1, symbol: 2 },
  { form: /^GPL-incompatible module (\S+) uses GPL-only symbol '(.+?)'\.?$/, file: 1, symbol: 2 },
  { form: /^(\S+?): section mismatch in reference: (\S+) \(section: /i, file: 1, symbol: 2 },
  { form: /^(\S+?)\([^)]*\): Section mismatch in reference from the (?:function|variable) (\w+)/, file: 1, symbol: 2 },
  { form: /^missing MODULE_LICENSE\(\) in (\S+)$/, file: 1 },
  { form: /^(\S+?\.k?o): /, file: 1 },
];

/** A step of Kbuild with the file it makes: `CC [M]  /src/hello.o`, `MODPOST /src/Module.symvers`. */
const made = /^\s+(?:MODPOST|(?:CC|LD) \[M\])\s+(\S+)$/;

const kbuildForms: readonly { readonly form: RegExp; readonly file?: number; readonly line?: number }[] = [
  { form: /^make(?:\[\d+\])?: \*\*\* No rule to make target '(.+?)'(?:, needed by '.+?')?\./, file: 1 },
  { form: /^make(?:\[\d+\])?: \*\*\* (.+?): No such file or directory\./, file: 1 },
  { form: /^(.+?):(\d+): \*\*\* .+\. {2}Stop\.$/, file: 1, line: 2 },
  { form: /^make(?:\[\d+\])?: (\S+): (?:No such file or directory|Permission denied)$/ },
  { form: /^\/bin\/(?:ba)?sh: (?:line )?\d+: .+: (?:command )?not found$/ },
];

/** Reads the output of gcc, modpost and make as it comes. Relative paths count from the folder that make is in. */
export class BuildOutput {
  readonly #mapping: PathMapping;
  readonly #folders: string[];
  readonly #messages: BuildMessage[] = [];
  readonly #seen = new Set<string>();
  /** Where objects lie, by their name without ending; '' for the folder of the modules. */
  readonly #made = new Map<string, string>();
  #rest = '';

  /** `workdir`: the folder inside that the command starts in. */
  constructor(mapping: PathMapping, workdir: string) {
    this.#mapping = mapping;
    this.#folders = [workdir];
  }

  get messages(): readonly BuildMessage[] {
    return this.#messages;
  }

  /** Takes a part of the output; returns the whole lines it completes, with paths of this machine. */
  push(text: string): readonly string[] {
    const lines = (this.#rest + text).split('\n');
    this.#rest = (lines.pop() ?? '').slice(-limits.scriptLine);
    return lines.map((line) => this.#line(line.replace(/\r$/, '')));
  }

  /** The line that has no end yet. */
  end(): readonly string[] {
    const rest = this.#rest;
    this.#rest = '';
    return rest === '' ? [] : [this.#line(rest)];
  }

  #line(line: string): string {
    const plain = line.replace(/\u001b\[[\d;]*[mK]/g, '');
    const into = entering.exec(plain)?.[1];
    if (into !== undefined) this.#folders.push(into);
    else if (leaving.test(plain) && this.#folders.length > 1) this.#folders.pop();
    const object = made.exec(plain)?.[1];
    if (object !== undefined) this.#remember(object);
    const message = this.#compiler(plain) ?? this.#modpost(plain) ?? this.#kbuild(plain);
    const key = message && `${message.file}:${message.line}:${message.message}`;
    if (message && key !== undefined && !this.#seen.has(key) && this.#messages.length < limits.buildProblems) {
      this.#seen.add(key);
      this.#messages.push(message);
    }
    return this.#mapping.line(line);
  }

  #compiler(line: string): BuildMessage | undefined {
    const match = compiler.exec(line);
    if (!match) return undefined;
    const [, file = '', row, column, level, message = ''] = match;
    return {
      tool: 'gcc',
      severity: level === 'warning' ? 'warning' : 'error',
      message,
      file: this.#host(file),
      line: Number(row),
      column: column === undefined ? undefined : Number(column),
      symbol: undefined,
    };
  }

  #modpost(line: string): BuildMessage | undefined {
    const match = modpost.exec(line);
    const text = match?.[2] ?? '';
    const found =
      match && modpostForms.map(({ form, ...parts }) => ({ parts, match: form.exec(text) })).find((one) => one.match);
    if (!match || (!found && !line.includes('modpost'))) return undefined;
    const at = (index: number | undefined) => (index === undefined ? undefined : found?.match?.[index]);
    const file = at(found?.parts.file);
    return {
      tool: 'modpost',
      severity: match[1] === 'WARNING' ? 'warning' : 'error',
      message: this.#mapping.line(text),
      file: file === undefined ? undefined : this.#module(file),
      line: undefined,
      column: undefined,
      symbol: at(found?.parts.symbol),
    };
  }

  #kbuild(line: string): BuildMessage | undefined {
    for (const { form, file, line: row } of kbuildForms) {
      const match = form.exec(line);
      if (!match) continue;
      const named = file === undefined ? undefined : match[file];
      const text = line.replace(/^make(?:\[\d+\])?: (?:\*\*\* )?|^.+?:\d+: \*\*\* /, '').replace(/ {2}Stop\.$/, '');
      return {
        tool: 'kbuild',
        severity: 'error',
        message: this.#mapping.line(text),
        file: named === undefined ? undefined : this.#host(named),
        line: row === undefined ? undefined : Number(match[row]),
        column: undefined,
        symbol: undefined,
      };
    }
    return undefined;
  }

  #remember(path: string): void {
    const folder = path.replace(/\/?[^/]*$/, '') || '.';
    const name = (path.split('/').at(-1) ?? '').replace(/\.\w+$/, '');
    this.#made.set(name === 'Module' ? '' : name, folder);
  }

  /** A module of which modpost gives the name alone lies where its object was made. */
  #module(name: string): string {
    if (name.includes('/')) return this.#host(name);
    const stem = name.replace(/\.k?o$/, '');
    const folder = this.#made.get(stem) ?? this.#made.get('');
    return this.#host(folder === undefined ? name : `${folder}/${stem}.ko`);
  }

  /** Relative paths count from the folder make is in. */
  #host(path: string): string {
    const absolute = path.startsWith('/') ? path : `${this.#folders.at(-1)?.replace(/\/$/, '') ?? ''}/${path}`;
    return this.#mapping.toHost(normal(absolute));
  }
}

function normal(path: string): string {
  const parts: string[] = [];
  for (const part of path.split('/')) {
    if (part === '' || part === '.') continue;
    if (part === '..') parts.pop();
    else parts.push(part);
  }
  return `/${parts.join('/')}`;
}

/** What broke the build, of all it said: a compiler's error before what follows from it. */
export function causeOf(messages: readonly BuildMessage[]): BuildMessage | undefined {
  const errors = messages.filter(({ severity }) => severity === 'error');
  return ['gcc', 'modpost', 'kbuild'].map((tool) => errors.find((error) => error.tool === tool)).find(Boolean);
}
