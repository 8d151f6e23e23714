import { type CancellationToken, FileDecoration, type FileDecorationProvider, ThemeColor, type Uri } from 'vscode';
import { isModuleFile } from './module-files.ts';
import type { ModuleSummaries } from './module-summaries.ts';
import { summaryBadge, summaryTooltip } from './summary-text.ts';

/** Badge and tooltip of `.ko` files in the Explorer, the tabs and the quick pick. Asked for visible files only. */
export class ExplorerDecorations implements FileDecorationProvider {
  readonly #summaries: ModuleSummaries;
  readonly onDidChangeFileDecorations;

  constructor(summaries: ModuleSummaries) {
    this.#summaries = summaries;
    this.onDidChangeFileDecorations = summaries.onChanged;
  }

  provideFileDecoration(uri: Uri, token: CancellationToken): Promise<FileDecoration | undefined> | undefined {
    return isModuleFile(uri) ? this.#decorate(uri, token) : undefined;
  }

  async #decorate(uri: Uri, token: CancellationToken): Promise<FileDecoration | undefined> {
    const summary = await this.#summaries.get(uri, token);
    if (!summary) return undefined;
    // Errors and warnings get their colour from the Problems panel; a second one would contradict it.
    const colour = summary.verdict === 'loads' ? new ThemeColor('vermagic.loadsForeground') : undefined;
    return new FileDecoration(summaryBadge(summary), summaryTooltip(summary), colour);
  }
}
