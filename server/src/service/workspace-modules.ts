import type { ModuleSummary } from '@vermagic/shared';
import { counted } from '../findings/counted.ts';

/** The modules of a workspace, as answers about its texts need them. */
export interface WorkspaceModules {
  /** The verdict for the selected target; `null` when there is no such file. */
  moduleSummary(uri: string): Promise<ModuleSummary | null>;
  /** Names (`metis.ko`) of the modules that import a symbol, of as many as `limits.importers` lets it look at. */
  importersOf(symbol: string): Promise<readonly string[]>;
  /** URIs of modules called `name` (`metis`, without `.ko`; `-` and `_` are one), of any packing. */
  modulesNamed(name: string): readonly string[];
}

/** The part of a module's file name that the kernel knows it by. */
export function kernelName(fileName: string): string {
  return fileName
    .replace(/^.*\//, '')
    .replace(/\.ko(?:\.\w+)?$/, '')
    .replaceAll('-', '_');
}

/** A verdict in few words, for several modules above one line. */
export function shortVerdict(name: string, { verdict, reason }: ModuleSummary): string {
  const sign = { loads: '✓ ', refused: '✗ ', undetermined: '? ', 'no-target': '' }[verdict];
  return `${sign}${name}${reason === null || verdict === 'loads' ? '' : `: ${reason}`}`;
}

/** A verdict as a line above the text. The sign tells it without colour. */
export function verdictTitle(name: string, summary: ModuleSummary): string {
  const reason = summary.reason === null ? '' : `: ${summary.reason}`;
  switch (summary.verdict) {
    case 'loads':
      return `✓ ${name} loads on ${summary.target}${summary.warnings > 0 ? ` · ${counted(summary.warnings, 'warning')}` : ''}`;
    case 'refused':
      return `✗ ${name} is refused by ${summary.target}${reason}`;
    case 'undetermined':
      return `? ${name} on ${summary.target} is open${reason}`;
    case 'no-target':
      return `Open ${name}`;
  }
}
