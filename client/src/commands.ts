import { commands, Disposable, env, type LogOutputChannel, Uri, window } from 'vscode';
import { activeModule, moduleFor, pickModule } from './active-module.ts';
import { compareWithOther, compareWithRunningKernel } from './configuration/compare-commands.ts';
import type { FileComparisons } from './configuration/file-comparisons.ts';
import type { Differences } from './differences.ts';
import { editorViewType } from './ko-editor/view-type.ts';
import type { LanguageServer } from './language-server.ts';
import { isModuleFile } from './module-files.ts';
import { openAsHex } from './open-as-hex.ts';
import { openPhase } from './rebuild/phases-view.ts';
import type { Rebuild } from './rebuild/rebuild.ts';
import { reportMarkdown } from './report-markdown.ts';
import { selectTarget } from './select-target.ts';
import * as verified from './verify/commands.ts';
import type { Verification } from './verify/verification.ts';

export interface CommandContext {
  readonly server: LanguageServer;
  readonly differences: Differences;
  readonly comparisons: FileComparisons;
  readonly rebuild: Rebuild;
  readonly verification: Verification;
  readonly log: LogOutputChannel;
}

type Handler = (context: CommandContext, argument: unknown) => Promise<void> | void;

/** Every command of package.json, and nothing else; a test keeps the two in step. */
export const commandTable = {
  'vermagic.selectTarget': ({ server }) => selectTarget(server),
  'vermagic.inspectModule': async (_context, argument) => {
    const module = argument instanceof Uri && isModuleFile(argument) ? argument : await pickModule();
    if (module) await commands.executeCommand('vscode.openWith', module, editorViewType);
  },
  'vermagic.showVermagicDifference': async ({ differences }, argument) => {
    const module = await moduleFor(argument);
    if (module) await differences.show(module, 'vermagic');
  },
  'vermagic.showCrcDifference': async ({ differences }, argument) => {
    const module = await moduleFor(argument);
    if (module) await differences.show(module, 'crc');
  },
  'vermagic.copyReport': async ({ server }, argument) => {
    const module = await moduleFor(argument);
    const report = module && (await server.moduleReport(module));
    if (!report) return;
    await env.clipboard.writeText(reportMarkdown(report));
    window.setStatusBarMessage('$(check) Report copied as Markdown', 3000);
  },
  'vermagic.openAsHex': async (_context, argument) => {
    const module = await moduleFor(argument);
    if (module) await openAsHex(module);
  },
  'vermagic.compareRunningConfiguration': ({ comparisons }, argument) =>
    compareWithRunningKernel(comparisons, argument),
  'vermagic.compareConfiguration': ({ comparisons }, argument) =>
    compareWithOther(comparisons, 'configuration', argument),
  'vermagic.compareSymvers': ({ comparisons }, argument) => compareWithOther(comparisons, 'symvers', argument),
  'vermagic.rebuildInContainer': ({ rebuild }, argument) => rebuild.inContainer(argument ?? activeModule()),
  'vermagic.rebuildThisModule': async ({ rebuild }, argument) => {
    const module = await moduleFor(argument);
    if (module) await rebuild.thisModule(module);
  },
  'vermagic.rerunPhase': ({ rebuild }, argument) => rebuild.phase(argument),
  'vermagic.runPhase': ({ rebuild }, argument) => rebuild.phase(rebuild.view.rowOf(argument)),
  'vermagic.rebuildStale': ({ rebuild }) => rebuild.inContainer(undefined),
  'vermagic.openPhase': ({ rebuild }, argument) => openPhase(rebuild.view.rowOf(argument)),
  'vermagic.showPhaseLog': ({ rebuild }, argument) => rebuild.showLog(argument),
  'vermagic.refreshPhases': ({ rebuild }) => rebuild.view.refresh(),
  'vermagic.rebakeRootfs': ({ rebuild }) => rebuild.kind('rootfs'),
  'vermagic.rebuildHeadersPackage': ({ rebuild }) => rebuild.kind('headers'),
  'vermagic.stopRebuild': ({ rebuild }) => rebuild.stop(),
  'vermagic.writePipeline': ({ rebuild }) => rebuild.writePipeline(),
  'vermagic.verifyTree': ({ server, verification }, argument) => verified.verifyTree(server, verification, argument),
  'vermagic.verifyBeforeFlashing': ({ verification }) => verified.verifyBeforeFlashing(verification),
  'vermagic.verifyAgain': ({ verification }, argument) => verified.verifyAgain(verification, argument),
  'vermagic.filterVerified': ({ verification }) => verified.filterVerified(verification),
  'vermagic.clearVerifiedFilter': ({ verification }) => {
    verification.view.filter = {};
  },
  'vermagic.groupVerifiedByRule': ({ verification }) => {
    verification.view.grouping = 'rule';
  },
  'vermagic.groupVerifiedByModule': ({ verification }) => {
    verification.view.grouping = 'module';
  },
  'vermagic.clearVerified': ({ verification }) => verification.clear(),
  'vermagic.openVerified': ({ verification }, argument) => verified.openVerified(verification, argument),
  'vermagic.revealVerified': ({ verification }, argument) => verified.revealVerified(verification, argument),
  'vermagic.copyVerified': ({ verification }, argument) => verified.copyVerified(verification, argument),
  'vermagic.restartServer': ({ server }) => server.restart(),
  'vermagic.showLog': ({ log }) => log.show(),
} satisfies Record<string, Handler>;

/** Registers the table. What the user started and what failed is said to the user, with a way to the details. */
export function registerCommands(context: CommandContext): Disposable {
  const registrations = Object.entries<Handler>(commandTable).map(([id, handler]) =>
    commands.registerCommand(id, async (argument: unknown) => {
      try {
        // Lines above a text come from the server, whose arguments are plain JSON.
        await handler(context, typeof argument === 'string' ? Uri.parse(argument) : argument);
      } catch (error) {
        context.log.error(id, error);
        const reason = error instanceof Error ? error.message : String(error);
        const answer = await window.showErrorMessage(`Vermagic: ${reason}`, 'Show Log');
        if (answer) context.log.show();
      }
    }),
  );
  return Disposable.from(...registrations);
}
