import { type ParseError, parse } from 'jsonc-parser';
import { limits } from '../limits.ts';
import type { FileSystem } from '../ports/file-system.ts';
import type { FileWriter } from '../ports/file-writer.ts';
import { joinUri } from '../ports/uri.ts';
import type { Fingerprint } from './fingerprint.ts';
import type { Phase } from './phase.ts';

/** What is remembered of the last run of a phase, in `.vermagic/stamps` of the project. */
export interface Stamp {
  readonly version: 1;
  readonly phase: string;
  /** Of this run; phases that follow record which run they stand on. */
  readonly id: string;
  /** `running`: it never ended, so the machine or the editor went down in the middle of it. */
  readonly status: 'running' | 'complete' | 'interrupted' | 'failed';
  /** Milliseconds since the epoch. */
  readonly timeMs: number;
  readonly command: readonly string[];
  /** The image's id; `null` where none is involved or none could be had. */
  readonly imageId: string | null;
  readonly inputs: Fingerprint;
  readonly outputs: Fingerprint;
  /** Phases it stands on, with the id of their run. */
  readonly upstream: Readonly<Record<string, string>>;
}

const folder = '.vermagic/stamps';

/** The file of a phase; letters that a file name may not have are spelt out, so that no two phases share one. */
export function stampUri(rootUri: string, phase: string): string {
  return joinUri(rootUri, folder, `${phaseFileName(phase)}.json`);
}

export function phaseFileName(phase: string): string {
  return phase.replace(/[^A-Za-z0-9_-]/g, (c) => `.${(c.codePointAt(0) ?? 0).toString(16)}.`);
}

/** `undefined` when there is none, or none that can be read. */
export async function readStamp(files: FileSystem, rootUri: string, phase: string): Promise<Stamp | undefined> {
  const bytes = await files.readFile(stampUri(rootUri, phase), limits.stampBytes).catch(() => undefined);
  return bytes && parseStamp(new TextDecoder().decode(bytes), phase);
}

export function parseStamp(text: string, phase: string): Stamp | undefined {
  const errors: ParseError[] = [];
  const read: unknown = parse(text, errors);
  if (errors.length > 0 || !isRecord(read) || read['version'] !== 1 || read['phase'] !== phase) return undefined;
  const { id, status, timeMs, command, imageId, inputs, outputs, upstream } = read;
  const known = ['running', 'complete', 'interrupted', 'failed'] as const;
  const state = known.find((candidate) => candidate === status);
  if (typeof id !== 'string' || !state || typeof timeMs !== 'number') return undefined;
  return {
    version: 1,
    phase,
    id,
    status: state,
    timeMs,
    command: Array.isArray(command) ? command.filter((word) => typeof word === 'string') : [],
    imageId: typeof imageId === 'string' ? imageId : null,
    inputs: fingerprintOf(inputs),
    outputs: fingerprintOf(outputs),
    upstream: isRecord(upstream) ? textsOf(upstream) : {},
  };
}

export async function writeStamp(writer: FileWriter, rootUri: string, stamp: Stamp): Promise<void> {
  // Records of this machine's builds are nobody else's business.
  await writer.writeFile(joinUri(rootUri, '.vermagic/.gitignore'), '*\n');
  await writer.writeFile(stampUri(rootUri, stamp.phase), `${JSON.stringify(stamp, null, 1)}\n`);
}

export function newRunId(): string {
  return [...crypto.getRandomValues(new Uint8Array(8))].map((byte) => byte.toString(16).padStart(2, '0')).join('');
}

/** `kernel` → a name that an engine takes for a container. */
export function containerName(phase: Pick<Phase, 'name'>, runId: string): string {
  const words = phase.name
    .replace(/[^A-Za-z0-9_-]+/g, '-')
    .replace(/^-+|-+$/g, '')
    .slice(0, 40);
  return `vermagic-${words || 'phase'}-${runId}`;
}

function fingerprintOf(value: unknown): Fingerprint {
  if (!isRecord(value)) return {};
  return Object.fromEntries(
    Object.entries(value).map(([path, state]) => {
      if (!isRecord(state)) return [path, null];
      const hash = typeof state['hash'] === 'string' ? { hash: state['hash'] } : {};
      return [path, { ...hash, ...(isRecord(state['values']) ? { values: textsOf(state['values']) } : {}) }];
    }),
  );
}

function textsOf(value: Readonly<Record<string, unknown>>): Record<string, string> {
  return Object.fromEntries(
    Object.entries(value).filter((entry): entry is [string, string] => typeof entry[1] === 'string'),
  );
}

function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
