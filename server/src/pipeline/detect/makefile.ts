import type { TextRange } from '../../findings/finding.ts';
import { parseKbuild } from '../../text/kbuild-syntax.ts';
import { LineIndex } from '../../text/line-index.ts';

export interface MakefileTarget {
  readonly name: string;
  readonly prerequisites: readonly string[];
  /** With the variables filled in that can be told. */
  readonly recipe: string;
  readonly range: TextRange;
}

export interface MakefileOutline {
  readonly targets: readonly MakefileTarget[];
  readonly variables: ReadonlyMap<string, string>;
  /** `include versions.env`. */
  readonly includes: readonly string[];
}

/** The targets of a Makefile that a person calls by name. */
export function outlineMakefile(text: string, included: ReadonlyMap<string, string> = new Map()): MakefileOutline {
  const syntax = parseKbuild(text);
  const lines = new LineIndex(text);
  const variables = new Map(included);
  for (const { name, operator, value } of syntax.assignments) {
    if (operator === '?=' && variables.has(name)) continue;
    if (operator !== '!=' && operator !== 'define') variables.set(name, value.text);
  }
  const targets = syntax.rules.flatMap((rule) =>
    rule.targets
      .filter(({ text: name }) => !name.startsWith('.') && !/[$%]/.test(name))
      .map((word) => ({
        name: word.text,
        prerequisites: rule.prerequisites.map((one) => one.text),
        recipe: fillIn(rule.recipe ? text.slice(rule.recipe.start, rule.recipe.end) : '', variables),
        range: lines.range(word.start, word.end),
      })),
  );
  return { targets, variables, includes: syntax.includes.flatMap((one) => one.words.map((word) => word.text)) };
}

/** Variables that hold variables are followed a few levels; what is unknown stays as it is written. */
function fillIn(text: string, variables: ReadonlyMap<string, string>): string {
  let filled = text;
  for (let level = 0; level < 5; level++) {
    const next = filled.replace(/\$[({]([\w.-]+)[)}]/g, (written, name: string) => variables.get(name) ?? written);
    if (next === filled || next.length > 100_000) break;
    filled = next;
  }
  return filled;
}

/** The words of a recipe that start a container, with the image where it can be told. */
export function enginesIn(
  script: string,
): { readonly engine: 'docker' | 'podman'; readonly builds: boolean } | undefined {
  const match =
    /(?:^|[\s;&|"'@(-])(?:sudo\s+(?:-\S+\s+)*)?(docker|podman)(?:\s+compose|-compose)?\s+(?:-\S+\s+)*(run|exec|build|buildx|compose|start|up)\b/m.exec(
      script,
    );
  if (!match) return undefined;
  return { engine: match[1] as 'docker' | 'podman', builds: /^build/.test(match[2] ?? '') };
}

/** The image that a script runs or builds: `-t NAME`, or what stands behind the options of `run`. */
export function imageBuilt(script: string): string | undefined {
  return /\b(?:docker|podman)\s+(?:buildx\s+)?build\b[^\n]*?\s(?:-t|--tag)[= ]\s*([^\s"'$]+)/.exec(script)?.[1];
}

/** The variable by which the Makefile can be told another engine. */
export function engineVariable(
  outline: MakefileOutline,
): { readonly name: string; readonly value: string } | undefined {
  for (const [name, value] of outline.variables) {
    if (/^(?:docker|podman)$/.test(value) && /^\w+$/.test(name)) return { name, value };
  }
  return undefined;
}
