import type { Finding } from '../findings/finding.ts';
import { abandonedText, stopAbandonedRuns } from '../pipeline/abandoned-runs.ts';
import { type EngineName, engineNames, findEngine, isEngineName } from '../pipeline/engine.ts';
import { Fingerprints } from '../pipeline/fingerprint.ts';
import type { Phase, Pipeline } from '../pipeline/phase.ts';
import { makersOf, phasesToRun, planRun, type RunPlan } from '../pipeline/plan.ts';
import { type RunOptions, type RunOutcome, runPlan } from '../pipeline/run-plan.ts';
import { newRunId, readStamp } from '../pipeline/stamp.ts';
import { type LocatedMessage, locateMessages } from '../pipeline/symbol-use.ts';
import type { Ports } from '../ports/ports.ts';
import { fileUri, isWithin, joinUri, relativePath, uriPath } from '../ports/uri.ts';
import type { RuleLevels } from './module-checker.ts';
import { pipelineFindings } from './pipeline-findings.ts';
import { headersPackageFindings } from './pipeline-headers.ts';
import { synthesisedPhase } from './pipeline-module-phase.ts';
import { type LoadedPipeline, loadPipeline } from './pipeline-project.ts';
import { type PipelineStatus, pipelineStatus } from './pipeline-status.ts';
import { compareFindings, findingsOfModules, type Verification } from './pipeline-verification.ts';
import { policyOfProject } from './project-file.ts';
import type { Session } from './session.ts';

/** What a person asked for; nothing at all means everything that is stale. */
export interface RebuildRequest {
  readonly phase?: string | undefined;
  /** URI of a module: the phases that make it, or with `onlyModule` just its own folder. */
  readonly module?: string | undefined;
  readonly onlyModule?: boolean | undefined;
  /** The phase that bakes the root file system, or builds the headers package. */
  readonly kind?: 'rootfs' | 'headers' | undefined;
  readonly engine?: string | undefined;
}

export interface PreparedRebuild {
  readonly loaded: LoadedPipeline;
  readonly plan: RunPlan;
}

export interface RebuildResult {
  readonly outcome: RunOutcome;
  readonly messages: readonly LocatedMessage[];
  readonly verification: Verification;
  /** Headers that do not fit the kernel just built. */
  readonly headers: readonly Finding[];
  readonly status: PipelineStatus;
}

/** Says why nothing can be run, as a sentence for a person. */
export class RebuildProblem extends Error {}

/** From a wish to a plan, from a plan to a run, and from the run to what it changed. */
export class Rebuilder {
  readonly #ports: Ports;
  readonly #session: Session;
  readonly #fingerprints: Fingerprints;

  constructor(ports: Ports, session: Session) {
    this.#ports = ports;
    this.#session = session;
    this.#fingerprints = new Fingerprints(ports.files);
  }

