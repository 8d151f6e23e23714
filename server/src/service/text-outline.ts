import type { TextRange } from '../findings/finding.ts';
import { parseEnvAssignments } from '../text/env-file.ts';
import type { FileKind } from '../text/file-kind.ts';
import { kbuildModel } from '../text/kbuild-modules.ts';
import { parseKbuild } from '../text/kbuild-syntax.ts';
import { LineIndex } from '../text/line-index.ts';

export type OutlineKind = 'module' | 'object' | 'folder' | 'variable' | 'section' | 'symbol';

/** One entry of a text's outline. */
export interface OutlineEntry {
  readonly name: string;
  readonly detail: string;
  readonly kind: OutlineKind;
  /** All that belongs to it. */
  readonly range: TextRange;
  /** Its name. Lies within `range`. */
  readonly selection: TextRange;
  readonly children: readonly OutlineEntry[];
}

/** The outline of a build file, a configuration, a Kconfig file or a pin file; empty for every other kind. */
export function outlineText(kind: FileKind, text: string): readonly OutlineEntry[] {
  switch (kind) {
    case 'kbuild':
      return kbuildOutline(text);
    case 'dot-config':
      return configOutline(text);
    case 'kconfig':
      return kconfigOutline(text);
    case 'env':
      return envOutline(text);
    default:
      return [];
  }
}

function kbuildOutline(text: string): OutlineEntry[] {
  const lines = new LineIndex(text);
  const entry = (name: string, detail: string, kind: OutlineKind, span: Span, children: OutlineEntry[] = []) => {
    const range = lines.range(span.start, span.end);
    return { name, detail, kind, range, selection: range, children };
  };
  const model = kbuildModel(parseKbuild(text));
  const modules = model.modules.map(({ target, word, config, objects, composite }) =>
    entry(
      target,
      config === undefined ? '' : `CONFIG_${config}=m`,
      'module',
      word,
      composite ? objects.map((object) => entry(object.text, '', 'object', object)) : [],
    ),
  );
  const folders = model.folders.map((word) => entry(word.text, '', 'folder', word));
  const variables = [model.kernelFolder, model.extraSymbolsAssignment].flatMap((one) =>
    one ? [entry(one.name, one.value.text, 'variable', { start: one.nameStart, end: one.nameEnd })] : [],
  );
  return [...modules, ...folders, ...variables].sort((a, b) => a.range.start.line - b.range.start.line);
}

interface Span {
  readonly start: number;
  readonly end: number;
}

interface Section {
  readonly name: string;
  readonly line: number;
  readonly children: OutlineEntry[];
}

/** Sections as Kconfig writes menus: a title between two lines of `#`, closed by `# end of …` since Linux 5.5. */
function configOutline(text: string): OutlineEntry[] {
  const lines = new LineIndex(text);
  const top: OutlineEntry[] = [];
  const open: Section[] = [];
  const close = (lastLine: number) => {
    const section = open.pop();
    if (!section) return;
    const list = open.at(-1)?.children ?? top;
    list.push(sectionEntry(lines, section, lastLine));
  };
  const nested = /^# end of /m.test(text);
  for (let line = 0; line < lines.lineCount; line++) {
    const content = lines.lineText(line);
    if (!content.startsWith('# ')) continue;
    const ended = /^# end of (.+)$/.exec(content)?.[1];
    if (ended !== undefined) {
      if (open.some((section) => section.name === ended))
        while (open.length > 0 && open.at(-1)?.name !== ended) close(line);
      if (open.at(-1)?.name === ended) close(line);
      continue;
    }
    if (lines.lineText(line - 1) !== '#' || lines.lineText(line + 1) !== '#' || /Kernel Configuration$/.test(content))
      continue;
    const name = content.slice(2);
    // A comment of Kconfig looks as a menu does, but has no end: it is a section without parts.
    if (nested && !text.includes(`# end of ${name}\n`)) {
      (open.at(-1)?.children ?? top).push(sectionEntry(lines, { name, line, children: [] }, line));
      continue;
    }
    if (!nested) close(line - 2);
    open.push({ name, line, children: [] });
  }
  while (open.length > 0) close(lines.lineCount - 1);
  return top;
}

function sectionEntry(lines: LineIndex, { name, line, children }: Section, lastLine: number): OutlineEntry {
  const last = Math.max(line, lastLine);
  return {
    name,
    detail: '',
    kind: 'section',
    range: lines.range(lines.lineStart(line), lines.lineEnd(last)),
    selection: lines.range(lines.lineStart(line), lines.lineEnd(line)),
    children,
  };
}

const kconfigLine = /^[ \t]*(menuconfig|config|menu|choice|endmenu|endchoice)\b[ \t]*(.*?)[ \t]*$/;

function kconfigOutline(text: string): OutlineEntry[] {
  const lines = new LineIndex(text);
  const top: OutlineEntry[] = [];
  const open: Section[] = [];
  for (let line = 0; line < lines.lineCount; line++) {
    const match = kconfigLine.exec(lines.lineText(line));
    const [, word = '', rest = ''] = match ?? [];
    if (!match) continue;
    const list = open.at(-1)?.children ?? top;
    if (word === 'endmenu' || word === 'endchoice') {
      const section = open.pop();
      if (section) (open.at(-1)?.children ?? top).push(sectionEntry(lines, section, line));
    } else if (word === 'menu' || word === 'choice') {
      open.push({ name: rest.replace(/^"(.*)"$/, '$1') || word, line, children: [] });
    } else if (/^\w+$/.test(rest)) {
      const range = lines.range(lines.lineStart(line), lines.lineEnd(line));
      list.push({ name: rest, detail: '', kind: 'symbol', range, selection: range, children: [] });
    }
  }
  for (let section = open.pop(); section; section = open.pop())
    (open.at(-1)?.children ?? top).push(sectionEntry(lines, section, lines.lineCount - 1));
  return top;
}

function envOutline(text: string): OutlineEntry[] {
  const lines = new LineIndex(text);
  return parseEnvAssignments(text)
    .filter((one) => !one.isDefault)
    .map(({ name, raw, nameStart, nameEnd, valueEnd }) => ({
      name,
      detail: raw,
      kind: 'variable',
      range: lines.range(nameStart, Math.max(nameEnd, valueEnd)),
      selection: lines.range(nameStart, nameEnd),
      children: [],
    }));
}
