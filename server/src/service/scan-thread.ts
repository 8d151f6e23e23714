import type { MajorityVermagic } from '../gate/findings/vermagic-findings.ts';
import type { TreeModule } from '../gate/list-modules.ts';
import { type ProveJob, type ProveReply, proveFiles } from '../gate/prove-files.ts';
import type { FullChecked } from '../gate/scan-modules.ts';
import type { TreeProvider, TreeProviders } from '../gate/tree-symbols.ts';
import type { ModuleFileReader } from '../ports/module-file-reader.ts';
import type { Ports } from '../ports/ports.ts';
import type { FullChecker, FullCheckOptions, TreeChecker } from './full-checker.ts';
import { readProviders } from './read-providers.ts';
import type { TargetRecipe } from './target-recipe.ts';
import { type SignatureTrust, verifySignatures } from './verify-signatures.ts';

/** What a thread of a scan is asked, and what it answers. */
export type ScanThreadRequest =
  | { readonly kind: 'prove'; readonly thread: number; readonly job: ProveJob; readonly packed: boolean }
  | {
      readonly kind: 'verify';
      readonly trust: SignatureTrust;
      readonly modules: readonly TreeModule[];
    }
  | { readonly kind: 'providers'; readonly modules: readonly TreeModule[] }
  | {
      /** Before `check`: what all its modules have in common, sent once. */
      readonly kind: 'tree';
      readonly recipe: TargetRecipe;
      readonly majority: MajorityVermagic | undefined;
      readonly providers: TreeProviders;
      readonly options: FullCheckOptions;
    }
  | { readonly kind: 'check'; readonly modules: readonly TreeModule[]; readonly brief: boolean };

export interface ThreadReader extends ModuleFileReader {
  prepareXz(): Promise<void>;
}

/** Answers requests inside one thread. Targets are opened once. */
export class ScanThread {
  readonly #ports: Ports;
  readonly #reader: ThreadReader;
  readonly #checkers = new Map<string, Promise<FullChecker>>();
  #tree: TreeChecker | undefined;

  constructor(ports: Ports, reader: ThreadReader) {
    this.#ports = ports;
    this.#reader = reader;
  }

  async answer(
    request: ScanThreadRequest,
    progress?: () => void,
  ): Promise<ProveReply | readonly boolean[] | readonly TreeProvider[] | readonly FullChecked[] | undefined> {
    switch (request.kind) {
      case 'prove':
        if (request.packed) await this.#reader.prepareXz();
        return proveFiles(request.job, request.thread, this.#reader, progress);
      case 'verify':
        return verifySignatures(this.#ports, request.modules, request.trust);
      case 'providers':
        return readProviders(this.#ports, request.modules);
      case 'tree':
        this.#tree = (await this.#checker(request.recipe, request.majority)).ofTree(request.providers, request.options);
        return undefined;
      case 'check':
        if (this.#tree === undefined) throw new Error('a tree has to be named before its modules are checked');
        return this.#tree.check(request.modules, request.brief);
    }
  }

  #checker(recipe: TargetRecipe, majority: MajorityVermagic | undefined): Promise<FullChecker> {
    const key = JSON.stringify([recipe, majority]);
    const known = this.#checkers.get(key) ?? this.#open(recipe, majority);
    this.#checkers.set(key, known);
    return known;
  }

  async #open(recipe: TargetRecipe, majority: MajorityVermagic | undefined): Promise<FullChecker> {
    const [{ FullChecker }, { openRecipe }] = await Promise.all([
      import('./full-checker.ts'),
      import('./target-recipe.ts'),
    ]);
    const target = await openRecipe(this.#ports, recipe);
    if (majority === undefined) return new FullChecker(this.#ports, target);
    const { withMajority } = await import('./majority-target.ts');
    return new FullChecker(this.#ports, await withMajority(this.#ports, target, majority));
  }
}
