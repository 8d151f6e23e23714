import { architectures } from '../../kernel/architecture.ts';
import { compareVermagic } from '../../kernel/vermagic-comparison.ts';
import { limits } from '../../limits.ts';
import type { TextDocument } from '../../text/text-document.ts';
import type { Found } from '../text-rule.ts';
import { loaderMessages, messageHint } from './loader-messages.ts';
import type { LogMessage } from './log-message.ts';
import { relatedModules } from './related-modules.ts';

/** Every line of a log that the module loader or its tools wrote, explained, with the module's file where the workspace has it. */
export function* loadRefusals(
  document: TextDocument,
  modulesNamed?: (name: string) => readonly string[],
): Iterable<Found> {
  const { lines } = document;
  let told = 0;
  for (let number = 0; number < lines.lineCount && told < limits.logFindings; number++) {
    const text = lines.lineText(number);
    if (text.length > limits.logLineCharacters || !messageHint.test(text)) continue;
    const explained = explainLoaderMessage(text);
    if (explained === undefined) continue;
    told++;
    const start = lines.lineStart(number);
    yield {
      rule: 'load-refusal',
      start: start + explained.start,
      end: start + explained.end,
      message: explained.text,
      ...(explained.module !== undefined && { symbol: explained.module }),
      ...relatedModules(explained.module, modulesNamed),
      ...(explained.expected !== undefined && { expected: explained.expected }),
      ...(explained.actual !== undefined && { actual: explained.actual }),
    };
  }
}

export interface ExplainedMessage {
  readonly message: LogMessage;
  /** Columns in the line. */
  readonly start: number;
  readonly end: number;
  readonly text: string;
  /** Name of the module, where the line says it. */
  readonly module: string | undefined;
  readonly expected: string | undefined;
  readonly actual: string | undefined;
}

/** What a line says, why, and what to do; `undefined` when it is none of the loader's. */
export function explainLoaderMessage(line: string): ExplainedMessage | undefined {
  for (const message of loaderMessages) {
    const match = message.pattern.exec(line);
    if (!match) continue;
    const groups: Record<string, string | undefined> = { ...match.groups };
    const module = nameOfModule(groups['module'] ?? groups['old'] ?? groups['file']);
    const filled = { ...groups, module, difference: difference(groups), architecture: architecture(groups['machine']) };
    const errno = message.errno === undefined ? '' : ` (${message.errno})`;
    const cause = fill(message.cause, filled);
    return {
      message,
      start: match.index,
      end: match.index + match[0].length,
      text: `${cause}${cause.includes(message.errno ?? '-') ? '' : errno}. ${fill(message.next, filled)}`,
      module,
      expected: groups['expected'],
      actual: groups['actual'],
    };
  }
  return undefined;
}

/** Of a name or of a path of its file. */
function nameOfModule(text: string | undefined): string | undefined {
  return text?.replace(/^.*\//, '').replace(/\.ko(?:\.\w+)?$/, '');
}

function fill(text: string, groups: Readonly<Record<string, string | undefined>>): string {
  return text.replace(/\{(\w+)\}/g, (_, name: string) => groups[name] ?? (name === 'module' ? 'the module' : '?'));
}

/** The words of vermagic that differ, each with what makes it. */
function difference(groups: Readonly<Record<string, string | undefined>>): string {
  const { actual, expected } = groups as { actual?: string; expected?: string };
  if (actual === undefined || expected === undefined) return '';
  const { tokens } = compareVermagic(actual, expected, { releaseCounts: true });
  return tokens
    .filter((token) => !token.same)
    .map((token) => `"${token.module}" against "${token.kernel}"`)
    .join(', ');
}

function architecture(machine: string | undefined): string {
  const found = Object.values(architectures).find((one) => one.machine === Number(machine));
  return found?.name ?? 'unknown';
}
