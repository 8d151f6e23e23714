/** Functions of make that depend on their arguments alone, on expanded arguments. */
export const makeFunctions: ReadonlyMap<string, (...args: readonly string[]) => string> = new Map([
  ['subst', (from = '', to = '', text = '') => (from === '' ? text : text.replaceAll(from, to))],
  ['patsubst', (pattern = '', to = '', text = '') => each(text, (word) => substitute(pattern.trim(), to.trim(), word))],
  ['strip', (text = '') => makeWords(text).join(' ')],
  ['sort', (text = '') => [...new Set(makeWords(text))].sort().join(' ')],
  ['filter', (patterns = '', text = '') => kept(patterns, text, true)],
  ['filter-out', (patterns = '', text = '') => kept(patterns, text, false)],
  ['addprefix', (prefix = '', text = '') => each(text, (word) => `${prefix}${word}`)],
  ['addsuffix', (suffix = '', text = '') => each(text, (word) => `${word}${suffix}`)],
  ['dir', (text = '') => each(text, (word) => /^.*\//.exec(word)?.[0] ?? './')],
  ['notdir', (text = '') => each(text, (word) => word.replace(/^.*\//, ''))],
  ['basename', (text = '') => each(text, (word) => word.replace(/\.[^./]*$/, ''))],
  ['suffix', (text = '') => each(text, (word) => /\.[^./]*$/.exec(word)?.[0] ?? '')],
  ['firstword', (text = '') => makeWords(text)[0] ?? ''],
  ['lastword', (text = '') => makeWords(text).at(-1) ?? ''],
  ['words', (text = '') => `${makeWords(text).length}`],
  ['word', (index = '', text = '') => makeWords(text)[Number(index) - 1] ?? ''],
  ['findstring', (part = '', text = '') => (text.includes(part) ? part : '')],
]);

/** Functions whose answer is not in the file, or that do something. */
export const otherMakeFunctions: ReadonlySet<string> = new Set([
  ...['abspath', 'and', 'call', 'error', 'eval', 'file', 'flavor', 'guile', 'info', 'intcmp', 'join', 'let', 'or'],
  ...['origin', 'realpath', 'shell', 'value', 'warning', 'wildcard', 'wordlist'],
]);

export function makeWords(text: string): string[] {
  return text.split(/\s+/).filter((word) => word !== '');
}

/** `$(patsubst %.c,%.o,…)` of one word; `$(X:.c=.o)` is the same with a `%` in front of both. */
function substitute(pattern: string, to: string, word: string): string {
  const stem = stemOf(pattern, word);
  if (stem === undefined) return word;
  const at = to.indexOf('%');
  return at < 0 ? to : `${to.slice(0, at)}${stem}${to.slice(at + 1)}`;
}

/** What `%` stands for; '' where the pattern has none and is the word. */
function stemOf(pattern: string, word: string): string | undefined {
  const at = pattern.indexOf('%');
  if (at < 0) return pattern === word ? '' : undefined;
  const [head, tail] = [pattern.slice(0, at), pattern.slice(at + 1)];
  const fits = word.length >= head.length + tail.length && word.startsWith(head) && word.endsWith(tail);
  return fits ? word.slice(head.length, word.length - tail.length) : undefined;
}

function kept(patterns: string, text: string, matching: boolean): string {
  const list = makeWords(patterns);
  return makeWords(text)
    .filter((word) => list.some((pattern) => stemOf(pattern, word) !== undefined) === matching)
    .join(' ');
}

function each(text: string, change: (word: string) => string): string {
  return makeWords(text).map(change).join(' ');
}
