import type { CheckReport } from '@vermagic/shared';
import type { SymbolTable } from '../kernel/symbol-table.ts';
import type { TargetKernel } from '../kernel/target-kernel.ts';
import { proven } from './clean-proof.ts';
import { encodeExports } from './export-table.ts';
import { effectiveModules, type TreeModule } from './list-modules.ts';
import { type ProofPlan, proofPlan } from './proof-plan.ts';
import { boardStatus, createBoard, type ProofBoard, type ProveJob, type ProveReply } from './prove-files.ts';
import type { SignatureShape } from './signature-shape.ts';
import { allProviders, differingProviders, type LookedAtProviders } from './tree-providers.ts';
import { listsKernelExports, type TreeProvider, type TreeProviders, TreeSymbols } from './tree-symbols.ts';

/** What the full check says of one module. */
export interface FullChecked {
  readonly report: CheckReport;
  /** Names in `depends=`. */
  readonly depends: readonly string[];
  readonly signed: boolean;
  /** Why the file could not be read at all; the report then means nothing. */
  readonly unreadable?: string;
}

/** What the signatures of one key are to the target. `each`: every one has to be verified by itself. */
export type ShapeMeaning = 'assumed' | 'untrusted' | 'each';

/** The expensive parts of a scan, done elsewhere: in threads, or by the service's checker. */
export interface ScanWork {
  prove(job: ProveJob): Promise<readonly ProveReply[]>;
  judge(module: TreeModule, shape: SignatureShape): Promise<ShapeMeaning>;
  /** Whether each is signed by a key that the target trusts. */
  verify(modules: readonly TreeModule[]): Promise<readonly boolean[]>;
  readProviders(modules: readonly TreeModule[]): Promise<readonly TreeProvider[]>;
  check(modules: readonly TreeModule[], providers: TreeProviders): Promise<readonly FullChecked[]>;
}

export interface ModuleScanInput {
  readonly target: TargetKernel;
  readonly modules: readonly TreeModule[];
  /** Only modules of the tree can be providers: true for an installed tree, false for one that is built against another. */
  readonly closed: boolean;
  /** The modules to report on; others are looked at as providers only. */
  readonly wanted?: (module: TreeModule) => boolean;
  /** Why nothing may be proven, where something outside the target speaks against it. */
  readonly obstacle?: string | undefined;
  /** What an earlier scan of the same target found, by path. */
  readonly remembered?: (plan: ProofPlan) => Promise<ReadonlyMap<string, Remembered>>;
}

/** How a module was found, and which file that was. */
export interface Remembered {
  readonly identity: readonly [bytes: number, modifiedMs: number, inode: number];
  readonly class: CleanClass | 'checked';
  /** Where it is not the target's, release and all. */
  readonly vermagic?: string;
  readonly checked?: FullChecked;
}

/** `unsigned` and `untrusted`: clean but for a signature that the target does not insist on. */
export type CleanClass = 'clean' | 'unsigned' | 'assumed' | 'untrusted';

export interface ScannedModule {
  readonly module: TreeModule;
  /** `undefined` when it was never read. */
  readonly identity: readonly [number, number, number] | undefined;
  readonly class: CleanClass | 'checked' | 'unreadable';
  /** Of a proven module, where it is not the target's own: another release, for which CRCs take the place. */
  readonly vermagic?: string;
  readonly checked?: FullChecked;
  readonly reason?: string;
}

export interface ModuleScan {
  readonly modules: readonly ScannedModule[];
  readonly providers: TreeProviders;
  /** Why nothing was proven and all was checked in full. */
  readonly obstacle: string | undefined;
  /** What the proofs compared with; a change of it makes remembered results void. */
  readonly plan: ProofPlan | undefined;
  /** The modules were all compared with what the target itself lists. */
  readonly asListed: boolean;
  /** Nothing was looked at anew: all was remembered. */
  readonly unchanged: boolean;
}

/**
 * Looks at all modules of a tree: proves most of them clean, checks the rest in full. What modules export is taken from the
 * target's Module.symvers first, and every provider's proof includes that it exports just that; where one does not, its own
 * exports take their place and everything is proven again; so it is where a provider turns out to be proprietary, because its
 * users inherit that. Where the target lists the kernel's own exports only, as an image
 * does, those of all modules of an installed tree are read first.
 */
