/** One step of a compiled glob: a run of anything, or a test of one character. */
type Step = 'any-run' | ((character: string) => boolean);

/** What names, paths and addresses consist of, in lower case: letters first, the most frequent. */
const alphabet = 'abcdefghijklmnopqrstuvwxyz0123456789+-._~/:@$%&=,;!()[]{}^\'"`#|<>*?\\ ';

/** Compiles a shell glob (`*`, `?`, `[…]`, `[!…]`) as fnmatch reads it; package names are lower case. */
function compile(glob: string): readonly Step[] {
  const steps: Step[] = [];
  for (let at = 0; at < glob.length; at++) {
    const character = glob.charAt(at);
    if (character === '*') {
      if (steps.at(-1) !== 'any-run') steps.push('any-run');
    } else if (character === '?') steps.push(() => true);
    else if (character === '[' && glob.indexOf(']', at + 2) > 0) {
      const end = glob.indexOf(']', at + 2);
      steps.push(bracket(glob.slice(at + 1, end)));
      at = end;
    } else steps.push((other) => other === character);
  }
  return steps;
}

function bracket(body: string): (character: string) => boolean {
  const negated = body.startsWith('!') || body.startsWith('^');
  const members = new Set<string>();
  for (let at = negated ? 1 : 0; at < body.length; at++) {
    const from = body.charCodeAt(at);
    if (body.charAt(at + 1) === '-' && at + 2 < body.length) {
      for (let code = from; code <= body.charCodeAt(at + 2); code++) members.add(String.fromCharCode(code));
      at += 2;
    } else members.add(String.fromCharCode(from));
  }
  return (character) => members.has(character) !== negated;
}

/**
 * True when some package name fits both globs. A name without wildcards is a glob too, so this also answers
 * "does the glob match the name".
 */
export function globsOverlap(left: string, right: string): boolean {
  const one = compile(left.toLowerCase());
  const two = compile(right.toLowerCase());
  const seen = new Set<number>();
  const meet = (i: number, j: number): boolean => {
    const key = i * (two.length + 1) + j;
    if (seen.has(key)) return false;
    seen.add(key);
    const a = one[i];
    const b = two[j];
    if (a === undefined && b === undefined) return true;
    if (a === 'any-run') return meet(i + 1, j) || (b !== undefined && meet(i, j + 1));
    if (b === 'any-run') return meet(i, j + 1) || (a !== undefined && meet(i + 1, j));
    if (a === undefined || b === undefined) return false;
    for (const character of alphabet) if (a(character) && b(character)) return meet(i + 1, j + 1);
    return false;
  };
  return one.length < 200 && two.length < 200 && meet(0, 0);
}

/** True when every name that fits `inner` fits `outer` too. Of two runs of anything, only one that has the other's place counts. */
export function globCovers(outer: string, inner: string): boolean {
  const one = compile(outer.toLowerCase());
  const two = compile(inner.toLowerCase());
  const seen = new Set<number>();
  const covers = (i: number, j: number): boolean => {
    const key = i * (two.length + 1) + j;
    if (seen.has(key)) return false;
    seen.add(key);
    const a = one[i];
    const b = two[j];
    if (a === undefined) return b === undefined;
    if (a === 'any-run') return covers(i + 1, j) || (b !== undefined && covers(i, j + 1));
    if (b === undefined || b === 'any-run') return false;
    const members = [...alphabet].filter(b);
    return members.length > 0 && members.every(a) && covers(i + 1, j + 1);
  };
  return one.length < 200 && two.length < 200 && covers(0, 0);
}

/**
 * True when a pattern means packages of a glob: all of them, or some by a name that begins as theirs do. `*gstreamer*`
 * has names in common with `nvidia-l4t-kernel-*` and does not mean them.
 */
export function patternMeans(pattern: string, glob: string): boolean {
  if (globCovers(pattern, glob)) return true;
  return literalHead(pattern).startsWith(literalHead(glob)) && globsOverlap(pattern, glob);
}

function literalHead(glob: string): string {
  return /^[^*?[]*/.exec(glob)?.[0] ?? '';
}

/** True when a name has none of the characters that apt takes for a pattern. */
export function isPlainPackageName(name: string): boolean {
  return /^[a-z0-9][a-z0-9+.-]*$/.test(name);
}
