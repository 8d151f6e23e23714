/** An expression of the Kconfig language (scripts/kconfig/parser.y: expr). */
export type KconfigExpression =
  /** Any bare word: where no symbol has that name, it stands for itself, as most numbers do. */
  | { readonly kind: 'symbol'; readonly name: string }
  /** A quoted text. */
  | { readonly kind: 'constant'; readonly text: string }
  /** A text with `$(…)` in it, which only the build knows. */
  | { readonly kind: 'macro'; readonly text: string }
  | { readonly kind: 'not'; readonly operand: KconfigExpression }
  | { readonly kind: 'and' | 'or'; readonly left: KconfigExpression; readonly right: KconfigExpression }
  | {
      readonly kind: 'compare';
      readonly operator: ComparisonOperator;
      readonly left: KconfigExpression;
      readonly right: KconfigExpression;
    };

export type ComparisonOperator = '=' | '!=' | '<' | '<=' | '>' | '>=';

interface Token {
  readonly kind: 'word' | 'text' | 'macro' | 'operator';
  readonly text: string;
}

/** Reads the words of one logical line; what follows a `#` is left out. */
export class KconfigScanner {
  readonly #tokens: readonly Token[];
  #next = 0;

  constructor(line: string) {
    this.#tokens = tokenize(line);
  }

  get done(): boolean {
    return this.#next >= this.#tokens.length;
  }

  /** The next token's text when it is a bare word, without taking it. */
  peekWord(): string | undefined {
    const token = this.#tokens[this.#next];
    return token?.kind === 'word' ? token.text : undefined;
  }

  word(): string | undefined {
    const word = this.peekWord();
    if (word !== undefined) this.#next++;
    return word;
  }

  /** A quoted text (macros inside it left as written). */
  text(): string | undefined {
    const token = this.#tokens[this.#next];
    if (token === undefined || token.kind === 'operator') return undefined;
    this.#next++;
    return token.text;
  }

  /** `if EXPRESSION`, when it comes next. */
  condition(): KconfigExpression | undefined {
    if (this.peekWord() !== 'if') return undefined;
    this.#next++;
    return this.expression();
  }

  /** One operand: a symbol, constant or macro. */
  operand(): KconfigExpression | undefined {
    const token = this.#tokens[this.#next];
    if (token === undefined || token.kind === 'operator') return undefined;
    this.#next++;
    if (token.kind === 'macro') return { kind: 'macro', text: token.text };
    if (token.kind === 'text') return { kind: 'constant', text: token.text };
    return { kind: 'symbol', name: token.text };
  }

  expression(): KconfigExpression | undefined {
    let left = this.#conjunction();
    while (left !== undefined && this.#take('||')) {
      const right = this.#conjunction();
      if (right === undefined) return left;
      left = { kind: 'or', left, right };
    }
    return left;
  }

  #conjunction(): KconfigExpression | undefined {
    let left = this.#unary();
    while (left !== undefined && this.#take('&&')) {
      const right = this.#unary();
      if (right === undefined) return left;
      left = { kind: 'and', left, right };
    }
    return left;
  }

  #unary(): KconfigExpression | undefined {
    if (this.#take('!')) {
      const operand = this.#unary();
      return operand && { kind: 'not', operand };
    }
    if (this.#take('(')) {
      const inner = this.expression();
      this.#take(')');
      return inner;
    }
    return this.#comparison();
  }

  #comparison(): KconfigExpression | undefined {
    const left = this.operand();
    const token = this.#tokens[this.#next];
    if (left === undefined || token?.kind !== 'operator' || !isComparison(token.text)) return left;
    this.#next++;
    const right = this.operand();
    return right === undefined ? left : { kind: 'compare', operator: token.text, left, right };
  }

  #take(operator: string): boolean {
    const token = this.#tokens[this.#next];
    if (token?.kind !== 'operator' || token.text !== operator) return false;
    this.#next++;
    return true;
  }
}

function isComparison(text: string): text is ComparisonOperator {
  return text === '=' || text === '!=' || text === '<' || text === '<=' || text === '>' || text === '>=';
}

