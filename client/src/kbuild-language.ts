import { type Disposable, languages, type TextDocument, workspace } from 'vscode';
import { isKbuildMakefile } from './kbuild-makefile.ts';

/**
 * Gives Makefiles with obj-m the language of Kbuild files; VS Code looks at names only, and they are called Makefile. Once a
 * file: whoever chooses another language keeps it.
 */
export function registerKbuildLanguage(): Disposable {
  const seen = new Set<string>();
  const adopt = (document: TextDocument): void => {
    const { languageId, uri } = document;
    if (languageId !== 'makefile' || uri.scheme !== 'file' || seen.has(uri.toString())) return;
    if (!isKbuildMakefile(document.getText())) return;
    seen.add(uri.toString());
    void languages.setTextDocumentLanguage(document, 'kbuild');
  };
  workspace.textDocuments.forEach(adopt);
  return workspace.onDidOpenTextDocument(adopt);
}
