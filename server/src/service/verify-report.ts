import type {
  CheckReport,
  KernelScanReport,
  PlacedFinding,
  ScanReport,
  VerifiedModule,
  VerifiedTree,
} from '@vermagic/shared';
import { limits } from '../limits.ts';
import { joinUri } from '../ports/uri.ts';
import { foldedFindings } from './folded-findings.ts';
import { isReady, reasonsAgainst } from './scan-report.ts';

/** Where the paths of a scan's report count from. */
export interface ScannedPlace {
  readonly kind: 'rootfs' | 'build-tree';
  readonly root: string;
  readonly shown: string;
}

/** One tree for each kernel, with as much of what was found as an editor can show. */
export function verifiedTrees(place: ScannedPlace, report: ScanReport): VerifiedTree[] {
  return (report.kernels ?? [report]).map((kernel) => verifiedTree(place, kernel));
}

function verifiedTree(place: ScannedPlace, kernel: KernelScanReport): VerifiedTree {
  const { modules, loads, refused, undetermined, unsigned, unreadable, notes, target } = kernel;
  const results = kernel.results.slice(0, limits.verifiedModules).map((check) => verifiedModule(place, check));
  return {
    kind: place.kind,
    uri: place.root,
    name: place.shown,
    ready: isReady(kernel),
    reasons: reasonsAgainst(kernel),
    target,
    modules,
    loads,
    refused,
    undetermined,
    unsigned,
    results,
    moreResults: kernel.results.length - results.length,
    findings: kernel.findings.map(
      (finding): PlacedFinding => ({ ...finding, uri: joinUri(place.root, finding.path), path: finding.path }),
    ),
    unreadable,
    notes,
  };
}

function verifiedModule({ root, shown }: ScannedPlace, check: CheckReport): VerifiedModule {
  const prefix = `${shown}/`;
  const path = check.module.path.startsWith(prefix) ? check.module.path.slice(prefix.length) : check.module.path;
  return {
    uri: joinUri(root, path),
    path,
    verdict: check.verdict,
    errno: check.errno,
    findings: foldedFindings(check.findings, (finding, message) => ({ ...finding, message })),
    missing: check.missing,
  };
}