function tokenize(line: string): Token[] {
  const tokens: Token[] = [];
  let at = 0;
  while (at < line.length) {
    const char = line[at] ?? '';
    if (char === '#') break;
    if (char === ' ' || char === '\t' || char === '\n' || char === '\r' || char === '\\') {
      at++;
    } else if (char === '"' || char === "'") {
      const end = closingQuote(line, at);
      const text = line.slice(at + 1, end).replace(/\\(.)/g, '$1');
      tokens.push({ kind: text.includes('$(') ? 'macro' : 'text', text });
      at = end + 1;
    } else if (char === '$' && line[at + 1] === '(') {
      const end = wordEnd(line, at);
      tokens.push({ kind: 'macro', text: line.slice(at, end) });
      at = end;
    } else if (isWordCharacter(line.charCodeAt(at))) {
      const end = wordEnd(line, at);
      const text = line.slice(at, end);
      tokens.push({ kind: text.includes('$(') ? 'macro' : 'word', text });
      at = end;
    } else {
      const two = line.slice(at, at + 2);
      const operator = two === '&&' || two === '||' || two === '!=' || two === '<=' || two === '>=' ? two : char;
      tokens.push({ kind: 'operator', text: operator });
      at += operator.length;
    }
  }
  return tokens;
}

function isWordCharacter(code: number): boolean {
  return (
    (code >= 97 && code <= 122) ||
    (code >= 65 && code <= 90) ||
    (code >= 48 && code <= 57) ||
    code === 95 ||
    code === 45 ||
    code === 46 ||
    code === 47
  );
}

/** End of a word, `$(…)` with nested parentheses included. */
function wordEnd(line: string, start: number): number {
  let at = start;
  while (at < line.length) {
    if (line[at] === '$' && line[at + 1] === '(') at = closingParenthesis(line, at + 1) + 1;
    else if (isWordCharacter(line.charCodeAt(at))) at++;
    else break;
  }
  return at;
}

function closingQuote(line: string, start: number): number {
  const quote = line[start];
  for (let at = start + 1; at < line.length; at++) {
    if (line[at] === '\\') at++;
    else if (line[at] === '$' && line[at + 1] === '(') at = closingParenthesis(line, at + 1);
    else if (line[at] === quote) return at;
  }
  return line.length;
}

/** Index of the parenthesis that closes the one at `start`. */
function closingParenthesis(line: string, start: number): number {
  let depth = 0;
  for (let at = start; at < line.length; at++) {
    if (line[at] === '(') depth++;
    else if (line[at] === ')' && --depth === 0) return at;
  }
  return line.length;
}

/** The expression as a person would write it. */
export function formatExpression(expression: KconfigExpression, parent: 'or' | 'and' | 'top' = 'top'): string {
  switch (expression.kind) {
    case 'symbol':
      return expression.name;
    case 'constant':
      return /^[-\w]+$/.test(expression.text) ? expression.text : `"${expression.text}"`;
    case 'macro':
      return expression.text;
    case 'not': {
      const inner = formatExpression(expression.operand, 'and');
      return expression.operand.kind === 'and' || expression.operand.kind === 'compare' ? `!(${inner})` : `!${inner}`;
    }
    case 'compare':
      return `${formatExpression(expression.left)} ${expression.operator} ${formatExpression(expression.right)}`;
    case 'and':
      return `${formatExpression(expression.left, 'and')} && ${formatExpression(expression.right, 'and')}`;
    case 'or': {
      const text = `${formatExpression(expression.left, 'or')} || ${formatExpression(expression.right, 'or')}`;
      return parent === 'and' ? `(${text})` : text;
    }
  }
}

/** The parts that must all hold, outermost `&&` taken apart. */
export function conjuncts(expression: KconfigExpression): KconfigExpression[] {
  return expression.kind === 'and' ? [...conjuncts(expression.left), ...conjuncts(expression.right)] : [expression];
}

export function and(
  left: KconfigExpression | undefined,
  right: KconfigExpression | undefined,
): KconfigExpression | undefined {
  if (left === undefined || left === right) return right;
  return right === undefined ? left : { kind: 'and', left, right };
}

export function or(left: KconfigExpression, right: KconfigExpression): KconfigExpression {
  return { kind: 'or', left, right };
}
