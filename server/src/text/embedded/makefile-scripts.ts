import { type MappedText, MappedTextBuilder } from '../source-map.ts';
import type { EmbeddedScript } from './embedded-script.ts';

const assignment = /^(?:export\s+|override\s+)*([A-Za-z_][\w.-]*)[ \t]*(?:[:?]{0,2}|:::)=[ \t]*(.*)$/;

/**
 * Recipe lines of Makefiles, each a script of its own (all of a recipe together after .ONESHELL). `$$` is the shell's `$`,
 * constant make variables are filled in, the others are unknown.
 */
export function makefileScripts(host: MappedText): readonly EmbeddedScript[] {
  const lines = logicalLines(host.text);
  const variables = constants(lines.map((line) => line.text));
  const oneShell = lines.some((line) => /^\.ONESHELL\s*:/.test(line.text));
  const scripts: EmbeddedScript[] = [];
  let recipe: { start: number; text: string }[] = [];
  const flush = (): void => {
    if (oneShell && recipe.length > 0) scripts.push({ script: recipeText(host, recipe, variables) });
    else for (const line of recipe) scripts.push({ script: recipeText(host, [line], variables) });
    recipe = [];
  };
  let inRule = false;
  for (const line of lines) {
    if (line.text.startsWith('\t') && inRule) {
      recipe.push({ start: line.start + 1, text: line.text.slice(1) });
      continue;
    }
    if (/^\s*(#.*)?\s*$/.test(line.text) || /^\s*-?(ifn?eq|ifn?def|else|endif|include)\b/.test(line.text)) continue;
    flush();
    inRule = /^[^\s=#][^=]*?::?(?![=:])/.test(line.text) && !assignment.test(line.text);
    const inline = inRule ? /^[^;#]*?:[^=;#]*;/.exec(line.text) : null;
    if (inline !== null) recipe.push({ start: line.start + inline[0].length, text: line.text.slice(inline[0].length) });
  }
  flush();
  return scripts;
}

/** Lines with their backslash continuations, line ends taken off the last. */
function logicalLines(text: string): { start: number; text: string }[] {
  return [...text.matchAll(/(?:[^\n\\]|\\[^\r]|\\\r\n?)*(?:\n|$)/g)]
    .filter((match) => match[0] !== '')
    .map((match) => ({ start: match.index, text: match[0].replace(/\r?\n$/, '') }));
}

/** Variables that are set once, to plain text. */
function constants(lines: readonly string[]): ReadonlyMap<string, string> {
  const found = new Map<string, string>();
  const twice = new Set<string>();
  for (const line of lines) {
    const match = line.startsWith('\t') ? null : assignment.exec(line.replaceAll(/\\\r?\n\s*/g, ' '));
    if (match?.[1] === undefined || match[2] === undefined) continue;
    if (found.has(match[1])) twice.add(match[1]);
    found.set(match[1], match[2].replace(/\s+#.*$/, '').trim());
  }
  for (const [name, value] of found) if (twice.has(name) || value.includes('$')) found.delete(name);
  return found;
}

const reference = /\$(\$|\(([^()$]*)\)|\{([^{}$]*)\}|\([^\n]*?\)|\{[^\n]*?\}|.)/g;

function recipeText(
  host: MappedText,
  lines: readonly { readonly start: number; readonly text: string }[],
  variables: ReadonlyMap<string, string>,
): MappedText {
  const builder = new MappedTextBuilder();
  const add = (text: string, start: number, end: number): void => {
    const span = host.map.span(start, end);
    builder.append(text, span.start, span.end);
  };
  for (const line of lines) {
    const prefix = /^[ \t@+-]*/.exec(line.text)?.[0].length ?? 0;
    let at = prefix;
    for (const match of line.text.matchAll(reference)) {
      if (match.index < at) continue;
      addContinued(line.text.slice(at, match.index), line.start + at, add);
      const start = line.start + match.index;
      const end = start + match[0].length;
      const value = variables.get(match[2] ?? match[3] ?? '');
      if (match[1] === '$') add('$', start, end);
      else if (value === undefined) add('$_', start, end);
      // The reference is what stands in the recipe: the value has no place of its own.
      else if (value !== '') add(value, start, value.length === end - start ? end + 1 : end);
      at = match.index + match[0].length;
    }
    addContinued(line.text.slice(at), line.start + at, add);
    const end = line.start + line.text.length;
    add('\n', end, end);
  }
  return builder.build();
}

/** The tab that starts a continued recipe line is make's. */
function addContinued(text: string, start: number, add: (text: string, start: number, end: number) => void): void {
  let at = 0;
  for (const match of text.matchAll(/\\\r?\n\t?/g)) {
    add(text.slice(at, match.index), start + at, start + match.index);
    add('\\\n', start + match.index, start + match.index + match[0].length);
    at = match.index + match[0].length;
  }
  add(text.slice(at), start + at, start + text.length);
}
