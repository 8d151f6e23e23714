import { commands, env, FileType, Range, Uri, window, workspace } from 'vscode';
import { editorViewType } from '../ko-editor/view-type.ts';
import type { LanguageServer } from '../language-server.ts';
import { isModuleFile } from '../module-files.ts';
import { pickFilter } from './pick-filter.ts';
import { pickTrees, treeOfFolder } from './pick-tree.ts';
import type { ResultNode } from './result-nodes.ts';
import { rulesIn } from './result-nodes.ts';
import { isResultNode } from './results-view.ts';
import type { Verification } from './verification.ts';

export async function verifyTree(server: LanguageServer, verification: Verification, argument: unknown): Promise<void> {
  const trees = argument instanceof Uri ? [await treeOfFolder(argument)] : await pickTrees(server);
  if (trees.length > 0) await verification.verify(trees);
}

/** The folder that holds the project; asked for only where there are several. */
export async function verifyBeforeFlashing(verification: Verification): Promise<void> {
  const folders = workspace.workspaceFolders ?? [];
  const folder =
    folders.length < 2
      ? folders[0]
      : await window.showWorkspaceFolderPick({ placeHolder: 'The project that is about to be flashed' });
  if (folder) await verification.verify([{ kind: 'preflight', uri: folder.uri, name: folder.name }]);
  else if (folders.length === 0) throw new Error('Open the folder of the project that is about to be flashed.');
}

export async function verifyAgain(verification: Verification, argument: unknown): Promise<void> {
  await verification.again(isResultNode(argument) ? argument.runKey : undefined);
}

export async function filterVerified({ view, reports }: Verification): Promise<void> {
  const filter = await pickFilter(view.filter, rulesIn(reports));
  if (filter) view.filter = filter;
}

/** The row a command is about: the one it was called on, else the selected one. */
function rowOf({ view }: Verification, argument: unknown): ResultNode | undefined {
  return isResultNode(argument) ? argument : view.selected;
}

/** The page of a module, the line of a script, or the place of a folder. */
export async function openVerified(verification: Verification, argument: unknown): Promise<void> {
  const row = rowOf(verification, argument);
  if (row?.uri === undefined) return;
  const uri = Uri.parse(row.uri);
  const stat = await Promise.resolve(workspace.fs.stat(uri)).catch(() => undefined);
  if (!stat) window.setStatusBarMessage(`$(warning) There is no ${workspace.asRelativePath(uri)}`, 5000);
  else if (stat.type & FileType.Directory) await commands.executeCommand('revealInExplorer', uri);
  else if (isModuleFile(uri)) await commands.executeCommand('vscode.openWith', uri, editorViewType);
  else {
    const { start, end } = row.range ?? { start: { line: 0, character: 0 }, end: { line: 0, character: 0 } };
    const selection = new Range(start.line, start.character, end.line, end.character);
    await commands.executeCommand('vscode.open', uri, { selection });
  }
}

export async function revealVerified(verification: Verification, argument: unknown): Promise<void> {
  const row = rowOf(verification, argument);
  if (row?.uri !== undefined) await commands.executeCommand('revealInExplorer', Uri.parse(row.uri));
}

export async function copyVerified(verification: Verification, argument: unknown): Promise<void> {
  const row = rowOf(verification, argument);
  if (!row) return;
  await env.clipboard.writeText(row.copy);
  window.setStatusBarMessage('$(check) Copied', 3000);
}
