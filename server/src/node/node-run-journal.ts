import { readFileSync, rmSync, writeFileSync } from 'node:fs';
import { mkdir, readdir, readFile, rename, rm, writeFile } from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import type { Logger } from '../ports/logger.ts';
import type { JournalEntry, RunJournal, RunRecord } from '../ports/run-journal.ts';

/** A process, told apart from a later one of the same number by when it started; '' where that cannot be had. */
interface ProcessMark {
  readonly pid: number;
  readonly started: string;
}

interface Note {
  readonly host: string;
  /** `undefined`: it has gone, and says so. */
  readonly owner: ProcessMark | undefined;
  readonly program: ProcessMark | undefined;
  readonly record: RunRecord;
}

/** Between the polite signal and the one that nobody can refuse. */
const graceMs = 1_500;

/** `$XDG_STATE_HOME/vermagic/runs`, or the platform's own place for such files. */
export function runJournalFolder(): string {
  const home = process.env['XDG_STATE_HOME'];
  if (home !== undefined && path.isAbsolute(home)) return path.join(home, 'vermagic', 'runs');
  const local = process.env['LOCALAPPDATA'];
  if (process.platform === 'win32' && local !== undefined) return path.join(local, 'vermagic', 'runs');
  const base = process.platform === 'darwin' ? 'Library/Application Support' : '.local/state';
  return path.join(os.homedir(), base, 'vermagic', 'runs');
}

/** One small file for each run, of this user only. */
export class NodeRunJournal implements RunJournal {
  readonly #folder: string;
  readonly #logger: Logger;
  readonly #own = new Map<string, Note>();
  #last: Promise<void> = Promise.resolve();

  constructor(folder: string, logger: Logger) {
    this.#folder = folder;
    this.#logger = logger;
  }

  async begin(record: RunRecord): Promise<void> {
    await this.#write({ host: os.hostname(), owner: markOf(process.pid), program: undefined, record });
  }

  async started(id: string, pid: number): Promise<void> {
    const note = this.#own.get(id);
    if (note) await this.#write({ ...note, program: markOf(pid) });
  }

  end(id: string): Promise<void> {
    this.#own.delete(id);
    return this.#inTurn(() => rm(this.#file(id), { force: true }).catch(() => undefined));
  }

  async others(): Promise<readonly JournalEntry[]> {
    const names = await readdir(this.#folder).catch(() => []);
    const found: JournalEntry[] = [];
    for (const name of names) {
      const id = /^([0-9a-f]{1,64})\.json$/.exec(name)?.[1];
      const note = id === undefined || this.#own.has(id) ? undefined : await this.#read(id);
      if (note?.host !== os.hostname() || note.record.id !== id) continue;
      const watched = note.owner !== undefined && isThere(note.owner);
      found.push({ record: note.record, owner: note.owner?.pid ?? 0, watched });
    }
    return found;
  }

  async endProgram(id: string): Promise<boolean> {
    const program = (await this.#read(id))?.program;
    if (!program || !isThere(program)) return false;
    signalGroup(program.pid, 'SIGTERM');
    for (const end = Date.now() + graceMs; isThere(program) && Date.now() < end; )
      await new Promise((resolve) => setTimeout(resolve, 50));
    signalGroup(program.pid, 'SIGKILL');
    return true;
  }

  /** Whether something of ours still runs. */
  get isBusy(): boolean {
    return this.#own.size > 0;
  }

  /**
   * This process ends: whoever reads the journal next may end what it leaves. Programs are told to end.
   * @returns what runs
   */
  abandon(): readonly RunRecord[] {
    for (const { program } of this.#own.values()) if (program) signalGroup(program.pid, 'SIGTERM');
    for (const [id, note] of this.#own) {
      try {
        writeFileSync(this.#file(id), JSON.stringify({ ...note, owner: undefined }), { mode: 0o600 });
      } catch {
        // The owner's number in it will be found dead.
      }
    }
    return [...this.#own.values()].map(({ record }) => record);
  }

  #file(id: string): string {
    return path.join(this.#folder, `${id}.json`);
  }

  async #read(id: string): Promise<Note | undefined> {
    try {
      const read: unknown = JSON.parse(await readFile(this.#file(id), 'utf8'));
      return isNote(read) ? read : undefined;
    } catch {
      return undefined;
    }
  }

  #write(note: Note): Promise<void> {
    this.#own.set(note.record.id, note);
    return this.#inTurn(() => this.#writeFile(note));
  }

  /** One after the other: a note must not come back after its run has ended. */
  #inTurn(task: () => Promise<void>): Promise<void> {
    this.#last = this.#last.then(task);
    return this.#last;
  }

  async #writeFile(note: Note): Promise<void> {
    const file = this.#file(note.record.id);
    const draft = `${file}.${process.pid}`;
    try {
      await mkdir(this.#folder, { recursive: true, mode: 0o700 });
      await writeFile(draft, JSON.stringify(note), { mode: 0o600 });
      await rename(draft, file);
    } catch (error) {
      rmSync(draft, { force: true });
      const reason = error instanceof Error ? error.message : String(error);
      this.#logger.warn(
        `the run cannot be noted down, so it would not be found if this process were killed: ${reason}`,
      );
    }
  }
}

function isNote(value: unknown): value is Note {
  const note = value as Partial<Note> | null;
  const record = note?.record as Partial<RunRecord> | undefined;
  return (
    typeof note === 'object' &&
    typeof record?.id === 'string' &&
    typeof record.phase === 'string' &&
    typeof record.folder === 'string' &&
    typeof record.engine === 'string' &&
    typeof record.timeMs === 'number' &&
    Array.isArray(record.before) &&
    record.before.every((one) => typeof one === 'string')
  );
}

function markOf(pid: number): ProcessMark {
  return { pid, started: startOf(pid) };
}

function isThere({ pid, started }: ProcessMark): boolean {
  if (!Number.isInteger(pid) || pid <= 1) return false;
  try {
    process.kill(pid, 0);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'EPERM') return false;
  }
  return started === startOf(pid);
}

/** Ticks since boot, the 22nd field of Linux's /proc/PID/stat; a zombie counts as gone. */
function startOf(pid: number): string {
  try {
    const stat = readFileSync(`/proc/${pid}/stat`, 'utf8');
    const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
    return fields[0] === 'Z' ? 'ended' : (fields[19] ?? '');
  } catch {
    return '';
  }
}

function signalGroup(pid: number, signal: NodeJS.Signals): void {
  try {
    process.kill(-pid, signal);
  } catch {
    // The group is gone.
  }
}
