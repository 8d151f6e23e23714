import { commands, extensions, type Uri, window } from 'vscode';

const hexEditor = { extension: 'ms-vscode.hexeditor', viewType: 'hexEditor.hexedit' };

/** Hands the file over to the Hex Editor extension; without it, says how to get a hex view. */
export async function openAsHex(uri: Uri): Promise<void> {
  if (extensions.getExtension(hexEditor.extension)) {
    await commands.executeCommand('vscode.openWith', uri, hexEditor.viewType);
    return;
  }
  const find = 'Find Hex Editor';
  const other = 'Open With…';
  const answer = await window.showInformationMessage(
    `A hex view needs the extension Hex Editor (${hexEditor.extension}), which is not installed.`,
    find,
    other,
  );
  if (answer === find) await commands.executeCommand('workbench.extensions.search', `@id:${hexEditor.extension}`);
  if (answer === other) await commands.executeCommand('explorer.openWith', uri);
}
