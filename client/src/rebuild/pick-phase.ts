import { type Uri, window } from 'vscode';
import type { LanguageServer } from '../language-server.ts';
import { commandText } from './outcome-text.ts';

const states = {
  fresh: '$(check) fresh',
  stale: '$(warning) stale',
  unknown: '$(question) not recorded',
  'by-hand': '$(account) by hand',
};

/** The pipeline in its order: state, command, and why a phase is stale. */
export async function pickPhase(server: LanguageServer, folder: Uri, title: string): Promise<string | undefined> {
  const phases = server.pipeline(folder).then(({ phases: list }) =>
    list.map(({ name, state, reasons, command, place }) => ({
      label: name,
      description: `${states[state]} · ${place} · ${commandText(command)}`,
      detail: reasons.map(({ message }) => message).join('; '),
    })),
  );
  const picked = await window.showQuickPick(phases, {
    title,
    placeHolder: 'The phases in their order',
    matchOnDescription: true,
    matchOnDetail: true,
  });
  return picked?.label;
}
