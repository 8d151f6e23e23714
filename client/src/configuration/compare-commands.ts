import { Uri, window, workspace } from 'vscode';
import type { FileComparisons } from './file-comparisons.ts';

/** What each comparison is about: the language of its files, and where the workspace may have others. */
const kinds = {
  configuration: {
    language: 'kconfig-dotconfig',
    name: /(^|\/)\.config(\.old)?$|(^|\/)config-\d[^/]*$|defconfig$|\.config$/,
    glob: '**/{.config,.config.old,config-*,*defconfig,*.config}',
    title: 'Kernel Configuration',
  },
  symvers: {
    language: 'module-symvers',
    name: /symvers(-[^/]*)?(\.(gz|xz|zst))?$/,
    glob: '**/{*.symvers,symvers-*}',
    title: 'Module.symvers',
  },
} as const;

type Kind = keyof typeof kinds;

/** More files than anyone picks from a list by hand; beyond it, the list is for filtering by name. */
const listedFiles = 500;

export async function compareWithRunningKernel(comparisons: FileComparisons, argument: unknown): Promise<void> {
  const file = await fileFor('configuration', argument);
  if (file) await comparisons.show(file, null);
}

export async function compareWithOther(comparisons: FileComparisons, kind: Kind, argument: unknown): Promise<void> {
  const file = await fileFor(kind, argument);
  const other = file && (await pickFile(kind, `Compare ${workspace.asRelativePath(file)} with`, file));
  if (file && other) await comparisons.show(file, other);
}

/** The file a command is about: its argument, else the active editor's, else one the user picks. */
async function fileFor(kind: Kind, argument: unknown): Promise<Uri | undefined> {
  if (argument instanceof Uri && argument.scheme === 'file') return argument;
  const active = window.activeTextEditor?.document;
  if (active?.uri.scheme === 'file' && active.languageId === kinds[kind].language) return active.uri;
  return pickFile(kind, `Select ${kinds[kind].title}`);
}

async function pickFile(kind: Kind, title: string, except?: Uri): Promise<Uri | undefined> {
  const browse = { label: '$(folder-opened) Browse…', alwaysShow: true, uri: undefined };
  const found = workspace.findFiles(kinds[kind].glob, undefined, listedFiles).then((uris) => [
    ...uris
      .filter((uri) => kinds[kind].name.test(uri.path) && uri.toString() !== except?.toString())
      .map((uri) => ({ label: uri.path.split('/').at(-1) ?? '', description: workspace.asRelativePath(uri), uri }))
      .sort((a, b) => a.description.localeCompare(b.description)),
    browse,
  ]);
  const picked = await window.showQuickPick(found, { title, placeHolder: kinds[kind].title, matchOnDescription: true });
  if (!picked) return undefined;
  if (picked.uri) return picked.uri;
  const [file] = (await window.showOpenDialog({ title, openLabel: 'Select' })) ?? [];
  return file;
}
