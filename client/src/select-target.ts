import type { TargetSummary, TargetsResult } from '@vermagic/shared';
import { ConfigurationTarget, type QuickPickItem, QuickPickItemKind, Uri, window, workspace } from 'vscode';
import type { LanguageServer } from './language-server.ts';
import { section } from './settings.ts';

interface TargetItem extends QuickPickItem {
  readonly choose?: () => Promise<void>;
}

/** Lets the user choose among the known target kernels, add one by its path, or leave the choice to the server. */
export async function selectTarget(server: LanguageServer): Promise<void> {
  const items = server.targets().then((known) => targetItems(server, known));
  const chosen = await window.showQuickPick<TargetItem>(items, {
    title: 'Select Target Kernel',
    placeHolder: 'The kernel that the modules of this workspace are checked against',
    matchOnDescription: true,
    matchOnDetail: true,
  });
  await chosen?.choose?.();
}

function targetItems(server: LanguageServer, { targets, selected }: TargetsResult): TargetItem[] {
  const known = targets.map((target) => targetItem(server, target, target.name === selected));
  return [
    ...known,
    { label: targets.length === 0 ? 'No target kernel was found' : '', kind: QuickPickItemKind.Separator },
    {
      label: '$(sparkle) Automatic',
      description: 'what Vermagic detects in this workspace',
      alwaysShow: true,
      choose: () => choose(server, null),
    },
    {
      label: '$(folder-opened) Browse…',
      description: 'a kernel build tree, headers folder, root file system or reference module',
      alwaysShow: true,
      choose: () => browse(server),
    },
  ];
}

function targetItem(server: LanguageServer, target: TargetSummary, selected: boolean): TargetItem {
  const problems = target.problems.length > 0 ? `$(warning) ${target.problems[0]} · ` : '';
  return {
    label: `${selected ? '$(check)' : '$(circuit-board)'} ${target.name}`,
    description: [target.release, target.architecture].filter((part) => part !== null).join(' · '),
    detail: `${problems}${target.source}${target.origins.length > 0 ? ` · ${target.origins.join(', ')}` : ''}`,
    choose: () => choose(server, target.name),
  };
}

async function choose(server: LanguageServer, name: string | null): Promise<void> {
  // The choice is kept with the workspace, where colleagues can see it; without a folder it lasts until the server stops.
  if (workspace.workspaceFolders) {
    await section().update('selectedTarget', name ?? undefined, ConfigurationTarget.Workspace);
  }
  await server.selectTarget(name);
}

async function browse(server: LanguageServer): Promise<void> {
  const folder = workspace.workspaceFolders?.[0]?.uri;
  const [picked] =
    (await window.showOpenDialog({
      title: 'A kernel build tree, headers folder, root file system, or a module known to load',
      openLabel: 'Use as Target',
      canSelectFiles: true,
      canSelectFolders: true,
      ...(folder ? { defaultUri: folder } : {}),
    })) ?? [];
  if (!picked) return;
  const known = section().get<Record<string, readonly string[]>>('targets', {});
  const name = await window.showInputBox({
    title: 'Name of the target',
    value: Uri.joinPath(picked, '.').path.split('/').filter(Boolean).at(-1) ?? 'target',
    prompt: 'Shown with every verdict, and accepted by the command line',
    validateInput: (value) => (value.trim() === '' ? 'A target needs a name' : undefined),
  });
  if (!name) return;
  const paths = [...(known[name] ?? []), workspace.asRelativePath(picked, false)];
  // Paths from an untrusted workspace's own settings are ignored; the user's settings are not.
  const scope = folder && workspace.isTrusted ? ConfigurationTarget.Workspace : ConfigurationTarget.Global;
  await section().update('targets', { ...known, [name]: paths }, scope);
  await choose(server, name);
}