export async function scanModules(input: ModuleScanInput, work: ScanWork): Promise<ModuleScan> {
  const { target, modules } = input;
  const effective = effectiveModules(modules);
  const present = input.closed ? [...effective.keys()] : undefined;
  let providers: TreeProviders = { present, own: [] };
  const read = (wanted: readonly TreeModule[]) => work.readProviders(wanted);
  const readAllProviders = () => allProviders([...effective.values()], present, target.symbols, read);
  if (target.symbols === undefined) return checkAll(input, work, providers, "the target's exports are not known");
  if (input.obstacle !== undefined) {
    return checkAll(input, work, await readAllProviders(), input.obstacle);
  }
  const readAll = input.closed && !target.symbols.complete && listsKernelExports(target.symbols);
  if (readAll) providers = await readAllProviders();
  let plan = planFor(target, target.symbols, providers);
  if ('obstacle' in plan) {
    return checkAll(input, work, readAll ? providers : await readAllProviders(), plan.obstacle);
  }
  const remembered = (await input.remembered?.(plan)) ?? new Map<string, Remembered>();
  let pass = await prove(input, work, plan, effective, remembered);
  if (!readAll) providers = await differingProviders(lookedAt(modules, pass, effective), present, target.symbols, read);
  const asListed = readAll || (providers.own.length === 0 && providers.proprietary === undefined);
  if (!asListed) {
    plan = planFor(target, target.symbols, providers);
    if ('obstacle' in plan) return checkAll(input, work, providers, plan.obstacle);
    pass = await prove(input, work, plan, effective, new Map());
  }
  const scanned = await finish(input, work, pass, providers, remembered);
  const unchanged =
    asListed &&
    remembered.size === modules.length &&
    pass.board.status.subarray(0, modules.length).every((status) => status === boardStatus.known);
  return { modules: scanned, providers, obstacle: undefined, plan, asListed, unchanged };
}

/** The modules that export something, each by the file that counts. */
function lookedAt(
  modules: readonly TreeModule[],
  { board }: Pass,
  effective: ReadonlyMap<string, TreeModule>,
): LookedAtProviders {
  const withStatus = (wanted: (status: number, self: number) => boolean) =>
    modules.filter(
      (module, file) =>
        effective.get(module.name) === module && wanted(board.status[file] as number, board.self[file] as number),
    );
  return {
    differing: withStatus((status) => status === proven.exportsDiffer),
    doubtful: withStatus((status, self) => status === proven.doubt && self !== 0),
    all: withStatus((status, self) => status === proven.exportsDiffer || self !== 0),
  };
}

function planFor(target: TargetKernel, listed: SymbolTable, providers: TreeProviders): ReturnType<typeof proofPlan> {
  const symbols = new TreeSymbols(listed, providers);
  return proofPlan({ ...target, symbols }, {}, encodeExports(symbols.symbols()));
}

interface Pass {
  readonly board: ProofBoard;
  readonly replies: readonly ProveReply[];
}

async function prove(
  input: ModuleScanInput,
  work: ScanWork,
  plan: ProofPlan,
  effective: ReadonlyMap<string, TreeModule>,
  remembered: ReadonlyMap<string, Remembered>,
): Promise<Pass> {
  const ids = new Map(plan.exports.exporters.map((name, id) => [name, id]));
  const board = createBoard(input.modules.length);
  for (const [file, module] of input.modules.entries()) {
    const own = effective.get(module.name) === module;
    board.self[file] = own ? (ids.get(module.name) ?? 0) : 0;
    const known = remembered.get(module.path);
    if (known !== undefined) board.known.set(known.identity, file * 3);
    if (!isLookedAt(input, module, board.self[file] as number)) board.status[file] = boardStatus.known;
  }
  const looked = input.modules.flatMap((_, file) => (board.status[file] === boardStatus.known ? [] : [file]));
  if (looked.length === input.modules.length) {
    const replies = await work.prove({ plan, ...filesOf(input.modules), board });
    return { board, replies };
  }
  // A part of the modules: a board of their own, written back by number.
  const part = createBoard(looked.length);
  for (const [row, file] of looked.entries()) {
    part.self[row] = board.self[file] as number;
    part.known.set(board.known.subarray(file * 3, file * 3 + 3), row * 3);
  }
  const replies = await work.prove({
    plan,
    ...filesOf(looked.map((file) => input.modules[file] as TreeModule)),
    board: part,
  });
  for (const [row, file] of looked.entries()) {
    board.status[file] = part.status[row] as number;
    board.thread[file] = part.thread[row] as number;
    board.vermagic[file] = part.vermagic[row] as number;
    board.identity.set(part.identity.subarray(row * 3, row * 3 + 3), file * 3);
  }
  return {
    board,
    replies: replies.map((reply) => ({
      ...reply,
      unreadable: reply.unreadable.map(([row, reason]) => [looked[row] as number, reason] as const),
    })),
  };
}

function filesOf(modules: readonly TreeModule[]): Pick<ProveJob, 'uris' | 'names'> {
  return { uris: modules.map((module) => module.uri), names: modules.map((module) => module.name) };
}

/** Modules outside the wanted part matter only for what they export. */
function isLookedAt(input: ModuleScanInput, module: TreeModule, self: number): boolean {
  return input.wanted === undefined || input.wanted(module) || self !== 0;
}

