import { limits } from '../limits.ts';
import { joinUri } from '../ports/uri.ts';
import { phaseFileName } from './stamp.ts';

/** The output of a phase's last run, in `.vermagic/logs` of the project: there when its terminal is long closed. */
export function logUri(rootUri: string, phase: string): string {
  return joinUri(rootUri, '.vermagic/logs', `${phaseFileName(phase)}.log`);
}

/** Lines of output; of a very long one the beginning goes. */
export class BuildLog {
  #lines: string[] = [];
  #characters = 0;
  #isCut = false;

  push(lines: readonly string[]): void {
    for (const line of lines) {
      this.#lines.push(line);
      this.#characters += line.length + 1;
    }
    if (this.#characters <= 2 * limits.buildLogCharacters) return;
    let from = 0;
    for (; this.#characters > limits.buildLogCharacters; from++)
      this.#characters -= (this.#lines[from]?.length ?? 0) + 1;
    this.#lines = this.#lines.slice(from);
    this.#isCut = true;
  }

  text(head: string, end: string): string {
    const cut = this.#isCut ? ['… the beginning was left out …'] : [];
    return `${[head, ...cut, ...this.#lines.map(plain), end].join('\n')}\n`;
  }
}

/** Without colours and other sequences for terminals. */
function plain(line: string): string {
  return line.replace(/\u001b(?:\[[\d;?]*[A-Za-z]|\][^\u0007\u001b]*(?:\u0007|\u001b\\)|[^[\]])/g, '');
}
