import type { Finding } from '../findings/finding.ts';
import { limits } from '../limits.ts';
import { isAllowed } from '../rules/allowances.ts';
import { packsSuggestedBy } from '../rules/policy-packs.ts';
import { applySuppressions } from '../rules/suppression.ts';
import { suppressionFix } from '../rules/suppression-fix.ts';
import { type Found, type RuleContext, type RuleSet, toFinding } from '../rules/text-rule.ts';
import { type FileKind, fileKind, pathOfUri } from '../text/file-kind.ts';
import { LineIndex } from '../text/line-index.ts';
import type { TextDocument } from '../text/text-document.ts';
import { ruleSets } from './rule-sets.ts';

export interface LintInput {
  readonly uri: string;
  readonly languageId?: string;
  readonly text: string;
}

/**
 * Every finding in one text file, in the order of the text, with fixes. The file's kind decides which rules look at it;
 * a file of no kind of ours, a binary one, or one beyond `limits.textBytes` gives none.
 */
export async function lintDocument(input: LintInput, context: RuleContext): Promise<Finding[]> {
  const kind = kindOf(input);
  if (kind === undefined) return [];
  const document: TextDocument = { uri: input.uri, kind, text: input.text, lines: new LineIndex(input.text) };
  let policy = context.policy;
  for (const pack of packsSuggestedBy(pathOfUri(input.uri), input.text)) policy = policy.withPack(pack);
  const own: RuleContext = { ...context, policy };
  const found: Found[] = [];
  for (const set of ruleSets) if (set.kinds.includes(kind)) found.push(...(await set.run(document, own)));
  const path = relativePath(input.uri, context.workspaceUri);
  const disputed = distinct(found).filter((item) => !isAllowed(item, path, policy));
  const kept = applySuppressions(document, disputed, policy);
  return kept.sort(byPosition).flatMap((item) => {
    const silence = suppressionFix(document, item, policy);
    const complete = silence === undefined ? item : { ...item, fixes: [...(item.fixes ?? []), silence] };
    return toFinding(document, complete, policy) ?? [];
  });
}

function relativePath(uri: string, workspaceUri: string | undefined): string {
  const folder = workspaceUri?.replace(/\/$/, '');
  return pathOfUri(folder !== undefined && uri.startsWith(`${folder}/`) ? uri.slice(folder.length + 1) : uri);
}

/** The kind of a document, or `undefined` when no rule will look at it. */
export function kindOf(input: LintInput): FileKind | undefined {
  if (input.text.length > limits.textBytes || isBinary(input.text)) return undefined;
  return fileKind(pathOfUri(input.uri), input.text, input.languageId);
}

/** Kinds that some rule looks at: what a walk of a directory has to open. */
export function isLinted(kind: FileKind, sets: readonly RuleSet[] = ruleSets): boolean {
  return sets.some((set) => set.kinds.includes(kind));
}

/** A NUL among the first characters: no text, whatever the file is called. */
export function isBinary(text: string): boolean {
  return text.slice(0, 1024).includes('\0');
}

/** One place is reached on several ways (a loop, two calls of a function); it is told once. */
function distinct(found: readonly Found[]): Found[] {
  const seen = new Map<string, Found>();
  for (const item of found) {
    const key = `${item.rule} ${item.start} ${item.end} ${item.message}`;
    if (!seen.has(key)) seen.set(key, item);
  }
  return [...seen.values()];
}

function byPosition(one: Found, two: Found): number {
  return one.start - two.start || one.end - two.end || one.rule.localeCompare(two.rule);
}
