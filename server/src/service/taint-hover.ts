import { decodeTaintValue, taintCleared } from '../loader/taint.ts';
import type { TextDocument } from '../text/text-document.ts';
import type { TextHover } from './script-hover.ts';

/** Explains a number on a line that speaks of the kernel's taint: `[ "$(cat /proc/sys/kernel/tainted)" = 4096 ]`. */
export function taintHover(document: TextDocument, offset: number): TextHover | undefined {
  const { line, character } = document.lines.positionAt(offset);
  const text = document.lines.lineText(line);
  if (!/taint/i.test(text)) return undefined;
  for (const match of text.matchAll(/(?<![\w.])\d+(?![\w.])/g)) {
    const end = match.index + match[0].length;
    if (character < match.index || character > end) continue;
    const taint = decodeTaintValue(Number(match[0]));
    if (taint === undefined) return undefined;
    const flags = taint.flags.map((flag) => `- **${flag.letter}** (${2 ** flag.bit}): ${flag.meaning}`);
    const heading = taint.letters === '' ? 'not tainted' : `taint ${taint.letters}`;
    const contents = [`**${match[0]}**: ${heading}`, ...flags, ...(flags.length > 0 ? ['', taintCleared] : [])].join(
      '\n',
    );
    const start = document.lines.lineStart(line);
    return { range: document.lines.range(start + match.index, start + end), contents };
  }
  return undefined;
}
