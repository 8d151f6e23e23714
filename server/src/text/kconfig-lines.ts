import { KconfigScanner } from './kconfig-expression.ts';
import type { KconfigProperty, KconfigStatement } from './kconfig-file.ts';
import { readOption } from './kconfig-option.ts';

type Block = Extract<KconfigStatement, { kind: 'config' | 'menuconfig' | 'choice' | 'menu' | 'comment' }>;

/**
 * Reads Kconfig line by line, as Kconfig's own reader does. The grammar loses what surrounds a line
 * it does not know (a macro call on its own, a `config` without options); this reader loses the line only.
 */
export function readKconfigLines(text: string): KconfigStatement[] {
  const reader = new LineReader(text);
  reader.run();
  return reader.statements;
}

class LineReader {
  readonly statements: KconfigStatement[] = [];
  readonly #text: string;
  #at = 0;
  #line = 0;
  #block: { statement: Block; properties: KconfigProperty[] } | undefined;

  constructor(text: string) {
    this.#text = text;
  }

  run(): void {
    while (this.#at < this.#text.length) {
      const line = this.#line;
      const logical = this.#logicalLine();
      const match = /^\s*([A-Za-z_-]+)(.*)$/s.exec(logical);
      if (match) this.#statement(match[1] ?? '', match[2] ?? '', logical, line);
    }
    this.#flush();
  }

  /** The next line with its `\`-continuations. */
  #logicalLine(): string {
    let line = '';
    for (;;) {
      const end = this.#lineEnd();
      const part = this.#text.slice(this.#at, end);
      this.#at = end + 1;
      this.#line++;
      if (!part.endsWith('\\') || this.#at >= this.#text.length) return line + part;
      line += `${part.slice(0, -1)} `;
    }
  }

  #lineEnd(): number {
    const end = this.#text.indexOf('\n', this.#at);
    return end < 0 ? this.#text.length : end;
  }

  #statement(keyword: string, rest: string, logical: string, line: number): void {
    switch (keyword) {
      case 'config':
      case 'menuconfig':
      case 'choice':
      case 'menu':
      case 'comment':
        this.#flush();
        this.#open(keyword, new KconfigScanner(rest).text() ?? '', line);
        return;
      case 'endmenu':
      case 'endchoice':
      case 'endif':
        this.#flush();
        this.statements.push({ kind: keyword, line });
        return;
      case 'if':
        this.#flush();
        this.statements.push({ kind: 'if', condition: new KconfigScanner(rest).expression(), line });
        return;
      case 'source':
      case 'rsource':
      case 'osource':
      case 'orsource': {
        this.#flush();
        const pattern = new KconfigScanner(rest).text();
        const relative = keyword === 'rsource' || keyword === 'orsource';
        if (pattern !== undefined) this.statements.push({ kind: 'source', pattern, relative, line });
        return;
      }
      case 'help':
      case '---help---':
        this.#help();
        return;
      default:
        this.#other(keyword, rest, logical);
    }
  }

  #other(keyword: string, rest: string, logical: string): void {
    const assignment = /^\s*(:=|\+=|\?=|=)\s*(.*)$/s.exec(rest);
    if (assignment) {
      this.#flush();
      this.statements.push({
        kind: 'variable',
        name: keyword,
        operator: assignment[1] ?? '',
        value: assignment[2] ?? '',
      });
    } else {
      this.#block?.properties.push(...readOption(logical));
    }
  }

  #open(kind: Block['kind'], name: string, line: number): void {
    const properties: KconfigProperty[] = [];
    this.#block = { statement: { kind, name, line, properties, help: undefined }, properties };
  }

  #flush(): void {
    if (this.#block) this.statements.push(this.#block.statement);
    this.#block = undefined;
  }

  /** A help text lasts as long as its lines are indented at least as its first one. */
  #help(): void {
    const start = this.#at;
    let end = start;
    let indent: number | undefined;
    while (this.#at < this.#text.length) {
      const stop = this.#lineEnd();
      const line = this.#text.slice(this.#at, stop);
      if (line.trim() !== '') {
        const own = columnsOfIndent(line);
        indent ??= own;
        if (own === 0 || own < indent) break;
        end = stop;
      }
      this.#at = stop + 1;
      this.#line++;
    }
    if (this.#block) this.#block.statement = { ...this.#block.statement, help: { start, end } };
  }
}

function columnsOfIndent(line: string): number {
  let columns = 0;
  for (const char of line) {
    if (char === '\t') columns = (columns & ~7) + 8;
    else if (char === ' ') columns++;
    else break;
  }
  return columns;
}
