import {
  type CodeAction,
  CodeActionKind,
  type Diagnostic,
  DiagnosticSeverity,
  type TextEdit as LspTextEdit,
} from 'vscode-languageserver';
import type { Finding, Fix, Severity, TextEdit } from '../findings/finding.ts';
import { fileStart } from '../findings/finding.ts';
import { rulePage } from '../findings/registry.ts';

export const diagnosticSource = 'vermagic';

const severities: Record<Severity, DiagnosticSeverity> = {
  error: DiagnosticSeverity.Error,
  warning: DiagnosticSeverity.Warning,
  info: DiagnosticSeverity.Information,
  hint: DiagnosticSeverity.Hint,
};

export function toDiagnostic(finding: Finding, relatedSupported: boolean): Diagnostic {
  return {
    range: finding.where?.range ?? fileStart,
    severity: severities[finding.severity],
    source: diagnosticSource,
    code: finding.rule,
    codeDescription: { href: rulePage(finding.rule) },
    message: finding.message,
    ...(relatedSupported && finding.related && finding.related.length > 0
      ? {
          relatedInformation: finding.related.map((related) => ({
            location: { uri: related.location.uri, range: related.location.range },
            message: related.message,
          })),
        }
      : {}),
  };
}

export function toCodeAction(fix: Fix, diagnostic: Diagnostic): CodeAction {
  if (fix.kind === 'command') {
    return {
      title: fix.title,
      kind: CodeActionKind.QuickFix,
      diagnostics: [diagnostic],
      command: { title: fix.title, command: fix.command, arguments: [...fix.arguments] },
    };
  }
  return {
    title: fix.title,
    kind: CodeActionKind.QuickFix,
    diagnostics: [diagnostic],
    isPreferred: fix.preferred ?? false,
    edit: { changes: byUri(fix.edits) },
  };
}

/** Edits as a WorkspaceEdit takes them. */
export function byUri(edits: readonly TextEdit[]): Record<string, LspTextEdit[]> {
  const changes: Record<string, LspTextEdit[]> = {};
  for (const { uri, range, newText } of edits) {
    changes[uri] ??= [];
    changes[uri]?.push({ range, newText });
  }
  return changes;
}
