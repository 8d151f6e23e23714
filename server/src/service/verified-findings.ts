import type { VerifyReport } from '@vermagic/shared';
import type { Finding, Severity } from '../findings/finding.ts';
import { fileStart } from '../findings/finding.ts';
import type { RuleId } from '../findings/registry.ts';
import { isWithin } from '../ports/uri.ts';

interface Kept {
  /** Findings about the tree as a whole: any change in it can end them. */
  readonly ofTree: Map<string, Finding[]>;
  readonly ofFiles: Map<string, Finding[]>;
}

/** What verifications found, by file, until it may no longer be true. Each method returns the files whose findings changed. */
export class VerifiedFindings {
  readonly #byFolder = new Map<string, Kept>();

  /** Findings of every verification in this file. */
  of(uri: string): readonly Finding[] {
    return [...this.#byFolder.values()].flatMap(({ ofTree, ofFiles }) => [
      ...(ofTree.get(uri) ?? []),
      ...(ofFiles.get(uri) ?? []),
    ]);
  }

  /** Takes the place of what was found in the same folder before. */
  keep(report: VerifyReport): readonly string[] {
    const before = this.forget(report.uri);
    const kept: Kept = { ofTree: new Map(), ofFiles: new Map() };
    for (const tree of report.trees) {
      for (const finding of tree.findings) {
        const { rule, severity, message } = finding;
        if (counts(severity)) add(kept.ofTree, finding.uri, { rule: rule as RuleId, severity, message });
      }
      for (const module of tree.results) {
        for (const { rule, severity, message, symbol } of module.findings) {
          if (!counts(severity)) continue;
          const finding = { rule: rule as RuleId, severity, message: `${tree.target.name}: ${message}` };
          add(kept.ofFiles, module.uri, symbol === undefined ? finding : { ...finding, symbol });
        }
      }
    }
    this.#byFolder.set(report.uri, kept);
    return [...new Set([...before, ...urisOf(kept)])];
  }

  /** `null`: of every folder. */
  forget(folder: string | null): readonly string[] {
    const changed = [...this.#byFolder].filter(([uri]) => folder === null || uri === folder);
    for (const [uri] of changed) this.#byFolder.delete(uri);
    return changed.flatMap(([, kept]) => urisOf(kept));
  }

  /** A changed file takes its findings with it, and those about its tree. */
  filesChanged(uris: readonly string[]): readonly string[] {
    const changed = new Set<string>();
    for (const [folder, { ofTree, ofFiles }] of this.#byFolder) {
      const inside = uris.filter((uri) => isWithin(folder, uri));
      if (inside.length === 0) continue;
      for (const uri of ofTree.keys()) changed.add(uri);
      ofTree.clear();
      for (const uri of inside) if (ofFiles.delete(uri)) changed.add(uri);
    }
    return [...changed];
  }
}

/** Remarks are for the tree view; a list of problems holds problems. */
function counts(severity: Severity): boolean {
  return severity === 'error' || severity === 'warning';
}

function add(map: Map<string, Finding[]>, uri: string, finding: Finding): void {
  const known = map.get(uri) ?? [];
  map.set(uri, known);
  known.push({ ...finding, where: { uri, range: fileStart } });
}

function urisOf({ ofTree, ofFiles }: Kept): string[] {
  return [...ofTree.keys(), ...ofFiles.keys()];
}
