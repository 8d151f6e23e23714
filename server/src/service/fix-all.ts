import type { Finding, TextEdit, TextRange } from '../findings/finding.ts';

/** The preferred edits of all findings together, without those that would touch the same text twice. */
export function fixAll(findings: readonly Finding[]): readonly TextEdit[] {
  const edits: TextEdit[] = [];
  for (const finding of findings) {
    const fix = finding.fixes?.find((item) => item.kind === 'edit' && item.preferred === true);
    if (fix?.kind !== 'edit') continue;
    const clashes = fix.edits.some((edit) =>
      edits.some((other) => other.uri === edit.uri && touches(edit.range, other.range)),
    );
    if (!clashes) edits.push(...fix.edits);
  }
  return edits;
}

function touches(one: TextRange, two: TextRange): boolean {
  return isBefore(one.start, two.end) && isBefore(two.start, one.end);
}

function isBefore(one: TextRange['start'], two: TextRange['start']): boolean {
  return one.line < two.line || (one.line === two.line && one.character <= two.character);
}
