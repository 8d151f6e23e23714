import { parseDotConfigSyntax } from '../../text/dot-config-syntax.ts';
import { fileKind } from '../../text/file-kind.ts';
import { LineIndex } from '../../text/line-index.ts';
import { type ConfigEdit, configEdits } from '../../text/shell/config-edits.ts';
import { displayOf, patternOf, unknownMark, type Word } from '../../text/shell/word.ts';
import type { MappedText } from '../../text/source-map.ts';
import type { ScriptFacts } from '../shell/script-rule.ts';
import type { Span } from '../text-rule.ts';
import { preemptModels } from './preempt-drift.ts';

/** What a script leaves in the kernel configurations that it edits. */
export interface ScriptSettings {
  /** Values that every way through the script leads to, as a configuration writes them, with each place that sets them. */
  readonly known: ReadonlyMap<string, ScriptSetting>;
  /** The script touches the symbol, and what it will be cannot be told. */
  isOpen(name: string): boolean;
}

export interface ScriptSetting {
  readonly value: string;
  readonly places: readonly ScriptPlace[];
}

/** Of the facts, not yet of the document. */
export interface ScriptPlace extends Span {
  /** The configuration as the script writes its path. */
  readonly file: string;
}

/** One edit in the order of running. */
interface Step extends Omit<ConfigEdit, 'file'> {
  readonly file: string;
  readonly order: number;
  /** It may not run, or with another value. */
  readonly may: boolean;
  /** Nothing is set: what the file had is gone. */
  readonly replaces?: true;
}

/** Every edit of every configuration, joined: what comes later counts, and where ways or files differ the value is open. */
export function scriptSettings(facts: ScriptFacts): ScriptSettings | undefined {
  const files = stepsByFile([...commandSteps(facts), ...writeSteps(facts)]);
  const steps = files.flat();
  if (steps.length === 0) return undefined;
  const names = new Set(steps.filter((step) => !step.isPrefix).map((step) => step.name));
  const left = new Map([...names].map((name) => [name, files.flatMap((file) => lastSteps(file, name))] as const));
  const undecided = isUndecidedModel(left) ? new Set<string>(preemptModels) : new Set<string>();
  const known = new Map<string, ScriptSetting>();
  for (const [name, last] of left) {
    const value = last[0]?.value;
    if (value === undefined || last.some((step) => step.value !== value) || undecided.has(name)) continue;
    known.set(name, { value, places: steps.filter((step) => step.name === name && step.value === value) });
  }
  const prefixes = steps.filter((step) => step.isPrefix).map((step) => step.name);
  return {
    known,
    isOpen: (name) =>
      !known.has(name) &&
      (names.has(name) || undecided.has(name) || prefixes.some((prefix) => name.startsWith(prefix))),
  };
}

/** What is done to each file, in order, since it was last written as a whole. */
function stepsByFile(steps: readonly Step[]): readonly (readonly Step[])[] {
  const files = new Map<string, Step[]>();
  for (const step of steps.toSorted((one, two) => one.order - two.order)) {
    const before = step.replaces && !step.may ? [] : (files.get(step.file) ?? []);
    files.set(step.file, step.replaces ? before : [...before, step]);
  }
  return [...files.values()];
}

/** The edits of a symbol in one file of which any may be the last that runs. */
function lastSteps(file: readonly Step[], name: string): readonly Step[] {
  const last: Step[] = [];
  for (const step of file.toReversed()) {
    if (step.name !== name && !(step.isPrefix && name.startsWith(step.name))) continue;
    last.push(step);
    if (!step.may) break;
  }
  return last;
}

/** The preemption models exclude each other: where one way sets this and another that, none is settled. */
function isUndecidedModel(left: ReadonlyMap<string, readonly Step[]>): boolean {
  const set = preemptModels
    .map((model) => left.get(model)?.filter((step) => step.value === 'y') ?? [])
    .filter((steps) => steps.length > 0);
  const all = set.flat();
  return set.length > 1 && (all.some((step) => step.may) || new Set(all.map((step) => step.file)).size > 1);
}

function commandSteps({ commands }: ScriptFacts): readonly Step[] {
  return commands.flatMap((command) =>
    configEdits(command).flatMap((edit): Step[] => {
      const path = edit.file === undefined ? '.config' : patternOf(edit.file);
      const named = path.endsWith(unknownMark) || isConfiguration(path, undefined);
      if (command.name === 'sed' && !named) return [];
      return [{ ...edit, file: shown(edit.file), order: command.order, may: command.conditional }];
    }),
  );
}

/** Lines that the script writes into a configuration (`>>`, `tee`, a here-document). */
function writeSteps({ writes }: ScriptFacts): readonly Step[] {
  return writes.flatMap((write) => {
    const { content, order } = write;
    const may = write.conditional || content?.readings !== undefined;
    if (!isConfiguration(patternOf(write.path), content?.text)) return [];
    const file = shown(write.path);
    const gone = { file, name: '', value: undefined, order, may, replaces: true as const, start: 0, end: 0 };
    const lines = content === undefined ? [] : linesOf(content).map((line) => ({ ...line, file, order, may }));
    return write.append ? lines : [gone, ...lines];
  });
}

function linesOf(content: MappedText): readonly Pick<Step, 'name' | 'value' | 'start' | 'end'>[] {
  const index = new LineIndex(content.text);
  return parseDotConfigSyntax(content.text).lines.flatMap((line) => {
    if (line.kind !== 'setting') return [];
    const start = index.lineStart(line.line);
    const raw = line.raw ?? 'n';
    // A value that is not known stands as a variable in a text that a script writes.
    const value = raw.includes('$') ? undefined : raw;
    const place = content.map.span(start + line.nameStart, start + line.valueEnd);
    const isLiteral = place.end - place.start === line.valueEnd - line.nameStart;
    return content.readings === 'first' && !isLiteral ? [] : [{ name: line.name, value, ...place }];
  });
}

/** By its name; where that says nothing, by lines that all set symbols. */
function isConfiguration(path: string, text: string | undefined): boolean {
  if (/u-?boot|busybox|buildroot/i.test(path)) return false;
  const kind = fileKind(path, text ?? '');
  if (kind !== undefined) return kind === 'dot-config';
  const lines = text?.split('\n').filter((line) => line.trim() !== '') ?? [];
  return lines.length > 0 && lines.every((line) => /^#|^CONFIG_\w+=/.test(line));
}

function shown(file: Word | undefined): string {
  return file === undefined ? '.config' : displayOf(file).replace(/^\.\//, '');
}
