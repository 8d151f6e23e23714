/** What a scan says of one module by its proof, held against what the full check says of the same bytes. */
import { CleanProof, proven } from '../../../server/src/gate/clean-proof.ts';
import type { TreeModule } from '../../../server/src/gate/list-modules.ts';
import type { ProofPlan } from '../../../server/src/gate/proof-plan.ts';
import type { SignatureShape } from '../../../server/src/gate/signature-shape.ts';
import type { TargetKernel } from '../../../server/src/kernel/target-kernel.ts';
import { ThreadedWork } from '../../../server/src/service/scan-work.ts';
import { MemoryFileSystem } from '../support/memory-file-system.ts';
import type { Damage } from './module-mutations.ts';
import { ModuleMutator } from './module-mutations.ts';
import { planFor, portsOver } from './scan-support.ts';

/** `unsigned`: it loads, and its signature does not count. `doubt`: the full check decides. */
export type Word = 'loads' | 'unsigned' | 'doubt';

export interface Tally {
  mutated: number;
  proven: number;
  readonly byDamage: Map<Damage, { mutated: number; proven: number }>;
  /** What the two say, where it differs. */
  readonly disagreements: string[];
}

const providers = { present: undefined, own: [] };

/** One target, one module's name; any number of its copies. */
export class ProofAndCheck {
  readonly #proof: CleanProof;
  readonly #plan: ProofPlan;
  readonly #name: string;
  readonly #tree: TreeModule;
  readonly #files = new MemoryFileSystem();
  readonly #work: ThreadedWork;
  readonly #shapes: SignatureShape[] = [];
  #memory = new Uint8Array(new ArrayBuffer(1 << 20));

  constructor(kernel: TargetKernel, name: string) {
    this.#name = name;
    this.#tree = { uri: `file:///m/${name}.ko`, path: `${name}.ko`, name };
    this.#plan = planFor(kernel);
    this.#proof = new CleanProof(this.#plan);
    const recipe = { kind: 'path', name: '', uri: '' } as const;
    const options = { levels: {}, pathPrefix: '' };
    this.#work = new ThreadedWork(portsOver(this.#files), {}, kernel, recipe, options);
  }

  /** As a scan decides it: the proof first, then what the signature's shape means. */
  async scan(bytes: Uint8Array): Promise<Word> {
    const capacity = Math.ceil(bytes.length / 4) * 4 + 64;
    if (this.#memory.length < capacity) this.#memory = new Uint8Array(new ArrayBuffer(capacity * 2));
    const memory = this.#memory;
    memory.set(bytes);
    memory.fill(0, bytes.length, capacity);
    const module = { bytes: memory, words: new Uint32Array(memory.buffer), sizeBytes: bytes.length, index: 0 };
    const self = Math.max(0, this.#plan.exports.exporters.indexOf(this.#name));
    const status = this.#proof.prove(module, self, new TextEncoder().encode(this.#name), this.#shapes);
    if (status === proven.doubt || status === proven.exportsDiffer) return 'doubt';
    if (status === proven.clean) return 'loads';
    if (status === proven.unsigned) return 'unsigned';
    this.#files.write(this.#tree.uri, bytes);
    const shape = this.#shapes[status - proven.signed] as SignatureShape;
    const meaning = await this.#work.judge(this.#tree, shape);
    if (meaning === 'assumed') return 'loads';
    if (meaning === 'untrusted') return 'unsigned';
    return (await this.#work.verify([this.#tree]))[0] === true ? 'loads' : 'doubt';
  }

  /** `loads`, `unsigned`, or what the full check has against it. */
  async check(bytes: Uint8Array): Promise<string> {
    this.#files.write(this.#tree.uri, bytes);
    const [checked] = await this.#work.check([this.#tree], providers);
    const { verdict, findings } = checked?.report ?? { verdict: 'none', findings: [] };
    const worse = findings.filter(({ severity }) => severity === 'error' || severity === 'warning');
    const isRemark = (rule: string) => rule === 'signature-missing' || rule === 'signature-untrusted';
    const against = worse.filter(({ rule, severity }) => severity === 'error' || !isRemark(rule));
    if (verdict !== 'loads' || against.length > 0) {
      return `${verdict}: ${against.map(({ rule, message }) => `${rule} ${message}`).join('; ')}`;
    }
    return worse.length > 0 ? 'unsigned' : 'loads';
  }

  /** Compares the two over damaged copies of a module. */
  async compare(original: Uint8Array, count: number, seed: number): Promise<Tally> {
    const mutator = new ModuleMutator(original, seed);
    const tally: Tally = { mutated: 0, proven: 0, byDamage: new Map(), disagreements: [] };
    for (let round = 0; round < count; round++) {
      const { bytes, damage } = mutator.mutate();
      const of = tally.byDamage.get(damage) ?? { mutated: 0, proven: 0 };
      tally.byDamage.set(damage, of);
      tally.mutated++;
      of.mutated++;
      const word = await this.scan(bytes);
      if (word === 'doubt') continue;
      tally.proven++;
      of.proven++;
      const full = await this.check(bytes);
      if (full !== word)
        tally.disagreements.push(`${this.#name}, ${damage} in round ${round}: scan says ${word}, check says ${full}`);
    }
    return tally;
  }
}
