/** Offsets in a text, end exclusive. */
export interface TextSpan {
  readonly start: number;
  readonly end: number;
}

/** Says where a stretch of an embedded text stands in its host. */
export interface SourceMap {
  span(start: number, end: number): TextSpan;
}

/** A text taken out of a host, with the place of every character. */
export interface MappedText {
  readonly text: string;
  readonly map: SourceMap;
  /** It may be one of several texts: this is the first of them, or each in turn, one after the other. */
  readonly readings?: 'first' | 'all';
}

export const identityMap: SourceMap = { span: (start, end) => ({ start, end }) };

export const noText: MappedText = { text: '', map: identityMap };

export function shiftedMap(offset: number, outer: SourceMap = identityMap): SourceMap {
  return { span: (start, end) => outer.span(start + offset, end + offset) };
}

interface Piece {
  /** Offset in the embedded text. */
  readonly at: number;
  readonly length: number;
  readonly start: number;
  readonly end: number;
}

/**
 * Builds an embedded text piece by piece. A piece whose host stretch has the same length is exact: its characters
 * correspond one to one. Any other piece (an escape, a variable's value) stands for its whole host stretch.
 */
export class MappedTextBuilder {
  readonly #pieces: Piece[] = [];
  #text = '';

  get length(): number {
    return this.#text.length;
  }

  append(text: string, start: number, end = start + text.length): this {
    if (text === '') return this;
    const last = this.#pieces.at(-1);
    const exact = end - start === text.length;
    if (exact && last !== undefined && last.end === start && last.end - last.start === last.length) {
      this.#pieces[this.#pieces.length - 1] = { ...last, length: last.length + text.length, end };
    } else this.#pieces.push({ at: this.#text.length, length: text.length, start, end });
    this.#text += text;
    return this;
  }

  build(): MappedText {
    return { text: this.#text, map: new PieceMap(this.#pieces, this.#text.length) };
  }
}

class PieceMap implements SourceMap {
  readonly #pieces: readonly Piece[];
  readonly #length: number;

  constructor(pieces: readonly Piece[], length: number) {
    this.#pieces = pieces;
    this.#length = length;
  }

  span(start: number, end: number): TextSpan {
    if (this.#pieces.length === 0) return { start: 0, end: 0 };
    if (end <= start) {
      const point = start >= this.#length ? this.#end(start) : this.#start(start);
      return { start: point, end: point };
    }
    const from = this.#start(start);
    const to = this.#end(end);
    // Pieces may come from anywhere in the host; a stretch that runs backwards there is told by its first part.
    return to > from ? { start: from, end: to } : { start: from, end: this.#pieceEnd(start) };
  }

  #start(offset: number): number {
    const piece = this.#pieceAt(offset);
    return isExact(piece) ? Math.min(piece.end, piece.start + Math.max(0, offset - piece.at)) : piece.start;
  }

  #end(offset: number): number {
    const piece = this.#pieceAt(Math.max(0, offset - 1));
    return isExact(piece) ? Math.min(piece.end, piece.start + (offset - piece.at)) : piece.end;
  }

  #pieceEnd(offset: number): number {
    return this.#pieceAt(offset).end;
  }

  #pieceAt(offset: number): Piece {
    let low = 0;
    let high = this.#pieces.length - 1;
    while (low < high) {
      const middle = (low + high + 1) >> 1;
      if ((this.#pieces[middle]?.at ?? 0) <= offset) low = middle;
      else high = middle - 1;
    }
    return this.#pieces[low] ?? { at: 0, length: 0, start: 0, end: 0 };
  }
}

function isExact(piece: Piece): boolean {
  return piece.end - piece.start === piece.length;
}

/** A stretch of a mapped text as a text of its own. */
export function sliceMapped(host: MappedText, start: number, end: number): MappedText {
  return { text: host.text.slice(start, end), map: shiftedMap(start, host.map) };
}

/** Two texts, one after the other. */
export function concatMapped(one: MappedText, two: MappedText): MappedText {
  const readings = one.readings === 'first' ? one.readings : (two.readings ?? one.readings);
  return { ...(readings && { readings }), text: one.text + two.text, map: new JoinedMap(one, two) };
}

/** Joins in joins are gone through step by step: a script may append to a text thousands of times. */
class JoinedMap implements SourceMap {
  readonly #one: MappedText;
  readonly #two: MappedText;

  constructor(one: MappedText, two: MappedText) {
    this.#one = one;
    this.#two = two;
  }

  span(start: number, end: number): TextSpan {
    let map: SourceMap = this;
    let from = start;
    let to = end;
    while (map instanceof JoinedMap) {
      const cut = map.#one.text.length;
      if (map.#two.text === '' || to <= cut) map = map.#one.map;
      else if (from >= cut) {
        from -= cut;
        to -= cut;
        map = map.#two.map;
      } else {
        // The first and the last character lie in one part each.
        const first = map.span(from, from + 1);
        const last = map.span(to - 1, to);
        return last.end > first.start ? { start: first.start, end: last.end } : first;
      }
    }
    return map.span(from, to);
  }
}

/** The text in stretches that correspond to their host character by character, as far as there are such. */
export function exactPieces(text: MappedText): readonly (TextSpan & { readonly text: string })[] {
  const pieces: (TextSpan & { text: string })[] = [];
  for (let at = 0; at < text.text.length; ) {
    let length = text.text.length - at;
    // Halve until the stretch fits: few steps for the usual long runs, one character at worst.
    while (length > 1) {
      const span = text.map.span(at, at + length);
      if (span.end - span.start === length && fits(text, at, length)) break;
      length >>= 1;
    }
    pieces.push({ text: text.text.slice(at, at + length), ...text.map.span(at, at + length) });
    at += length;
  }
  return pieces;
}

/** Equal lengths may hide an escape and a cut that make up for each other; the middle then lies elsewhere. */
function fits(text: MappedText, at: number, length: number): boolean {
  const { start } = text.map.span(at, at + 1);
  for (let step = 1; step < length; step++) {
    if (text.map.span(at + step, at + step + 1).start !== start + step) return false;
  }
  return true;
}
