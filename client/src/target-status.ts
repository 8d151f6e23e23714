import type { StatusNotification } from '@vermagic/shared';
import {
  Disposable,
  type DocumentSelector,
  LanguageStatusSeverity,
  languages,
  StatusBarAlignment,
  TabInputCustom,
  ThemeColor,
  window,
} from 'vscode';
import { editorViewType } from './ko-editor/view-type.ts';
import type { LanguageServer } from './language-server.ts';
import { count } from './summary-text.ts';

/** Files beside which a kernel developer wants to know the target. */
const besideTheseFiles: DocumentSelector = [
  ...['c', 'cpp', 'makefile', 'shellscript', 'dockerfile', 'kconfig', 'properties', 'dotenv', 'yaml'].map(
    (language) => ({
      language,
    }),
  ),
  {
    pattern: '**/{Kbuild,Kconfig*,.config,*_defconfig,*.config,*.symvers,vermagic.json,versions.env,EXPECTED_VERMAGIC}',
  },
];

interface StatusText {
  readonly text: string;
  readonly detail: string;
  readonly severity: LanguageStatusSeverity;
  readonly busy: boolean;
}

/**
 * Names the selected target and where it comes from: in the language status of text files, and, because a `.ko`
 * has no language, in the status bar while a `.ko` is looked at.
 */
export class TargetStatus extends Disposable {
  readonly #server: LanguageServer;
  readonly #language = languages.createLanguageStatusItem('vermagic.target', besideTheseFiles);
  readonly #bar = window.createStatusBarItem('vermagic.target', StatusBarAlignment.Right, 100);
  readonly #subscriptions: Disposable;

  constructor(server: LanguageServer) {
    super(() => this.#dispose());
    this.#server = server;
    this.#language.name = 'Vermagic Target Kernel';
    this.#language.command = { command: 'vermagic.selectTarget', title: 'Select Target' };
    this.#bar.name = 'Vermagic Target Kernel';
    this.#bar.command = 'vermagic.selectTarget';
    const show = () => this.#show();
    this.#subscriptions = Disposable.from(
      server.onStatus(show),
      server.onState(show),
      window.tabGroups.onDidChangeTabs(show),
      window.tabGroups.onDidChangeTabGroups(show),
    );
    this.#show();
  }

  #show(): void {
    const { text, detail, severity, busy } = statusText(this.#server);
    this.#language.text = text;
    this.#language.detail = detail;
    this.#language.severity = severity;
    this.#language.busy = busy;
    const icon = busy
      ? '$(loading~spin)'
      : severity === LanguageStatusSeverity.Information
        ? '$(circuit-board)'
        : '$(warning)';
    this.#bar.text = `${icon} ${text}`;
    this.#bar.tooltip = `Vermagic: ${text}\n${detail}`;
    this.#bar.accessibilityInformation = { label: `Vermagic target kernel: ${text}. ${detail}`, role: 'button' };
    this.#bar.backgroundColor =
      severity === LanguageStatusSeverity.Information ? undefined : new ThemeColor('statusBarItem.warningBackground');
    const input = window.tabGroups.activeTabGroup.activeTab?.input;
    if (input instanceof TabInputCustom && input.viewType === editorViewType) this.#bar.show();
    else this.#bar.hide();
  }

  #dispose(): void {
    this.#subscriptions.dispose();
    this.#language.dispose();
    this.#bar.dispose();
  }
}

function statusText(server: LanguageServer): StatusText {
  const information = LanguageStatusSeverity.Information;
  if (server.state === 'stopped')
    return {
      text: 'Vermagic is not running',
      detail: 'Run «Vermagic: Restart Server», or see its log',
      severity: LanguageStatusSeverity.Error,
      busy: false,
    };
  const status = server.status;
  if (!status) return { text: 'Looking for target kernels', detail: '', severity: information, busy: true };
  const { selected, busy } = status;
  if (!selected)
    return {
      text: busy ? 'Looking for target kernels' : 'No target kernel',
      detail: busy ? '' : 'None was found in this workspace: select one',
      severity: busy ? information : LanguageStatusSeverity.Warning,
      busy,
    };
  const release = selected.release && selected.release !== selected.name ? ` (${selected.release})` : '';
  return {
    text: `${selected.name}${release}`,
    detail: [selected.source, modules(status), status.limit].filter(Boolean).join(' · '),
    severity: information,
    busy,
  };
}

function modules({ modules, refused, undetermined }: StatusNotification): string {
  const parts = [count(modules, 'module')];
  if (refused > 0) parts.push(`${refused} refused`);
  if (undetermined > 0) parts.push(`${undetermined} undetermined`);
  return parts.join(', ');
}