async function finish(
  input: ModuleScanInput,
  work: ScanWork,
  { board, replies }: Pass,
  providers: TreeProviders,
  remembered: ReadonlyMap<string, Remembered>,
): Promise<ScannedModule[]> {
  const reasons = new Map(replies.flatMap((reply) => reply.unreadable));
  const shapes = new Map(replies.map((reply) => [reply.thread, reply.shapes]));
  const magics = new Map(replies.map((reply) => [reply.thread, reply.vermagics]));
  const meanings: Meanings = {
    byText: new Map<string, ShapeMeaning>(),
    bySame: new Map<SignatureShape, ShapeMeaning>(),
  };
  const done: (ScannedModule | TreeModule)[] = [];
  const doubts: TreeModule[] = [];
  /** Proven but for a signature of their own; by their places in `done`. */
  const signed: number[] = [];
  for (const [file, module] of input.modules.entries()) {
    if (input.wanted !== undefined && !input.wanted(module)) continue;
    const status = board.status[file] as number;
    const identity = identityOf(board, file);
    if (status === boardStatus.known) {
      const known = remembered.get(module.path);
      if (known !== undefined) {
        const { checked, vermagic } = known;
        done.push({
          module,
          identity,
          class: known.class,
          ...(vermagic === undefined ? {} : { vermagic }),
          ...(checked === undefined ? {} : { checked }),
        });
        continue;
      }
    }
    if (status === boardStatus.unreadable) {
      done.push({ module, identity: undefined, class: 'unreadable', reason: reasons.get(file) ?? 'it cannot be read' });
      continue;
    }
    const magic =
      (board.vermagic[file] as number) > 0
        ? magics.get(board.thread[file] as number)?.[board.vermagic[file] as number]
        : undefined;
    const other = magic === undefined ? {} : { vermagic: magic };
    if (status === proven.clean || status === proven.unsigned) {
      done.push({ module, identity, class: status === proven.clean ? 'clean' : 'unsigned', ...other });
      continue;
    }
    if (status >= proven.signed && status < boardStatus.known) {
      const shape = shapes.get(board.thread[file] as number)?.[status - proven.signed];
      const meaning = shape === undefined ? 'each' : await meaningOf(work, module, shape, meanings);
      if (meaning === 'each') signed.push(done.length);
      done.push({ module, identity, class: meaning === 'each' ? 'clean' : meaning, ...other });
      continue;
    }
    doubts.push(module);
    done.push(module);
  }
  const verified = await work.verify(signed.map((at) => (done[at] as ScannedModule).module));
  for (const [index, at] of signed.entries()) {
    if (verified[index] === true) continue;
    const { module } = done[at] as ScannedModule;
    doubts.push(module);
    done[at] = module;
  }
  const checked = await work.check(doubts, providers);
  const results = new Map(doubts.map((module, index) => [module, checked[index]]));
  const fileOf = new Map(input.modules.map((module, file) => [module, file]));
  return done.map((entry) => {
    if ('module' in entry) return entry;
    return checkedModule(entry, identityOf(board, fileOf.get(entry) ?? 0), results.get(entry));
  });
}

function checkedModule(
  module: TreeModule,
  identity: ScannedModule['identity'],
  checked: FullChecked | undefined,
): ScannedModule {
  const reason = checked === undefined ? 'it was not looked at' : checked.unreadable;
  return checked === undefined || reason !== undefined
    ? { module, identity: undefined, class: 'unreadable', ...(reason === undefined ? {} : { reason }) }
    : { module, identity, class: 'checked', checked };
}

function identityOf(board: ProofBoard, file: number): readonly [number, number, number] {
  const [bytes = 0, modified = 0, inode = 0] = board.identity.subarray(file * 3, file * 3 + 3);
  return [bytes, modified, inode];
}

/** By the shape itself, and by its contents: every thread has its own. */
interface Meanings {
  readonly byText: Map<string, ShapeMeaning>;
  readonly bySame: Map<SignatureShape, ShapeMeaning>;
}

async function meaningOf(
  work: ScanWork,
  module: TreeModule,
  shape: SignatureShape,
  { byText: known, bySame }: Meanings,
): Promise<ShapeMeaning> {
  const seen = bySame.get(shape);
  if (seen !== undefined) return seen;
  const key = `${shape.messageBytes} ${shape.valueBytes} ${shape.head.join()}`;
  const found = known.get(key) ?? (await work.judge(module, shape));
  known.set(key, found);
  bySame.set(shape, found);
  return found;
}

/** Without a plan: everything in full. */
async function checkAll(
  input: ModuleScanInput,
  work: ScanWork,
  providers: TreeProviders,
  obstacle: string,
): Promise<ModuleScan> {
  const wanted = input.modules.filter((module) => input.wanted?.(module) ?? true);
  const results = await work.check(wanted, providers);
  const modules = wanted.map((module, index) => checkedModule(module, undefined, results[index]));
  return { modules, providers, obstacle, plan: undefined, asListed: false, unchanged: false };
}
