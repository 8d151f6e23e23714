import type { TargetSummary, VerifyKind, VerifyPlace } from '@vermagic/shared';
import { FileType, type QuickPickItem, QuickPickItemKind, Uri, window, workspace } from 'vscode';
import type { LanguageServer } from '../language-server.ts';

/** What one request verifies. */
export interface TreeToVerify {
  readonly kind: VerifyKind;
  readonly uri: Uri;
  readonly name: string;
  /** The kernel to compare with; without it, the one in the tree. */
  readonly target?: string;
}

interface TreeItem extends QuickPickItem {
  readonly choose?: () => Promise<readonly TreeToVerify[]>;
}

/** Asks for trees: those that the workspace has, or a folder from anywhere. Empty when nothing was chosen. */
export async function pickTrees(server: LanguageServer, target?: string): Promise<readonly TreeToVerify[]> {
  const items = Promise.all([server.verifyPlaces(), server.targets()]).then(([places, { targets }]) => [
    ...treeItems(server, places),
    // With one kernel there is nothing to choose.
    ...(target === undefined && targets.length > 1 ? [otherKernel(server, targets)] : []),
  ]);
  const chosen = await window.showQuickPick<TreeItem>(items, {
    title: target === undefined ? 'Verify Tree' : `Verify Tree against ${target}`,
    placeHolder:
      target === undefined
        ? 'The modules that are checked against their kernel, all as one'
        : `The modules that are checked against ${target}, all as one`,
    matchOnDescription: true,
  });
  const trees = (await chosen?.choose?.()) ?? [];
  return target === undefined
    ? trees
    : trees.map((tree) => ({ ...tree, target, name: `${tree.name} against ${target}` }));
}

function otherKernel(server: LanguageServer, targets: readonly TargetSummary[]): TreeItem {
  return {
    label: '$(target) Compare with Another Kernel…',
    description: targets.map(({ name }) => name).join(', '),
    alwaysShow: true,
    choose: async () => {
      const kernel = await window.showQuickPick(
        targets.map(({ name, release, vermagic }) => ({
          label: name,
          description: release ?? '',
          detail: vermagic ?? '',
        })),
        { title: 'Verify Tree', placeHolder: 'The kernel that the modules have to load on', matchOnDescription: true },
      );
      return kernel === undefined ? [] : pickTrees(server, kernel.label);
    },
  };
}

function treeItems(server: LanguageServer, places: readonly VerifyPlace[]): TreeItem[] {
  const trees = places.map(({ kind, uri, name }): TreeToVerify => ({ kind, uri: server.editorUri(uri), name }));
  const detected = places.map(
    ({ kind, name, target, releases }, index): TreeItem => ({
      label: `${kind === 'rootfs' ? '$(device-desktop)' : '$(tools)'} ${name}`,
      description: [kind === 'rootfs' ? 'root file system' : 'build tree', target ?? releases.join(', ')]
        .filter((part) => part !== '')
        .join(' · '),
      choose: async () => trees.slice(index, index + 1),
    }),
  );
  const all: TreeItem = {
    label: `$(checklist) All ${trees.length}`,
    description: places.map(({ name }) => name).join(', '),
    choose: async () => trees,
  };
  return [
    ...detected,
    ...(trees.length > 1 ? [all] : []),
    { label: trees.length === 0 ? 'No tree was found in this workspace' : '', kind: QuickPickItemKind.Separator },
    {
      label: '$(folder-opened) Root File System…',
      description: 'a folder with lib/modules in it',
      alwaysShow: true,
      choose: () => browse('rootfs', 'Root File System'),
    },
    {
      label: '$(folder-opened) Build Tree…',
      description: 'a kernel build tree, or any folder of modules',
      alwaysShow: true,
      choose: () => browse('build-tree', 'Build Tree or Folder of Modules'),
    },
  ];
}

async function browse(kind: VerifyKind, title: string): Promise<readonly TreeToVerify[]> {
  const folder = workspace.workspaceFolders?.[0]?.uri;
  const [uri] =
    (await window.showOpenDialog({
      title,
      openLabel: 'Verify',
      canSelectFiles: false,
      canSelectFolders: true,
      ...(folder ? { defaultUri: folder } : {}),
    })) ?? [];
  return uri ? [{ kind, uri, name: nameOf(uri) }] : [];
}

/** A folder of the Explorer: a root file system if it has modules where one has them, else a folder of modules. */
export async function treeOfFolder(uri: Uri): Promise<TreeToVerify> {
  for (const place of ['lib/modules', 'usr/lib/modules']) {
    const stat = await Promise.resolve(workspace.fs.stat(Uri.joinPath(uri, place))).catch(() => undefined);
    if (stat && stat.type & FileType.Directory) return { kind: 'rootfs', uri, name: nameOf(uri) };
  }
  return { kind: 'build-tree', uri, name: nameOf(uri) };
}

function nameOf(uri: Uri): string {
  const relative = workspace.asRelativePath(uri, false);
  return relative === uri.fsPath ? (uri.path.split('/').filter(Boolean).at(-1) ?? '/') : relative;
}
