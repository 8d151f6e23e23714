import { limits } from '../../limits.ts';
import { type DecodedTaint, decodeTaintLetters, decodeTaintValue } from '../../loader/taint.ts';
import type { TextDocument } from '../../text/text-document.ts';
import type { Found } from '../text-rule.ts';

/** `Tainted: G           OE      6.1.0-56-amd64`, `Tainted: [O]=OOT_MODULE, [E]=UNSIGNED_MODULE`, `Tainted: P OE`. */
const letters = /\bTainted:((?:[ \t]+[A-Z]+)+?)(?=[ \t]+[\d#[(]|[ \t]*$)/;
const words = /\bTainted:[ \t]+((?:\[[A-Z]\]=\w+(?:,[ \t]*)?)+)/;
const value = /(?:\/proc\/sys\/kernel\/tainted|\bkernel\.tainted)\b[ \t]*[:=][ \t]*(\d{1,7})\b/;
const asked = /\/proc\/sys\/kernel\/tainted[ \t]*$/;
const linked = /\bModules linked in:(.*)/;

/** How far from a trace's "Tainted" line its list of modules stands. */
const nearby = 40;

/** Every statement of a log about taints, decoded, with the modules that the trace blames. */
export function* taintedTraces(document: TextDocument): Iterable<Found> {
  const { lines } = document;
  let told = 0;
  for (let number = 0; number < lines.lineCount && told < limits.logFindings; number++) {
    const text = lines.lineText(number);
    if (!/ainted/.test(text) || text.length > limits.logLineCharacters) continue;
    const found = taintIn(text) ?? numberBelow(document, number, text);
    if (found === undefined || found.taint.flags.length === 0) continue;
    told++;
    const start = lines.lineStart(number + found.line);
    yield {
      rule: 'tainted-trace',
      start: start + found.start,
      end: start + found.end,
      message: describe(found.taint, modulesNear(document, number)),
      actual: found.taint.letters,
    };
  }
}

interface TaintPlace {
  readonly taint: DecodedTaint;
  /** Lines below the one looked at. */
  readonly line: number;
  readonly start: number;
  readonly end: number;
}

function taintIn(text: string): TaintPlace | undefined {
  const verbose = words.exec(text);
  if (verbose) {
    const found =
      (verbose[1] ?? '')
        .match(/\[([A-Z])\]/g)
        ?.join('')
        .replace(/[[\]]/g, '') ?? '';
    return place(decodeTaintLetters(found), verbose);
  }
  const short = letters.exec(text);
  if (short) return place(decodeTaintLetters(short[1] ?? ''), short);
  const written = value.exec(text);
  return written ? place(decodeTaintValue(Number(written[1])), written) : undefined;
}

function place(taint: DecodedTaint | undefined, match: RegExpExecArray): TaintPlace | undefined {
  const end = match.index + match[0].trimEnd().length;
  return taint && { taint, line: 0, start: match.index, end };
}

/** `$ cat /proc/sys/kernel/tainted` and the number in the next line. */
function numberBelow({ lines }: TextDocument, number: number, text: string): TaintPlace | undefined {
  const next = lines.lineText(number + 1);
  if (!asked.test(text) || !/^\s*\d{1,7}\s*$/.test(next)) return undefined;
  const taint = decodeTaintValue(Number(next));
  const start = next.search(/\d/);
  return taint && { taint, line: 1, start, end: next.trimEnd().length };
}

/** `Modules linked in: nvidia(PO) mydriver(OE) ext4`: those with letters. */
function modulesNear({ lines }: TextDocument, number: number): readonly string[] {
  for (let at = Math.max(0, number - nearby); at < Math.min(lines.lineCount, number + nearby); at++) {
    const list = linked.exec(lines.lineText(at))?.[1];
    if (list !== undefined) return list.match(/[\w-]+\([A-Z]+\)/g) ?? [];
  }
  return [];
}

function describe(taint: DecodedTaint, modules: readonly string[]): string {
  const parts = taint.flags.map((flag) => `${flag.letter}: ${flag.meaning}; ${flag.inBugReports}`);
  const blamed = modules.length === 0 ? '' : ` Modules that taint: ${modules.join(', ')}.`;
  return `The kernel is tainted, ${taint.value} = ${taint.letters}. ${parts.join('. ')}.${blamed} Only a reboot clears it; unloading the module does not.`;
}
