/**
 * How the text at a place of a shell script is run. `maybe`: under a condition or in a subshell; `never`: it is the text of a
 * here-document that no shell reads.
 */
export type Reached = 'certainly' | 'maybe' | 'never';

/** A line's depth at the places where it changes. */
interface Step {
  readonly offset: number;
  readonly reached: Reached;
}

/**
 * Conditions, subshells and here-documents of a script by its lines, without a grammar: cheap enough for every script of a
 * project. Loops and functions count as run.
 */
export class ShellOutline {
  readonly #steps: Step[] = [];

  constructor(text: string) {
    const depth = new Depth();
    let document: HereDocument | undefined;
    let start = 0;
    for (const line of text.split('\n')) {
      if (document !== undefined) {
        if (line.replace(/\r$/, '').replace(document.indented ? /^\t+/ : '', '') === document.end) {
          document = undefined;
          this.#enter(start, depth.value);
        }
      } else {
        const bare = withoutText(line);
        for (const offset of depth.of(bare)) this.#enter(start + offset, depth.value);
        document = hereDocument(line, bare);
        if (document !== undefined) this.#steps.push({ offset: start + line.length, reached: document.reached });
      }
      start += line.length + 1;
    }
  }

  at(offset: number): Reached {
    return this.#steps.findLast((step) => step.offset <= offset)?.reached ?? 'certainly';
  }

  #enter(offset: number, depth: number): void {
    this.#steps.push({ offset, reached: depth === 0 ? 'certainly' : 'maybe' });
  }
}

interface HereDocument {
  readonly end: string;
  readonly indented: boolean;
  readonly reached: Reached;
}

/** The last one that a line begins; a line with two is rare. */
function hereDocument(line: string, bare: string): HereDocument | undefined {
  const match = /^(.*?)(?<!<)<<(-?)[ \t]*\\?(["']?)([A-Za-z_][\w.]*)\3/.exec(line);
  const [, before = '', dash = '', , end = ''] = match ?? [];
  if (match === null || bare.slice(before.length, before.length + 2) !== '<<') return undefined;
  const isRun = /(?:^|[\s;&|/])(?:ba|da|z|k)?sh(?:[ \t]|$)|(?:^|[\s;&|])ssh[ \t]/.test(before);
  const isWritten = />|\btee\b/.test(bare.replaceAll('<<', ''));
  return { end, indented: dash !== '', reached: isRun ? 'certainly' : isWritten ? 'maybe' : 'never' };
}

/** The line with quoted text, substitutions and comments blanked, so that offsets stay. */
function withoutText(line: string): string {
  return line
    .replace(/\\.|"(?:[^"\\]|\\.)*"|'[^']*'|\$\([^()]*\)/g, (text) => ' '.repeat(text.length))
    .replace(/(?<=^|[ \t;])#.*$/, (text) => ' '.repeat(text.length));
}

const keyword =
  /(?<=(?:^|[;&|({!]|\b(?:then|else|do|elif|in)\b|\))[ \t]*)(?:if|case|fi|esac)(?![\w./=-])|(?<=(?:^|[;&|{]|\b(?:then|else|do)\b)[ \t]*)\((?!\()|\)/g;

/** Follows the depth from line to line. */
class Depth {
  value = 0;
  /** Subshells that are open. */
  #open = 0;

  /** The changes of one line. */
  *of(bare: string): Iterable<number> {
    for (const { 0: word, index } of bare.matchAll(keyword)) {
      if (word === '(') this.#open++;
      if (word === ')') {
        // One that closes no subshell ends a pattern of `case` or the head of a function.
        if (this.#open === 0 || /^[ \t]*[^\s()]+$/.test(bare.slice(0, index))) continue;
        this.#open--;
      }
      this.value = Math.max(0, this.value + (word === 'if' || word === 'case' || word === '(' ? 1 : -1));
      yield index;
    }
  }
}
