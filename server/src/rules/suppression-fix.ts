import type { FileKind } from '../text/file-kind.ts';
import type { TextDocument } from '../text/text-document.ts';
import type { Policy } from './policy.ts';
import type { Found, FoundFix } from './text-rule.ts';

/** Kinds whose comments start otherwise than with `#`, or that have none. */
const marks: Readonly<Partial<Record<FileKind, string>>> = { 'c-source': '//', 'vermagic-json': '//' };
const uncommented: ReadonlySet<FileKind> = new Set(['symvers', 'kernel-log', 'markdown']);

/** What stands where the reason belongs; the editor's user writes over it. */
export const reasonToWrite = 'the reason why this is right here';

/** An edit that puts `# vermagic disable=<rule> -- …` above the statement of a finding. */
export function suppressionFix(document: TextDocument, found: Found, policy: Policy): FoundFix | undefined {
  if (uncommented.has(document.kind) || found.rule === 'suppression-without-reason') return undefined;
  if (policy.forbidErrorSuppression && policy.levelOf(found.rule) === 'error') return undefined;
  const { lines, text } = document;
  let line = lines.positionAt(found.start).line;
  while (line > 0 && /\\[ \t]*$/.test(lines.lineText(line - 1))) line--;
  const lineStart = lines.lineStart(line);
  const indent = /^[ \t]*/.exec(lines.lineText(line))?.[0] ?? '';
  const mark = marks[document.kind] ?? '#';
  const newline = text.includes('\r\n') ? '\r\n' : '\n';
  const comment = `${mark} vermagic disable=${found.rule} -- ${reasonToWrite}`;
  return {
    title: `Silence ${found.rule} here, with a reason`,
    edits: [{ start: lineStart, end: lineStart, newText: `${indent}${comment}${newline}` }],
  };
}
