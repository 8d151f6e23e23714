import type { Parser } from 'web-tree-sitter';
import type { Finding, Fix, Severity, TextEdit, TextRange } from '../findings/finding.ts';
import type { RuleId } from '../findings/registry.ts';
import type { TargetKernel } from '../kernel/target-kernel.ts';
import type { FileSystem } from '../ports/file-system.ts';
import type { FileKind } from '../text/file-kind.ts';
import type { KconfigProvider } from '../text/kconfig-tree.ts';
import type { ShellParser } from '../text/shell/shell-parser.ts';
import type { TextDocument } from '../text/text-document.ts';
import type { SymbolProvider } from './kbuild/kbuild-facts.ts';
import type { PinPicture } from './kbuild/pin-picture.ts';
import type { Policy } from './policy.ts';

/** What a rule over text may look at besides the text. Everything but the policy may be missing: rules then say less, never guess. */
export interface RuleContext {
  readonly policy: Policy;
  /** Parses shell; without it scripts are not looked at. */
  readonly shell?: ShellParser;
  readonly files?: FileSystem;
  /** The selected target first. */
  readonly targets?: readonly TargetKernel[];
  /** The folder that relative paths of the policy count from. */
  readonly workspaceUri?: string;
  /** The versions that the workspace writes down, and where. */
  readonly pins?: PinPicture;
  /** Kconfig symbols for configuration files, where a kernel source is at hand. */
  readonly kconfig?: KconfigProvider;
  /** Module.symvers files of the workspace that are no kernel's own. */
  readonly providers?: readonly SymbolProvider[];
  /** URIs of the workspace's modules of a name (`metis`). */
  readonly modulesNamed?: (name: string) => readonly string[];
  /** Parses C; without it sources are not looked at. */
  readonly cParser?: Parser;
  /** Looks into shell fences of Markdown files. Off unless a setting asks. */
  readonly markdownFences?: boolean;
}

/** Offsets into the document's text, end exclusive. */
export interface Span {
  readonly start: number;
  readonly end: number;
}

export interface SpanEdit extends Span {
  readonly newText: string;
}

export type FoundFix =
  | { readonly title: string; readonly edits: readonly SpanEdit[]; readonly preferred?: boolean }
  | { readonly title: string; readonly command: string; readonly arguments: readonly unknown[] };

/** A finding in offsets of its document; `toFinding` gives it the editor's positions and its level. */
export interface Found extends Span {
  readonly rule: RuleId;
  readonly message: string;
  /** What was found (a package, a module file), for the policy's allowances. */
  readonly subject?: string;
  /** Weaker than the rule's own level, for the milder cases of a rule. */
  readonly atMost?: Severity;
  /** In another file (`uri`) offsets mean nothing: there `range` says where. */
  readonly related?: readonly (Span & {
    readonly message: string;
    readonly uri?: string;
    readonly range?: TextRange;
  })[];
  readonly fixes?: readonly FoundFix[];
  readonly symbol?: string;
  readonly expected?: string;
  readonly actual?: string;
}

/** The rules for some kinds of files, run together over one parse. */
export interface RuleSet {
  readonly kinds: readonly FileKind[];
  run(document: TextDocument, context: RuleContext): Iterable<Found> | Promise<Iterable<Found>>;
}

const weight: Readonly<Record<Severity, number>> = { error: 3, warning: 2, info: 1, hint: 0 };

/** `undefined` when the policy turns the rule off. */
export function toFinding(document: TextDocument, found: Found, policy: Policy): Finding | undefined {
  const level = policy.levelOf(found.rule);
  if (level === 'off') return undefined;
  const severity = found.atMost !== undefined && weight[found.atMost] < weight[level] ? found.atMost : level;
  const { uri, lines } = document;
  return {
    rule: found.rule,
    severity,
    message: found.message,
    where: { uri, range: lines.range(found.start, found.end) },
    ...(found.related && {
      related: found.related.map((item) => ({
        location: { uri: item.uri ?? uri, range: item.range ?? lines.range(item.start, item.end) },
        message: item.message,
      })),
    }),
    ...(found.fixes && { fixes: found.fixes.map((fix) => toFix(document, fix)) }),
    ...(found.symbol !== undefined && { symbol: found.symbol }),
    ...(found.expected !== undefined && { expected: found.expected }),
    ...(found.actual !== undefined && { actual: found.actual }),
  };
}

function toFix(document: TextDocument, fix: FoundFix): Fix {
  if ('command' in fix) return { kind: 'command', title: fix.title, command: fix.command, arguments: fix.arguments };
  const edits: TextEdit[] = fix.edits.map((edit) => ({
    uri: document.uri,
    range: document.lines.range(edit.start, edit.end),
    newText: edit.newText,
  }));
  return { kind: 'edit', title: fix.title, edits, ...(fix.preferred && { preferred: true }) };
}
