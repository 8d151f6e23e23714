import { type EnvAssignment, mayNameVariable, parseEnvAssignments, variableUses } from '../../text/env-file.ts';

/** What a shell or env file assigns and uses. Offsets are UTF-16, end exclusive. */
export interface PinLine {
  readonly assignments: readonly EnvAssignment[];
  readonly uses: readonly { readonly name: string; readonly start: number; readonly end: number }[];
}

/**
 * Reads a file that is edited line by line: neither an assignment nor a use goes beyond its line, so the lines that are as
 * they were need no second look. Holds the lines of one text.
 */
export class PinLines {
  #known: ReadonlyMap<string, PinLine> = new Map();

  read(text: string): PinLine {
    // A lone carriage return ends a line too; such files are read at once.
    if (text.includes('\r')) return readLine(text);
    const known = this.#known;
    const next = new Map<string, PinLine>();
    const assignments: EnvAssignment[] = [];
    const uses: { name: string; start: number; end: number }[] = [];
    for (let start = 0; start <= text.length; ) {
      const newline = text.indexOf('\n', start);
      const end = newline < 0 ? text.length : newline;
      const line = text.slice(start, end);
      if (mayNameVariable(line)) {
        const own = next.get(line) ?? known.get(line) ?? readLine(line);
        next.set(line, own);
        for (const one of own.assignments) {
          assignments.push({
            ...one,
            nameStart: one.nameStart + start,
            nameEnd: one.nameEnd + start,
            valueStart: one.valueStart + start,
            valueEnd: one.valueEnd + start,
          });
        }
        for (const use of own.uses) uses.push({ name: use.name, start: use.start + start, end: use.end + start });
      }
      start = end + 1;
    }
    this.#known = next;
    return { assignments, uses };
  }
}

function readLine(line: string): PinLine {
  return { assignments: parseEnvAssignments(line), uses: variableUses(line) };
}
