import type { ScanReport } from '@vermagic/shared';
import type { TreeModule } from '../gate/list-modules.ts';
import { limits } from '../limits.ts';
import type { Ports } from '../ports/ports.ts';
import { relativePath } from '../ports/uri.ts';
import type { PreflightReport } from './preflight-text.ts';

export interface VerifiedTree {
  readonly path: string;
  readonly root: string;
  readonly report: ScanReport;
  readonly modules: readonly TreeModule[];
}

/** What was verified, for the record that goes with an image: later it tells whether the image is still that one. */
export interface PreflightManifest {
  readonly format: 1;
  readonly tool: { readonly name: 'vermagic'; readonly version: string };
  /** ISO 8601, UTC. */
  readonly time: string;
  readonly ready: boolean;
  readonly reasons: readonly string[];
  /** Every gate that was run. */
  readonly gates: readonly {
    readonly kind: PreflightReport['gates'][number]['kind'];
    readonly path: string;
    readonly ready: boolean;
  }[];
  readonly trees: readonly {
    readonly path: string;
    readonly targets: readonly ScanReport['target'][];
    readonly counts: {
      readonly modules: number;
      readonly loads: number;
      readonly refused: number;
      readonly undetermined: number;
    };
    /** Paths from the tree's root; hashes are SHA-256 of the files as they are, compressed or not. */
    readonly modules: readonly { readonly path: string; readonly sizeBytes: number; readonly sha256: string }[];
  }[];
}

/** @throws Error where a module that was verified can no longer be read: what is there now is something else. */
export async function preflightManifest(
  { ready, reasons, gates }: PreflightReport,
  trees: readonly VerifiedTree[],
  ports: Ports,
  version: string,
  time: Date,
): Promise<PreflightManifest> {
  const entries: PreflightManifest['trees'][number][] = [];
  for (const { path, root, report, modules } of trees) {
    const hashed: { path: string; sizeBytes: number; sha256: string }[] = [];
    for (const { uri } of modules) {
      const bytes = await ports.files.readFile(uri, limits.moduleBytes).catch(() => undefined);
      // One that could not be read before either is among the reasons.
      if (bytes === undefined && report.unreadable.length === 0) {
        throw new Error(`${path}/${relativePath(root, uri)} was verified and can no longer be read; verify again`);
      }
      if (bytes === undefined) continue;
      const digest = new Uint8Array(await crypto.subtle.digest('SHA-256', bytes as Uint8Array<ArrayBuffer>));
      const sha256 = Array.from(digest, (byte) => byte.toString(16).padStart(2, '0')).join('');
      hashed.push({ path: relativePath(root, uri), sizeBytes: bytes.length, sha256 });
    }
    const { loads, refused, undetermined } = report;
    const targets = (report.kernels ?? [report]).map(({ target }) => target);
    entries.push({ path, targets, counts: { modules: report.modules, loads, refused, undetermined }, modules: hashed });
  }
  const tool = { name: 'vermagic', version } as const;
  const run = gates.map(({ kind, path, ready: passed }) => ({ kind, path, ready: passed }));
  return { format: 1, tool, time: time.toISOString(), ready, reasons, gates: run, trees: entries };
}
