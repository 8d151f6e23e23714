import type { Finding, Fix } from '../../../../server/src/findings/finding.ts';
import { nodeGrammarLoader } from '../../../../server/src/node/node-grammar-loader.ts';
import { Policy, type PolicySource } from '../../../../server/src/rules/policy.ts';
import type { RuleContext } from '../../../../server/src/rules/text-rule.ts';
import { lintDocument } from '../../../../server/src/service/lint-document.ts';
import { LineIndex } from '../../../../server/src/text/line-index.ts';
import { ShellParser } from '../../../../server/src/text/shell/shell-parser.ts';

export const shell = await ShellParser.create(nodeGrammarLoader());

export interface Marked {
  readonly text: string;
  readonly marks: readonly { readonly start: number; readonly end: number }[];
}

/** Takes the marks `⟦…⟧` out of a text. */
export function unmark(source: string): Marked {
  const marks: { start: number; end: number }[] = [];
  let text = '';
  let start = 0;
  for (const piece of source.split(/([⟦⟧])/)) {
    if (piece === '⟦') start = text.length;
    else if (piece === '⟧') marks.push({ start, end: text.length });
    else text += piece;
  }
  return { text, marks };
}

export async function lint(
  text: string,
  path = 'script.sh',
  policy?: PolicySource,
  more: Partial<RuleContext> = {},
): Promise<Finding[]> {
  return lintDocument(
    { uri: `file:///project/${path}`, text },
    { policy: new Policy(policy), shell, workspaceUri: 'file:///project', ...more },
  );
}

/** A finding as offsets, to be compared with marks. */
export function spanOf(text: string, finding: Finding): { start: number; end: number } {
  const lines = new LineIndex(text);
  const range = finding.where?.range;
  if (range === undefined) throw new Error('a finding in a text has a place');
  return { start: lines.offsetAt(range.start), end: lines.offsetAt(range.end) };
}

/** Does what the editor does with an edit. */
export function apply(text: string, fix: Fix): string {
  if (fix.kind !== 'edit') throw new Error('no edit');
  const lines = new LineIndex(text);
  const edits = fix.edits.map((edit) => ({
    start: lines.offsetAt(edit.range.start),
    end: lines.offsetAt(edit.range.end),
    newText: edit.newText,
  }));
  let result = text;
  for (const edit of edits.toSorted((one, two) => two.start - one.start)) {
    result = result.slice(0, edit.start) + edit.newText + result.slice(edit.end);
  }
  return result;
}
