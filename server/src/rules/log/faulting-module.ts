import { limits } from '../../limits.ts';
import type { TextDocument } from '../../text/text-document.ts';
import type { Found } from '../text-rule.ts';
import { relatedModules } from './related-modules.ts';

/** The head of an oops, as x86 (before and since 5.1) and arm write it. */
const faultLine =
  /(?:BUG: (?:unable to handle (?:kernel )?(?:paging request|NULL pointer dereference|page fault)|kernel NULL pointer dereference)|Unable to handle kernel (?:paging request|NULL pointer dereference))(?:,? (?:at|for)?(?: virtual)? ?address:? | at )(?:0x)?(?<address>[0-9a-f]{4,16})\b/;
/** Where the processor stood. Segment 0033 and 0023 are those of programs. */
const standing = /\b(?:RIP: (?!0033|0023)(?:[0-9a-f]{4}:)?|IP: |pc : |PC is at )(?<place>.*)$/;
const placeInCode =
  /^(?:\[<[0-9a-f]+>\] )?(?<code>(?<symbol>[\w.$]+)\+0x[0-9a-f]+\/0x[0-9a-f]+)(?: \[(?<module>[\w-]+)[^\]]*\])?/;
const bareAddress = /^(?:\[<[0-9a-f]+>\] )?(?:0x)?(?<address>[0-9a-f]{1,16})(?:\s|$)/;
/** `[<ffffffffc0401f30>] ? f+0x28/0x50 [mydriver]` at the end of a line; no symbol where there is no code. */
const entry =
  /(?:^|[\s\]])(?<guess>\? )?(?:(?<code>(?<symbol>[A-Za-z_][\w.$]*)\+0x[0-9a-f]+\/0x[0-9a-f]+)(?: \[(?<module>[\w-]+)[^\]]*\])?|0x(?<address>[0-9a-f]{8,16}))\s*$/;

/** How far below its head the lines of one oops lie. */
const oopsLines = 80;

interface CodePlace {
  /** `f+0x28/0x50` */
  readonly code: string;
  readonly symbol: string;
  readonly module: string | undefined;
}

interface Oops {
  /** Where the processor stood: in code, or at an address without any. */
  readonly at: CodePlace | bigint | undefined;
  /** The uppermost certain function of the call trace. */
  readonly upmost: CodePlace | undefined;
}

/** Every oops of which the log says that a module failed: which, where, and what that usually is. */
export function* faultingModules(
  document: TextDocument,
  modulesNamed?: (name: string) => readonly string[],
): Iterable<Found> {
  const { lines } = document;
  let told = 0;
  for (let number = 0; number < lines.lineCount && told < limits.logFindings; number++) {
    const text = lines.lineText(number);
    if (text.length > limits.logLineCharacters || !/nable to handle|NULL pointer/.test(text)) continue;
    const fault = faultLine.exec(text);
    const address = fault?.groups?.['address'];
    if (!fault || address === undefined) continue;
    const explained = explain(readOops(document, number, address), address);
    if (explained === undefined) continue;
    told++;
    const start = lines.lineStart(number) + fault.index;
    yield {
      rule: 'tainted-trace',
      start,
      end: start + fault[0].length,
      message: explained.message,
      symbol: explained.module,
      ...relatedModules(explained.module, modulesNamed),
    };
  }
}

function readOops({ lines }: TextDocument, head: number, address: string): Oops {
  let at: Oops['at'];
  let inTrace = false;
  for (let number = head + 1; number < Math.min(lines.lineCount, head + oopsLines); number++) {
    const text = lines.lineText(number);
    if (text.length > limits.logLineCharacters) continue;
    if (faultLine.test(text) || /end trace/.test(text)) break;
    const place = standing.exec(text)?.groups?.['place'];
    if (place !== undefined) at ??= codePlace(placeInCode.exec(place)) ?? addressIn(bareAddress.exec(place));
    else if (/Call [Tt]race:/.test(text)) inTrace = true;
    else if (inTrace) {
      const match = entry.exec(text);
      const upmost = match?.groups?.['guess'] === undefined ? codePlace(match) : undefined;
      if (upmost !== undefined) return { at, upmost };
      // Without the line of the processor: the trace begins at the very address that nobody could reach.
      const bare = addressIn(match);
      if (bare !== undefined && bare === BigInt(`0x${address}`)) at ??= bare;
    }
  }
  return { at, upmost: undefined };
}

function codePlace(match: RegExpExecArray | null): CodePlace | undefined {
  const { code, symbol, module } = match?.groups ?? {};
  return code === undefined || symbol === undefined ? undefined : { code, symbol, module };
}

function addressIn(match: RegExpExecArray | null): bigint | undefined {
  const address = match?.groups?.['address'];
  return address === undefined ? undefined : BigInt(`0x${address}`);
}

/** The first page is never mapped: an address in it is an offset from NULL. */
const firstPage = 4096n;

/** `undefined` when it was not a module that failed, or the log does not say. */
function explain({ at, upmost }: Oops, address: string): { module: string; message: string } | undefined {
  if (typeof at === 'bigint') {
    if (upmost?.module === undefined) return undefined;
    const { module, symbol } = upmost;
    const who = `${symbol} of the module ${module}`;
    const message =
      at < firstPage
        ? `${who} called a function through a NULL pointer: an operation or a callback that was never set. ${whichLine(upmost)}`
        : `${who} called a function at ${hex(at)}, where there is no code (any more): the pointer outlived the function. Usually it is the address of an __init function that was kept, for that memory is freed when the init function has returned, or a callback that was not taken back before its module was removed. It fails only once the memory is used for something else, which may take days. Look for init-pointer-escape in the sources (vermagic lint) and for init-reference in the module (vermagic check); drop __init from what is called later. ${whichLine(upmost)}`;
    return { module, message };
  }
  const place = at ?? upmost;
  if (place?.module === undefined) return undefined;
  const { module, symbol } = place;
  const fault = BigInt(`0x${address}`);
  const message =
    fault < firstPage
      ? `The kernel followed a NULL pointer in ${symbol} of the module ${module}${fault === 0n ? '' : `, to what lies ${fault} bytes into a structure that is not there`}. ${whichLine(place)}`
      : `The kernel used the address ${hex(fault)}, where there is no memory, in ${symbol} of the module ${module}: a pointer that was never set, was overwritten, or leads to what has been freed. ${whichLine(place)}`;
  return { module, message };
}

function whichLine({ code, module }: CodePlace): string {
  return `The kernel's scripts/faddr2line ${module}.ko ${code} names the line, with the very build that was loaded.`;
}

function hex(address: bigint): string {
  return `0x${address.toString(16)}`;
}