  /** The pipeline of a folder: of the `vermagic.json` in or nearest above it, or as detected. */
  async load(folder: string): Promise<LoadedPipeline> {
    // Written as the session writes URIs, or a folder with unusual letters would not find its own project file.
    const folderUri = fileUri(folder);
    const targets = await this.#session.openTargets();
    const { projects } = this.#session.surroundings();
    const [project] = projects
      .filter(({ uri }) => isWithin(joinUri(uri, '..'), folderUri) || isWithin(folderUri, uri))
      .toSorted((one, two) => one.uri.length - two.uri.length);
    return loadPipeline(this.#ports.files, folderUri, project, targets);
  }

  /** `askEngine` also compares the ids of images, which runs the engine. */
  async status(
    { pipeline }: LoadedPipeline,
    askEngine?: EngineName,
  ): Promise<PipelineStatus & { readonly findings: readonly Finding[] }> {
    const { processes } = this.#ports;
    const status = await pipelineStatus(this.#ports.files, pipeline, {
      fingerprints: this.#fingerprints,
      engine: askEngine && processes ? { name: askEngine, processes } : undefined,
    });
    const findings = await pipelineFindings(this.#ports.files, pipeline, status.phases);
    return { ...status, findings: atLevels(findings, this.#levels()) };
  }

  /** @throws RebuildProblem */
  async engine(pipeline: Pipeline, asked?: string): Promise<EngineName> {
    const { processes } = this.#ports;
    if (!processes) throw new RebuildProblem('Programs cannot be run here.');
    const name = asked ?? pipeline.engine;
    if (name !== undefined && name !== 'devcontainer') {
      if (isEngineName(name)) return name;
      throw new RebuildProblem(`There is no engine "${name}"; there are ${engineNames.join(', ')} and devcontainer.`);
    }
    const contained = pipeline.phases.some(
      ({ place }) => place.kind === 'container' || (place.kind === 'host' && place.drivesEngine),
    );
    const found = contained ? await findEngine(processes) : 'docker';
    if (found) return found;
    throw new RebuildProblem(
      'There is neither docker nor podman on this machine, and the build runs in a container. Install one of them; rootless podman needs no daemon («apt install podman», «dnf install podman»).',
    );
  }

  /** What would be run. @throws RebuildProblem */
  async plan(folderUri: string, request: RebuildRequest): Promise<PreparedRebuild> {
    const loaded = await this.load(folderUri);
    refuseMisunderstood(loaded);
    const extra = await synthesisedPhase(this.#ports.files, this.#session, loaded, request);
    const { phases, rootUri } = loaded.pipeline;
    if (phases.length === 0 && !extra) {
      throw new RebuildProblem(
        `It is not known how ${relativePath(rootUri, rootUri) || 'this project'} is built: there is no pipeline in vermagic.json, no Makefile with targets like build, no numbered scripts, no Kbuild file with a kernel to build against. Write it down under "pipeline".`,
      );
    }
    const pipeline: Pipeline = extra ? { ...loaded.pipeline, phases: [...phases, extra] } : loaded.pipeline;
    const engine = await this.engine(pipeline, request.engine);
    const chosen = extra ? [extra] : await this.#chosen(loaded, request, engine);
    const plan = await planRun(chosen, { engine, runId: newRunId(), containerOnly: loaded.containerOnly });
    return { loaded: { ...loaded, pipeline }, plan };
  }

  #levels(): RuleLevels {
    const { projects, settings } = this.#session.surroundings();
    return Object.assign({}, ...projects.map((project) => policyOfProject(project).levels), settings.rules);
  }

  async #chosen(loaded: LoadedPipeline, request: RebuildRequest, engine: EngineName): Promise<readonly Phase[]> {
    const { pipeline } = loaded;
    const { phases, images } = await this.status(loaded, engine);
    const named = request.kind && pipeline.phases.find((phase) => phase.kind === request.kind)?.name;
    if (request.kind && named === undefined) {
      const what = request.kind === 'rootfs' ? 'bakes the root file system' : 'builds the headers package';
      throw new RebuildProblem(`No phase ${what}: name one in vermagic.json with "kind": "${request.kind}".`);
    }
    const phase = request.phase ?? named;
    const names = pipeline.phases.map((one) => one.name);
    if (phase !== undefined && !names.includes(phase)) {
      throw new RebuildProblem(`There is no phase "${phase}"; there are ${names.join(', ')}.`);
    }
    const making = request.module === undefined ? undefined : relativePath(pipeline.rootUri, fileUri(request.module));
    const isMade = making !== undefined && makersOf(pipeline.phases, making).length > 0;
    return phasesToRun(pipeline, phases, { phase, making: isMade ? making : undefined }, images);
  }

  /** Runs a plan to the letter, then looks at every module again. */
  async run({ loaded, plan }: PreparedRebuild, options: RunOptions): Promise<RebuildResult> {
    const { files, processes, writer, journal } = this.#ports;
    if (!processes || !writer) throw new RebuildProblem('Programs cannot be run here.');
    const { pipeline } = loaded;
    await this.#refuseSecond(uriPath(pipeline.rootUri));
    const before = await findingsOfModules(this.#session);
    const outcome = await runPlan({ files, processes, writer, journal }, pipeline, plan, options);
    await this.#session.filesChanged(await this.#touched(pipeline, plan));
    const verification = compareFindings(before, await findingsOfModules(this.#session));
    return {
      outcome,
      messages: await locateMessages(files, outcome.messages),
      verification,
      headers: await this.#headers(pipeline, outcome),
      status: await this.status(loaded),
    };
  }

  /**
   * Ends builds that nobody watches, because the Vermagic that started them was killed.
   * @returns what was found and done, each in a sentence for a person
   */
  async stopAbandoned(): Promise<readonly string[]> {
    const { processes, journal } = this.#ports;
    return processes && journal ? (await stopAbandonedRuns(processes, journal)).map(abandonedText) : [];
  }

  /** Two builds that write the same files at once make neither. */
  async #refuseSecond(folder: string): Promise<void> {
    const running = (await this.#ports.journal?.others())?.find((one) => one.watched && one.record.folder === folder);
    if (!running) return;
    const since = new Date(running.record.timeMs).toISOString().slice(11, 16);
    throw new RebuildProblem(
      `${running.record.phase} is being built already, by process ${running.owner} since ${since} UTC. Wait for it, or stop it there.`,
    );
  }

  /** Files that the run may have made, for what is remembered of them to be forgotten. */
  async #touched(pipeline: Pipeline, plan: RunPlan): Promise<string[]> {
    const touched = new Set<string>();
    for (const { phase } of plan.steps) {
      const stamp = await readStamp(this.#ports.files, pipeline.rootUri, phase.name);
      for (const path of [...Object.keys(stamp?.outputs ?? {}), ...phase.outputs]) {
        const uri = joinUri(pipeline.rootUri, path);
        if (!path.startsWith('/')) touched.add(uri);
        for (const module of this.#session.modules()) if (isWithin(uri, module)) touched.add(module);
      }
    }
    return [...touched];
  }

  async #headers(pipeline: Pipeline, { completed }: RunOutcome): Promise<readonly Finding[]> {
    const kernel = pipeline.phases.find((phase) => phase.kind === 'kernel' && completed.includes(phase.name));
    const makesHeaders = pipeline.phases.some((phase) => phase.kind === 'headers') || kernelMakesHeaders(kernel);
    if (!kernel || !makesHeaders) return [];
    const [target] = await this.#session.openTargets();
    if (target?.release === undefined) return [];
    const rootfs = joinUri(pipeline.rootUri, 'rootfs');
    const there = await this.#ports.files.stat(rootfs).catch(() => undefined);
    const rootfsUri = there?.type === 'directory' ? rootfs : undefined;
    return headersPackageFindings(this.#ports, { rootUri: pipeline.rootUri, release: target.release.value, rootfsUri });
  }
}

/** A level that someone chose counts for every finding of the rule. */
function atLevels(findings: readonly Finding[], levels: RuleLevels): readonly Finding[] {
  return findings.flatMap((finding) => {
    const level = levels[finding.rule];
    if (level === 'off') return [];
    return [level === undefined ? finding : { ...finding, severity: level }];
  });
}

function kernelMakesHeaders(kernel: Phase | undefined): boolean {
  return kernel?.outputs.some((output) => /linux-headers.*\.deb/.test(output)) ?? false;
}

/** A key that nobody understands may have been the one that keeps a build in its container. */
function refuseMisunderstood({ misunderstood: [first, ...more] }: LoadedPipeline): void {
  if (first === undefined) return;
  const where = first.line === undefined ? '' : `line ${first.line + 1}: `;
  const others = more.length === 0 ? '' : ` There are ${more.length} more.`;
  throw new RebuildProblem(
    `Nothing is run, because vermagic.json cannot be understood: ${where}${first.message}${others} Correct it, and run again.`,
  );
}
