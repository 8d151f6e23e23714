import type { ModuleFileReader } from '../ports/module-file-reader.ts';
import { CleanProof, proven } from './clean-proof.ts';
import type { ModuleBytes } from './module-sections.ts';
import type { ProofPlan } from './proof-plan.ts';
import type { SignatureShape } from './signature-shape.ts';

/** Files to prove and where to write what was found, in memory that all threads share. */
export interface ProveJob {
  readonly plan: ProofPlan;
  readonly uris: readonly string[];
  /** The modules' names, `-` folded to `_`. */
  readonly names: readonly string[];
  readonly board: ProofBoard;
}

/** One row a file. */
export interface ProofBoard {
  /** The number of the next file that nobody has taken; then, the number of files that are done. */
  readonly counters: Int32Array;
  /** `proven`, or `unreadable`; `pending` before. */
  readonly status: Uint16Array;
  /** Which thread looked at it: numbers of signature shapes are a thread's own. */
  readonly thread: Uint8Array;
  /** Of a proven module, its vermagic's place in the thread's list; 0 is the target's own. */
  readonly vermagic: Uint16Array;
  /** Bytes, modification time in milliseconds, inode. */
  readonly identity: Float64Array;
  /** The identity that the file had when it was last found clean; NaN for a file that was not. */
  readonly known: Float64Array;
  /** Ids of the files' names among the exporters of the table. */
  readonly self: Int32Array;
}

export const boardStatus = { pending: 0xffff, unreadable: 0xfffe, known: 0xfffd } as const;

export interface ProveReply {
  readonly thread: number;
  readonly shapes: readonly SignatureShape[];
  /** Vermagic strings met, the target's own first. */
  readonly vermagics: readonly string[];
  /** Number of the file and why it cannot be read. */
  readonly unreadable: readonly (readonly [file: number, reason: string])[];
}

/** How many files a thread takes at once. */
const handful = 8;

export function createBoard(files: number): ProofBoard {
  const shared = (bytes: number) => new SharedArrayBuffer(Math.max(8, bytes));
  return {
    counters: new Int32Array(shared(8)),
    status: new Uint16Array(shared(files * 2)).fill(boardStatus.pending),
    thread: new Uint8Array(shared(files)),
    vermagic: new Uint16Array(shared(files * 2)),
    identity: new Float64Array(shared(files * 24)).fill(Number.NaN),
    known: new Float64Array(shared(files * 24)).fill(Number.NaN),
    self: new Int32Array(shared(files * 4)),
  };
}

/** Proves files until none is left to take. Runs in every thread of a scan at once, with the same job. */
export function proveFiles(job: ProveJob, thread: number, reader: ModuleFileReader, progress?: () => void): ProveReply {
  const steps = proveInSteps(job, thread, reader);
  for (;;) {
    const step = steps.next();
    if (step.done === true) return step.value;
    progress?.();
  }
}

/** The same, a handful of files at a time, for a thread that has to listen in between. */
export function* proveInSteps(job: ProveJob, thread: number, reader: ModuleFileReader): Generator<void, ProveReply> {
  const { board, uris, names } = job;
  const proof = new CleanProof(job.plan);
  const shapes: SignatureShape[] = [];
  const unreadable: [number, string][] = [];
  const vermagics = [job.plan.vermagic];
  const encoder = new TextEncoder();
  for (;;) {
    const first = Atomics.add(board.counters, 0, handful);
    if (first >= uris.length) {
      return { thread, shapes, vermagics: vermagics.map((bytes) => new TextDecoder().decode(bytes)), unreadable };
    }
    const last = Math.min(uris.length, first + handful);
    for (let file = first; file < last; file++) {
      const uri = uris[file] as string;
      board.thread[file] = thread;
      const problem = look(board, file, uri, reader);
      if (problem === unchanged) {
        board.status[file] = boardStatus.known;
      } else if (problem === tooLarge) {
        board.status[file] = proven.doubt;
      } else if (problem !== undefined) {
        board.status[file] = boardStatus.unreadable;
        unreadable.push([file, problem]);
      } else {
        const name = encoder.encode(names[file]);
        const status = proof.prove(reader as unknown as ModuleBytes, board.self[file] as number, name, shapes);
        if (status !== proven.doubt && status !== proven.exportsDiffer) {
          board.vermagic[file] = placeOf(vermagics, reader.bytes, proof.vermagic);
        }
        board.status[file] = status;
      }
    }
    Atomics.add(board.counters, 1, last - first);
    yield;
  }
}

/** Modules of one tree have one vermagic, or a few. */
function placeOf(known: Uint8Array[], bytes: Uint8Array, { start, end }: { start: number; end: number }): number {
  for (let place = 0; place < known.length; place++) {
    const one = known[place] as Uint8Array;
    if (one.length !== end - start) continue;
    let same = 0;
    while (same < one.length && one[same] === bytes[start + same]) same++;
    if (same === one.length) return place;
  }
  return known.push(new Uint8Array(bytes.subarray(start, end))) - 1;
}

/** A reader's answer for a file that is read in parts instead. */
export const tooLarge = 'too-large';
const unchanged = 'unchanged';

function look(board: ProofBoard, file: number, uri: string, reader: ModuleFileReader): string | undefined {
  const at = file * 3;
  const { known, identity } = board;
  if (!Number.isNaN(known[at] as number)) {
    const problem = reader.identify(uri);
    if (problem !== undefined) return problem;
    if (known[at] === reader.fileBytes && known[at + 1] === reader.modifiedMs && known[at + 2] === reader.inode) {
      identity.set(known.subarray(at, at + 3), at);
      return unchanged;
    }
  }
  const problem = reader.read(uri);
  if (problem !== undefined && problem !== tooLarge) return problem;
  identity[at] = reader.fileBytes;
  identity[at + 1] = reader.modifiedMs;
  identity[at + 2] = reader.inode;
  return problem;
}
