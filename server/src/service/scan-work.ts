import type { MajorityVermagic } from '../gate/findings/vermagic-findings.ts';
import type { TreeModule } from '../gate/list-modules.ts';
import { enforcesSignatures } from '../gate/proof-plan.ts';
import { type ProveJob, type ProveReply, proveFiles, proveInSteps } from '../gate/prove-files.ts';
import type { FullChecked, ScanWork, ShapeMeaning } from '../gate/scan-modules.ts';
import type { SignatureShape } from '../gate/signature-shape.ts';
import type { TreeProvider, TreeProviders } from '../gate/tree-symbols.ts';
import type { TargetKernel } from '../kernel/target-kernel.ts';
import { withLateKeys } from '../kernel/trusted-keys.ts';
import { limits } from '../limits.ts';
import type { Ports } from '../ports/ports.ts';
import type { ScanPool } from '../ports/scan-pool.ts';
import type { FullChecker, FullCheckOptions, TreeChecker } from './full-checker.ts';
import { readProviders } from './read-providers.ts';
import type { ScanThreadRequest, ThreadReader } from './scan-thread.ts';
import type { TargetRecipe } from './target-recipe.ts';
import { signatureTrust, verifySignatures } from './verify-signatures.ts';

/** What a scan may use besides the ports. At least one of `pool` and `reader` has to be there. */
export interface ScanTools {
  readonly pool?: ScanPool | undefined;
  /** For a program that has nothing else to do meanwhile: its own thread takes part. */
  readonly reader?: ThreadReader | undefined;
  /** Told again and again while modules are looked at. */
  readonly progress?: ((done: number, total: number) => void) | undefined;
  /** Set while the scan is to be given up. */
  readonly signal?: AbortSignal | undefined;
}

/** Fewer modules than this are checked here; for more it pays that other threads open the target too. */
const worthThreads = 64;
/** Modules given to a thread at once. */
const batch = 24;
const progressMs = 100;

/** The expensive parts of a scan of one target, over threads where there are any. */
export class ThreadedWork implements ScanWork {
  readonly #ports: Ports;
  readonly #tools: ScanTools;
  readonly #target: TargetKernel;
  readonly #recipe: TargetRecipe;
  readonly #options: FullCheckOptions;
  #own: Promise<FullChecker> | undefined;
  /** Set where the target's vermagic is that of most modules. */
  readonly #majority: MajorityVermagic | undefined;

  constructor(
    ports: Ports,
    tools: ScanTools,
    target: TargetKernel,
    recipe: TargetRecipe,
    options: FullCheckOptions,
    majority?: MajorityVermagic,
  ) {
    this.#ports = ports;
    this.#tools = tools;
    this.#target = target;
    this.#recipe = recipe;
    this.#options = options;
    this.#majority = majority;
  }

  async prove(job: ProveJob): Promise<readonly ProveReply[]> {
    const { pool, reader, progress, signal } = this.#tools;
    const packed = job.uris.some((uri) => uri.endsWith('.xz'));
    const total = job.uris.length;
    const tell = () => progress?.(Math.min(total, Atomics.load(job.board.counters, 1)), total);
    // Nothing is left to take for anyone: each thread ends after its handful.
    const stop = () => void Atomics.store(job.board.counters, 0, total);
    signal?.addEventListener('abort', stop);
    const asked: Promise<unknown>[] = [];
    for (let thread = 0; thread < (pool?.threads ?? 0); thread++) {
      const request: ScanThreadRequest = { kind: 'prove', thread, job, packed };
      asked.push((pool as ScanPool).ask(thread, request));
    }
    const timer = progress === undefined || reader !== undefined ? undefined : setInterval(tell, progressMs);
    try {
      const replies: ProveReply[] = [];
      if (reader !== undefined) {
        if (packed) await reader.prepareXz();
        replies.push(await proveHere(job, pool?.threads ?? 0, reader, progress && tell));
      }
      replies.push(...((await Promise.all(asked)) as ProveReply[]));
      signal?.throwIfAborted();
      return replies;
    } finally {
      if (timer !== undefined) clearInterval(timer);
      signal?.removeEventListener('abort', stop);
      tell();
    }
  }

