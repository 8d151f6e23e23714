import { type ExtensionContext, window } from 'vscode';
import { registerCommands } from './commands.ts';
import { FileComparisons } from './configuration/file-comparisons.ts';
import { Differences } from './differences.ts';
import { ExplorerDecorations } from './explorer-decorations.ts';
import { registerKbuildLanguage } from './kbuild-language.ts';
import { registerModuleEditor } from './ko-editor/module-editor.ts';
import { LanguageServer } from './language-server.ts';
import { ModuleSummaries } from './module-summaries.ts';
import { registerRebuildQuickFixes } from './rebuild/quick-fixes.ts';
import { Rebuild } from './rebuild/rebuild.ts';
import { TargetStatus } from './target-status.ts';
import { Verification } from './verify/verification.ts';

/** Everything is registered at once and starts the server without waiting for it: activation stays short. */
export function activate(context: ExtensionContext): void {
  const log = window.createOutputChannel('Vermagic', { log: true });
  const server = new LanguageServer(context.extensionUri, log);
  const summaries = new ModuleSummaries(server);
  const differences = new Differences(server);
  const comparisons = new FileComparisons(server);
  const rebuild = new Rebuild(server, context.workspaceState);
  const verification = new Verification(server);
  context.subscriptions.push(
    log,
    server,
    summaries,
    differences,
    comparisons,
    rebuild,
    verification,
    registerRebuildQuickFixes(),
    registerKbuildLanguage(),
    new TargetStatus(server),
    window.registerFileDecorationProvider(new ExplorerDecorations(summaries)),
    registerModuleEditor(context.extensionUri, server, log),
    registerCommands({ server, differences, comparisons, rebuild, verification, log }),
  );
  // A failed start is logged and shown in the status; the commands say it to whoever uses one.
  server.start().catch(() => undefined);
}
