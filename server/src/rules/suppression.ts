import { isRuleId, rules } from '../findings/registry.ts';
import type { TextDocument } from '../text/text-document.ts';
import type { Policy } from './policy.ts';
import type { Found, FoundFix } from './text-rule.ts';

/** A comment `# vermagic disable=<rule>[,<rule>] -- reason`. */
export interface Suppression {
  /** The comment, from `vermagic` to its end. */
  readonly start: number;
  readonly end: number;
  readonly rules: readonly { readonly id: string; readonly start: number; readonly end: number }[];
  readonly reason: string;
  /** 0-based lines it holds for, both included; a comment at the head holds for the whole file. */
  readonly firstLine: number;
  readonly lastLine: number;
}

const comment =
  /(?:^|[\s;])(#+|\/\/|\/\*|<!--)[ \t]*(vermagic[ \t]+disable[ \t]*=[ \t]*([\w-]+(?:[ \t]*,[ \t]*[\w-]+)*)?[ \t]*(?:--[ \t]*([^\r\n]*?))?)[ \t]*(?:\*\/|-->)?[ \t]*$/;

/** Every suppression of a document. Before the first line that is no comment, one holds for the file; else for its own line, or the next. */
export function suppressionsOf(document: TextDocument): readonly Suppression[] {
  if (!document.text.includes('vermagic')) return [];
  const { lines } = document;
  const all: Suppression[] = [];
  let head = true;
  for (let line = 0; line < lines.lineCount; line++) {
    const text = lines.lineText(line);
    const blank = text.trim() === '';
    const whole = /^\s*(#|\/\/|\/\*|\*|<!--)/.test(text);
    if (!blank && !whole) head = false;
    const match = text.includes('vermagic') ? comment.exec(text) : null;
    if (match === null) continue;
    const body = match[2] ?? '';
    const start = lines.lineStart(line) + text.indexOf(body, match.index);
    const last = whole ? nextCodeLine(document, line) : endOfStatement(document, line);
    all.push({
      start,
      end: start + body.trimEnd().length,
      rules: idsIn(body, match[3] ?? '', start),
      reason: (match[4] ?? '').trim(),
      firstLine: head && whole ? 0 : line,
      lastLine: head && whole ? lines.lineCount : last,
    });
  }
  return all;
}

function idsIn(body: string, list: string, start: number): Suppression['rules'] {
  const from = body.indexOf(list, body.indexOf('='));
  return [...list.matchAll(/[\w-]+/g)].map((match) => {
    const at = start + from + match.index;
    return { id: match[0], start: at, end: at + match[0].length };
  });
}

function nextCodeLine(document: TextDocument, line: number): number {
  let next = line + 1;
  while (next < document.lines.lineCount && /^\s*(#.*)?$/.test(document.lines.lineText(next))) next++;
  return endOfStatement(document, next);
}

/** The last line of a statement that backslashes carry over several lines. */
function endOfStatement(document: TextDocument, line: number): number {
  let last = line;
  while (last < document.lines.lineCount - 1 && /\\\s*$/.test(document.lines.lineText(last))) last++;
  return last;
}

/** Takes out what comments silence, and adds what is wrong with the comments themselves. */
export function applySuppressions(document: TextDocument, found: readonly Found[], policy: Policy): Found[] {
  const suppressions = suppressionsOf(document);
  if (suppressions.length === 0) return [...found];
  const kept = found.filter((item) => {
    const line = document.lines.positionAt(item.start).line;
    return !suppressions.some(
      (one) =>
        one.reason !== '' &&
        line >= one.firstLine &&
        line <= one.lastLine &&
        one.rules.some((rule) => rule.id === item.rule) &&
        !(policy.forbidErrorSuppression && policy.levelOf(item.rule) === 'error'),
    );
  });
  return [...kept, ...suppressions.flatMap((one) => faultsOf(one))];
}

function faultsOf(suppression: Suppression): Found[] {
  const faults: Found[] = [];
  const rule = 'suppression-without-reason';
  if (suppression.rules.length === 0) {
    faults.push({
      rule,
      start: suppression.start,
      end: suppression.end,
      message: 'Names no rule, so it silences nothing. Write disable=<rule> -- <reason>.',
    });
  } else if (suppression.reason === '') {
    faults.push({
      rule,
      start: suppression.start,
      end: suppression.end,
      message: 'Expected " -- <reason>" after the rule; without a reason the comment silences nothing.',
      fixes: [addReason(suppression)],
    });
  }
  for (const item of suppression.rules) {
    if (!isRuleId(item.id)) {
      faults.push({
        rule,
        start: item.start,
        end: item.end,
        message: `No rule is called "${item.id}"${nearestRule(item.id)}.`,
      });
    }
  }
  return faults;
}

function addReason(suppression: Suppression): FoundFix {
  return {
    title: 'Add a reason',
    edits: [{ start: suppression.end, end: suppression.end, newText: ' -- the reason why this is right here' }],
  };
}

function nearestRule(id: string): string {
  const parts = new Set(id.split('-'));
  let best: { id: string; shared: number } | undefined;
  for (const candidate of Object.keys(rules)) {
    const shared = candidate.split('-').filter((part) => parts.has(part)).length;
    if (shared > (best?.shared ?? 0)) best = { id: candidate, shared };
  }
  return best === undefined ? '' : `; "${best.id}" is one`;
}