  async judge(module: TreeModule, shape: SignatureShape): Promise<ShapeMeaning> {
    const found = await (await this.#checker()).signatureOf(module);
    if (found === undefined || found.valueBytes !== shape.valueBytes || enforcesSignatures(this.#target)) return 'each';
    return found.result === 'unknown' ? 'assumed' : found.result === 'unknown-key' ? 'untrusted' : 'each';
  }

  async verify(modules: readonly TreeModule[]): Promise<readonly boolean[]> {
    if (modules.length === 0) return [];
    const trust = signatureTrust(await withLateKeys(this.#target));
    return this.#spread(
      modules,
      (part) => ({ kind: 'verify', trust, modules: part }),
      (part) => verifySignatures(this.#ports, part, trust),
    );
  }

  async readProviders(modules: readonly TreeModule[]): Promise<readonly TreeProvider[]> {
    return this.#spread(
      modules,
      (part) => ({ kind: 'providers', modules: part }),
      (part) => readProviders(this.#ports, part),
    );
  }

  async check(modules: readonly TreeModule[], providers: TreeProviders): Promise<readonly FullChecked[]> {
    const tree: ScanThreadRequest = {
      kind: 'tree',
      recipe: this.#recipe,
      majority: this.#majority,
      providers,
      options: this.#options,
    };
    const isBrief = (start: number) => start >= limits.fullReports;
    let own: Promise<TreeChecker> | undefined;
    return this.#spread(
      modules,
      (part, start) => ({ kind: 'check', modules: part, brief: isBrief(start) }),
      async (part, start) => {
        own ??= this.#checker().then((checker) => checker.ofTree(providers, this.#options));
        return (await own).check(part, isBrief(start));
      },
      tree,
    );
  }

  /**
   * Gives the modules to whoever is free, in their order.
   * @param first what each thread is told before.
   */
  async #spread<Result>(
    modules: readonly TreeModule[],
    request: (part: readonly TreeModule[], start: number) => ScanThreadRequest,
    here: (part: readonly TreeModule[], start: number) => Promise<readonly Result[]>,
    first?: ScanThreadRequest,
  ): Promise<readonly Result[]> {
    const { pool, signal, progress } = this.#tools;
    const results: Result[] = new Array<Result>(modules.length);
    let next = 0;
    let done = 0;
    const work = async (run: typeof here): Promise<void> => {
      for (let start = next; start < modules.length; start = next) {
        signal?.throwIfAborted();
        next = start + batch;
        const part = modules.slice(start, start + batch);
        const found = await run(part, start);
        for (const [index, result] of found.entries()) results[start + index] = result;
        done += part.length;
        if (modules.length >= worthThreads) progress?.(done, modules.length);
      }
    };
    const workers: Promise<void>[] = [];
    if (pool !== undefined && modules.length >= worthThreads) {
      for (let thread = 0; thread < pool.threads; thread++) {
        const told = first === undefined ? undefined : pool.ask(thread, first);
        // Heard by the first who gives the thread something to do; there may be nobody.
        told?.catch(() => undefined);
        workers.push(
          work(async (part, start) => {
            await told;
            return (await pool.ask(thread, request(part, start))) as readonly Result[];
          }),
        );
      }
    }
    if (modules.length > 0 && (this.#tools.reader !== undefined || workers.length === 0)) {
      workers.push(work(here));
    }
    await Promise.all(workers);
    return results;
  }

  #checker(): Promise<FullChecker> {
    this.#own ??= import('./full-checker.ts').then(({ FullChecker }) => new FullChecker(this.#ports, this.#target));
    return this.#own;
  }
}

/** In this thread. With someone watching it stops again and again, so that an interruption is heard at once. */
async function proveHere(
  job: ProveJob,
  thread: number,
  reader: ThreadReader,
  tell: (() => void) | undefined,
): Promise<ProveReply> {
  if (tell === undefined) return proveFiles(job, thread, reader);
  const steps = proveInSteps(job, thread, reader);
  let last = performance.now();
  for (let step = steps.next(); ; step = steps.next()) {
    if (step.done === true) return step.value;
    const now = performance.now();
    if (now - last < progressMs) continue;
    tell();
    await new Promise((resolve) => setTimeout(resolve, 0));
    last = performance.now();
  }
}
