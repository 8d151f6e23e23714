import assert from 'node:assert/strict';
import * as vscode from 'vscode';

/** The extension under test, by its id in package.json. */
export const extensionId = 'vermagic.vermagic';

/** Folder of the sample's modules. */
const updates = 'rootfs/lib/modules/6.1.0-56-rt-arm64/updates';

/** A file of the sample workspace that is open in this window. */
export function file(path: string): vscode.Uri {
  const folder = vscode.workspace.workspaceFolders?.[0];
  assert.ok(folder, 'a workspace is open');
  return vscode.Uri.joinPath(folder.uri, path);
}

export function moduleFile(name: string): vscode.Uri {
  return file(`${updates}/${name}`);
}

/** Waits until `probe` gives something, and gives it back. */
export async function until<T>(what: string, probe: () => T | undefined | Promise<T | undefined>): Promise<T> {
  const end = Date.now() + 50_000;
  for (;;) {
    const found = await probe();
    if (found !== undefined) return found;
    if (Date.now() > end) throw new Error(`Waited in vain for ${what}`);
    await new Promise((resolve) => setTimeout(resolve, 100));
  }
}

export function errorsOf(uri: vscode.Uri): vscode.Diagnostic[] {
  return vscode.languages
    .getDiagnostics(uri)
    .filter(({ source, severity }) => source === 'vermagic' && severity === vscode.DiagnosticSeverity.Error);
}

/** The rule id of a diagnostic. */
export function ruleOf({ code }: vscode.Diagnostic): string {
  return String(typeof code === 'object' ? code.value : code);
}

export function activeTab<T>(type: new (...args: never[]) => T): T | undefined {
  const input = vscode.window.tabGroups.activeTabGroup.activeTab?.input;
  return input instanceof type ? input : undefined;
}

export async function closeAll(): Promise<void> {
  await vscode.commands.executeCommand('workbench.action.closeAllEditors');
}
