import type { ModuleReport, TargetSummary } from './report.ts';

/** Custom LSP messages. docs/protocol.md describes them; a test keeps both in step. */
export const method = {
  /** {@link ModuleReportParams} → {@link ModuleReport} | null (not a file, or gone). */
  moduleReport: 'vermagic/moduleReport',
  /** {@link ModuleSummaryParams} → {@link ModuleSummary} | null. */
  moduleSummary: 'vermagic/moduleSummary',
  /** null → {@link TargetsResult}. */
  targets: 'vermagic/targets',
  /** {@link SelectTargetParams} → null. */
  selectTarget: 'vermagic/selectTarget',
  /** {@link DifferenceParams} → {@link Difference} | null. */
  difference: 'vermagic/difference',
  /** {@link CompareFilesParams} → {@link Difference}; an error with one sentence when there is nothing to compare. */
  compareFiles: 'vermagic/compareFiles',
  /** {@link PipelineParams} → {@link PipelineReport} | null. */
  pipeline: 'vermagic/pipeline',
  /** {@link RebuildParams} → {@link RebuildPlanReport}. */
  rebuildPlan: 'vermagic/rebuildPlan',
  /** {@link RunRebuildParams} → {@link RebuildReport}; cancelling the request stops the build and its container. */
  rebuild: 'vermagic/rebuild',
  /** {@link PipelineParams} → {@link PipelineText}: the project file with the pipeline written down. Nothing is changed. */
  pipelineText: 'vermagic/pipelineText',
  /** null → {@link VerifyPlace}[]: the trees that the workspace has. */
  verifyPlaces: 'vermagic/verifyPlaces',
  /** {@link VerifyParams} → {@link VerifyReport}, with progress; an error with one sentence when there is nothing to verify. */
  verify: 'vermagic/verify',
  /** {@link ForgetVerifiedParams} → null: takes the findings of earlier verifications out of the Problems panel. */
  forgetVerified: 'vermagic/forgetVerified',
  /** Server → client: {@link BuildProgress}. */
  buildProgress: 'vermagic/buildProgress',
  /** Client → server: {@link TrustNotification}: the user trusts the workspace, or no longer. */
  trust: 'vermagic/trust',
  /** Server → client: null; what {@link PipelineReport} says may have changed. */
  pipelineChanged: 'vermagic/pipelineChanged',
  /** Server → client: reports of these modules are stale; `uris` null means all. {@link ModulesChanged}. */
  modulesChanged: 'vermagic/modulesChanged',
  /** Server → client: {@link StatusNotification}. */
  status: 'vermagic/status',
} as const;

export interface ModuleReportParams {
  readonly uri: string;
}
export type { ModuleReport };

export interface ModuleSummaryParams {
  readonly uri: string;
}

/** What the Explorer shows of one `.ko`. */
export interface ModuleSummary {
  readonly uri: string;
  readonly verdict: 'loads' | 'refused' | 'undetermined' | 'no-target';
  readonly target: string | null;
  readonly vermagic: string | null;
  /** The first reason in one line; null when it loads. */
  readonly reason: string | null;
  readonly warnings: number;
}

export interface TargetsResult {
  readonly targets: readonly TargetSummary[];
  readonly selected: string | null;
}

export interface SelectTargetParams {
  /** null goes back to automatic choice. */
  readonly name: string | null;
}

export interface DifferenceParams {
  readonly uri: string;
  readonly kind: 'vermagic' | 'crc';
}

/** Two kernel configurations, or two Module.symvers. */
export interface CompareFilesParams {
  readonly uri: string;
  /** null: the configuration of the kernel that runs. */
  readonly with: string | null;
}

/** Two texts for the native diff editor: the module's side, the target's side. */
export interface Difference {
  readonly title: string;
  readonly left: { readonly label: string; readonly text: string };
  readonly right: { readonly label: string; readonly text: string };
}

export interface ModulesChanged {
  readonly uris: readonly string[] | null;
}

export interface StatusNotification {
  readonly selected: TargetSummary | null;
  readonly targets: number;
  readonly modules: number;
  readonly refused: number;
  readonly undetermined: number;
  /** Discovery stopped at one of its limits, in one sentence. */
  readonly limit: string | null;
  readonly busy: boolean;
}
