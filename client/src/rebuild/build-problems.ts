import type { BuildProblemReport } from '@vermagic/shared';
import { Diagnostic, DiagnosticSeverity, Disposable, languages, Range, Uri } from 'vscode';
import type { LanguageServer } from '../language-server.ts';

/** Errors and warnings of the last build in the Problems panel, at the lines of this machine's files. */
export class BuildProblems extends Disposable {
  readonly #collection = languages.createDiagnosticCollection('vermagic-build');
  readonly #server: LanguageServer;

  constructor(server: LanguageServer) {
    super(() => this.#collection.dispose());
    this.#server = server;
  }

  /** Takes away those of the build before. What is about no file stands in the log only. */
  show(problems: readonly BuildProblemReport[]): void {
    this.#collection.clear();
    const byFile = new Map<string, Diagnostic[]>();
    for (const { uri, range, severity, tool, message } of problems) {
      if (uri === null) continue;
      const file = this.#server.editorUri(uri).toString();
      const { start, end } = range;
      const diagnostic = new Diagnostic(
        new Range(start.line, start.character, end.line, end.character),
        message,
        severity === 'error' ? DiagnosticSeverity.Error : DiagnosticSeverity.Warning,
      );
      diagnostic.source = `vermagic build (${tool})`;
      byFile.set(file, [...(byFile.get(file) ?? []), diagnostic]);
    }
    for (const [file, diagnostics] of byFile) this.#collection.set(Uri.parse(file), diagnostics);
  }
}
