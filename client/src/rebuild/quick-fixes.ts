import {
  CodeAction,
  CodeActionKind,
  type CodeActionProvider,
  type Diagnostic,
  type Disposable,
  languages,
} from 'vscode';

/** Findings in text that a build takes away; those of modules have the command on their page and in the Explorer. */
const cured: ReadonlySet<string> = new Set([
  'stale-build',
  'stale-rootfs',
  'headers-package-mismatch',
  'marker-drift',
  'preempt-drift',
  'localversion-drift',
  'pins-inconsistent',
  'symvers-missing',
]);

export function registerRebuildQuickFixes(): Disposable {
  const provider: CodeActionProvider = {
    provideCodeActions: (_document, _range, { diagnostics }) => {
      const own = diagnostics.filter((diagnostic) => diagnostic.source === 'vermagic' && cured.has(ruleOf(diagnostic)));
      if (own.length === 0) return [];
      return [
        action('Rebuild in Container', 'vermagic.rebuildInContainer', own),
        action('Re-run Phase…', 'vermagic.rerunPhase', own),
      ];
    },
  };
  return languages.registerCodeActionsProvider({ scheme: 'file' }, provider, {
    providedCodeActionKinds: [CodeActionKind.QuickFix],
  });
}

function action(title: string, command: string, diagnostics: Diagnostic[]): CodeAction {
  const fix = new CodeAction(title, CodeActionKind.QuickFix);
  fix.command = { title, command };
  fix.diagnostics = diagnostics;
  return fix;
}

function ruleOf({ code }: Diagnostic): string {
  return String(typeof code === 'object' ? code.value : code);
}
