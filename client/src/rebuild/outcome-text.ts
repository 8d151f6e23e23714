import type { RebuildReport } from '@vermagic/shared';
import { count } from '../summary-text.ts';

/** The result of a run in one line for a notification: on failure the cause first. */
export function outcomeText(report: RebuildReport): string {
  const { status, cause, failedPhase, completed } = report;
  if (status === 'done') return `Rebuilt ${completed.join(', ')}: ${findingsText(report)}`;
  const done = completed.length > 0 ? ` Done before it: ${completed.join(', ')}.` : '';
  if (status === 'cancelled') return `${cause ?? 'Stopped.'}${done}`;
  return `${failedPhase ?? 'The build'} failed: ${cause ?? 'see the log.'}${done}`;
}

/** `4 findings vanished, 1 remains.` */
export function findingsText({ vanished, remaining, added, stale, headers }: RebuildReport): string {
  const brought = added > 0 ? ` (${added} new)` : '';
  const parts = [
    `${count(vanished, 'finding')} vanished, ${remaining} ${remaining === 1 ? 'remains' : 'remain'}${brought}.`,
  ];
  if (headers.length > 0) parts.push(headers[0] ?? '');
  if (stale.length > 0) parts.push(`Stale now: ${stale.join(', ')}.`);
  return parts.join(' ');
}

/** A command as it could be typed into a shell; only shown, never run from this. */
export function commandText(command: readonly string[]): string {
  return command.map((word) => (/^[\w@%+=:,./-]+$/.test(word) ? word : `'${word.replaceAll("'", "'\\''")}'`)).join(' ');
}

/** `1:05`. */
export function elapsedText(milliseconds: number): string {
  const seconds = Math.floor(milliseconds / 1000);
  return `${Math.floor(seconds / 60)}:${String(seconds % 60).padStart(2, '0')}`;
}

/** A line of a program for a terminal: of its escape sequences only colours stay. */
export function terminalLine(line: string): string {
  return line
    .replace(/\u001b\[[\d;?]*[A-Za-ln-z]|\u001b\][^\u0007\u001b]*(?:\u0007|\u001b\\)|\u001b[^[\]]/g, '')
    .replace(/[\u0000-\u0008\u000b-\u001a\u001c-\u001f\u007f]/g, '');
}
