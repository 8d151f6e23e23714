import { TabInputCustom, TabInputText, TabInputTextDiff, Uri, window, workspace } from 'vscode';
import { isModuleFile, moduleGlob } from './module-files.ts';

/** More modules than anyone picks from a list by hand; beyond it, the list is for filtering by name. */
const listedModules = 1000;

/** The module a command is about: its argument, else the active editor's, else one the user picks. */
export async function moduleFor(argument: unknown): Promise<Uri | undefined> {
  if (argument instanceof Uri && isModuleFile(argument)) return argument;
  return activeModule() ?? (await pickModule());
}

/** The module whose page or difference is looked at. */
export function activeModule(): Uri | undefined {
  const input = window.tabGroups.activeTabGroup.activeTab?.input;
  const uri =
    input instanceof TabInputCustom || input instanceof TabInputText
      ? input.uri
      : input instanceof TabInputTextDiff
        ? input.modified
        : undefined;
  return uri && isModuleFile(uri) ? uri : undefined;
}

/** Asks for one of the workspace's modules, or for a file from elsewhere. */
export async function pickModule(): Promise<Uri | undefined> {
  const browse = { label: '$(folder-opened) Browse…', alwaysShow: true, uri: undefined };
  const items = workspace.findFiles(moduleGlob, undefined, listedModules).then((uris) => [
    ...uris
      .filter(isModuleFile)
      .map((uri) => ({ label: uri.path.split('/').at(-1) ?? '', description: workspace.asRelativePath(uri), uri }))
      .sort((a, b) => a.description.localeCompare(b.description)),
    browse,
  ]);
  const picked = await window.showQuickPick(items, {
    title: 'Select Kernel Module',
    placeHolder: 'A .ko file of this workspace',
    matchOnDescription: true,
  });
  if (!picked) return undefined;
  if (picked.uri) return picked.uri;
  const [file] = (await window.showOpenDialog({ title: 'Select Kernel Module', openLabel: 'Select' })) ?? [];
  return file;
}
