import type { RebuildPlanReport } from '@vermagic/shared';
import { commands, env, type Memento, window, workspace } from 'vscode';
import { commandText } from './outcome-text.ts';

const key = 'vermagic.rebuild.agreed';
/** Plans that need not be shown again. */
const remembered = 50;

/** Nothing of a folder is run before the user trusts it. */
export async function trusted(): Promise<boolean> {
  if (workspace.isTrusted) return true;
  const answer = await window.showErrorMessage(
    'Vermagic runs no builds in a folder that you do not trust: its files say what would be run.',
    'Manage Workspace Trust',
  );
  if (answer) await commands.executeCommand('workbench.trust.manage');
  return false;
}

/** Shows exactly what will be run, once for each set of commands, and asks. */
export async function agreed(plan: RebuildPlanReport, memory: Memento): Promise<boolean> {
  const known = memory.get<readonly string[]>(key, []);
  if (known.includes(plan.hash)) return true;
  const lines = plan.steps.flatMap(({ phase, commands: list, cwd }) => [
    `${phase}  (in ${cwd})`,
    ...list.map((command) => `  ${commandText(command)}`),
  ]);
  const text = lines.join('\n');
  for (;;) {
    const answer = await window.showInformationMessage(
      `Run ${plan.steps.map(({ phase }) => phase).join(', then ')}?`,
      { modal: true, detail: `These commands will be run, and nothing else:\n\n${text}` },
      'Run',
      'Copy Commands',
    );
    if (answer === 'Run') break;
    if (answer !== 'Copy Commands') return false;
    await env.clipboard.writeText(text);
  }
  await memory.update(key, [...known.slice(1 - remembered), plan.hash]);
  return true;
}
