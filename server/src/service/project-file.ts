import {
  findNodeAtLocation,
  getNodeValue,
  type Node,
  type ParseError,
  parseTree,
  printParseErrorCode,
} from 'jsonc-parser';
import * as z from 'zod/v4-mini';
import type { TextRange } from '../findings/finding.ts';
import type { KeyFile } from '../kernel/sources/key-files.ts';
import { limits } from '../limits.ts';
import type { Parsed, Problem } from '../ports/parsed.ts';
import { joinUri, parentUri } from '../ports/uri.ts';
import type { PolicySource } from '../rules/policy.ts';
import {
  type PipelineSection,
  type PolicySection,
  pipelineSchema,
  policySchema,
  projectFileSchema,
  targetSchema,
} from './project-file-schema.ts';

export const projectFileName = 'vermagic.json';

export interface ProjectTarget {
  readonly name: string;
  /** As written: paths from the folder of the file, or absolute. */
  readonly sources: readonly string[];
  /** The same as URIs. */
  readonly sourceUris: readonly string[];
  readonly expect: string | undefined;
  readonly release: string | undefined;
  /** Certificates that someone enrolled on the machine. */
  readonly trustedKeys: readonly KeyFile[];
  /** Where the target stands in the file. */
  readonly range: TextRange;
}

export interface ProjectFile {
  readonly uri: string;
  /** In file order. */
  readonly targets: readonly ProjectTarget[];
  /** The name under `defaultTarget`, else that of the first target. */
  readonly defaultTarget: string | undefined;
  readonly policy: PolicySection;
  readonly pipeline: PipelineSection | undefined;
}

/** What is wrong and where; `path` as in JSON (`targets`, `orin-rt`, `sources`). */
export interface ProjectProblem extends Problem {
  readonly range: TextRange;
  readonly path: readonly PropertyKey[];
}

export interface ParsedProject extends Parsed<ProjectFile> {
  readonly problems: readonly ProjectProblem[];
}

/**
 * Reads `vermagic.json` (JSON with comments and trailing commas). Each section, and each target, is judged alone: one
 * mistake costs only what it stands in.
 */
export function parseProjectFile(source: string, uri: string): ParsedProject {
  const text = source.slice(0, limits.textBytes).replace(/^\uFEFF/, '');
  const errors: ParseError[] = [];
  const tree = parseTree(text, errors, { allowTrailingComma: true });
  const place = new Places(text, tree);
  const problems: ProjectProblem[] = errors.map((error) => {
    const range = place.range(error.offset, error.length);
    const message = `vermagic.json is no valid JSON here: ${sentence(printParseErrorCode(error.error))}.`;
    return { message, range, line: range.start.line, path: [] };
  });
  const root: unknown = tree ? getNodeValue(tree) : {};
  if (!isRecord(root)) {
    if (errors.length === 0) problems.push(place.problem([], 'vermagic.json must hold one object: { "targets": … }.'));
    return { value: emptyProject(uri), problems };
  }
  const section = <Schema extends z.ZodMiniType>(schema: Schema, path: readonly string[], value: unknown) => {
    const result = z.safeParse(schema, value);
    if (result.success) return result.data;
    for (const issue of result.error.issues) {
      const at = [...path, ...issue.path];
      problems.push(place.problem(at, `${at.join('.')}: ${issueText(issue)}.`, issueKeys(issue)));
    }
    return undefined;
  };
  for (const key of Object.keys(root)) {
    if (!Object.hasOwn(projectFileSchema.shape, key)) {
      const known = 'targets, defaultTarget, policy, pipeline';
      problems.push(place.problem([key], `"${key}" is not a key of vermagic.json; it has ${known}.`, [key]));
    }
  }
  const targets: ProjectTarget[] = [];
  const givenTargets = section(z.record(z.string(), z.unknown()), ['targets'], root['targets'] ?? {}) ?? {};
  for (const [name, given] of Object.entries(givenTargets)) {
    const target = section(targetSchema, ['targets', name], given);
    if (target === undefined) continue;
    const parts = typeof target === 'string' ? [target] : Array.isArray(target) ? target : target.sources;
    const extra = typeof target === 'object' && !Array.isArray(target) ? target : undefined;
    targets.push({
      name,
      sources: parts,
      sourceUris: parts.map((part) => resolveFrom(uri, part)),
      expect: extra?.expect,
      release: extra?.release,
      trustedKeys: (extra?.trustedKeys ?? []).map((key) =>
        typeof key === 'string'
          ? { uri: resolveFrom(uri, key), keyring: 'machine' }
          : { uri: resolveFrom(uri, key.file), keyring: key.keyring },
      ),
      range: place.of(['targets', name], [name]),
    });
  }
  const wanted = section(z.optional(z.string()), ['defaultTarget'], root['defaultTarget']);
  if (wanted !== undefined && !(wanted in givenTargets)) {
    problems.push(place.problem(['defaultTarget'], `defaultTarget: there is no target "${wanted}".`));
  }
  const defaultTarget = targets.some((target) => target.name === wanted) ? wanted : targets[0]?.name;
  const policy: Record<string, unknown> = {};
  const givenPolicy = section(z.record(z.string(), z.unknown()), ['policy'], root['policy'] ?? {}) ?? {};
  for (const [key, schema] of Object.entries(policySchema.shape)) {
    const value = section<z.ZodMiniType>(schema, ['policy', key], givenPolicy[key]);
    if (value !== undefined) policy[key] = value;
  }
  const pipeline = root['pipeline'] === undefined ? undefined : section(pipelineSchema, ['pipeline'], root['pipeline']);
  return { value: { uri, targets, defaultTarget, policy: policy as PolicySection, pipeline }, problems };
}

/** The policy section in the form the rules take. */
export function policyOfProject(project: ProjectFile): PolicySource {
  const { packs, packages, rules: levels, allowed, containerOnly, forbidErrorSuppression } = project.policy;
  const forbid = packages?.forbid?.map((entry) =>
    typeof entry === 'string'
      ? { glob: entry, why: "the project's policy forbids it" }
      : { glob: entry.glob, why: entry.why ?? "the project's policy forbids it" },
  );
  const allowances = allowed?.map(({ rule, reason, match, path }) => ({
    rule,
    reason,
    ...(match === undefined ? {} : { match }),
    ...(path === undefined ? {} : { path }),
  }));
  return {
    ...(levels === undefined ? {} : { levels }),
    ...(packs === undefined ? {} : { packs }),
    ...(forbid === undefined ? {} : { forbid }),
    ...(packages?.requireHold === undefined ? {} : { requireHold: packages.requireHold }),
    ...(allowances === undefined ? {} : { allowed: allowances }),
    ...(containerOnly === undefined ? {} : { containerOnly }),
    ...(forbidErrorSuppression === undefined ? {} : { forbidErrorSuppression }),
  };
}

/** A path of the project file as URI: relative ones count from its folder. */
export function resolveFrom(projectUri: string, path: string): string {
  const root = /^[a-z][a-z0-9+.-]*:\/\/[^/]*/i.exec(projectUri)?.[0] ?? 'file://';
  return path.startsWith('/') ? joinUri(root, path) : joinUri(parentUri(projectUri), path);
}

export function emptyProject(uri: string): ProjectFile {
  return { uri, targets: [], defaultTarget: undefined, policy: {}, pipeline: undefined };
}

/** Positions in the text, by JSON path. */
class Places {
  readonly #tree: Node | undefined;
  readonly #lineStarts: number[] = [0];

  constructor(text: string, tree: Node | undefined) {
    this.#tree = tree;
    for (let at = text.indexOf('\n'); at !== -1; at = text.indexOf('\n', at + 1)) this.#lineStarts.push(at + 1);
  }

  problem(path: readonly PropertyKey[], message: string, keys: readonly string[] = []): ProjectProblem {
    const range = this.of(path, keys);
    return { message, range, line: range.start.line, path };
  }

  /** The value at `path`, or the nearest thing around it that is there; with `keys` the key itself. */
  of(path: readonly PropertyKey[], keys: readonly string[] = []): TextRange {
    for (let length = path.length; length >= 0; length--) {
      const node = this.#tree && findNodeAtLocation(this.#tree, path.slice(0, length) as (string | number)[]);
      if (!node) continue;
      const [key] = keys;
      const property = key === undefined ? undefined : keyNode(node, key);
      const found = property ?? node;
      return this.range(found.offset, found.length);
    }
    return this.range(0, 0);
  }

  range(offset: number, length: number): TextRange {
    return { start: this.#position(offset), end: this.#position(offset + length) };
  }

  #position(offset: number): { line: number; character: number } {
    let line = this.#lineStarts.findLastIndex((start) => start <= offset);
    line = Math.max(0, line);
    return { line, character: offset - (this.#lineStarts[line] ?? 0) };
  }
}

/** The key of `node` itself, or of a property in it. */
function keyNode(node: Node, key: string): Node | undefined {
  const property = node.parent?.type === 'property' ? node.parent : undefined;
  if (property?.children?.[0]?.value === key) return property.children[0];
  return node.children?.find((child) => child.children?.[0]?.value === key)?.children?.[0];
}

function issueKeys(issue: z.core.$ZodIssue): readonly string[] {
  return issue.code === 'unrecognized_keys' ? issue.keys : [];
}

function issueText(issue: z.core.$ZodIssue): string {
  switch (issue.code) {
    case 'unrecognized_keys':
      return `unknown key ${issue.keys.map((key) => `"${key}"`).join(', ')}`;
    case 'invalid_type':
      return `expected ${issue.expected}`;
    case 'invalid_union':
      return 'expected a path, a list of paths, or an object with "sources" (and "expect", "release", "trustedKeys")';
    case 'invalid_value':
      return `expected one of ${issue.values.slice(0, 8).map(String).join(', ')}${issue.values.length > 8 ? ', …' : ''}`;
    case 'too_small':
      return 'must not be empty';
    case 'invalid_key':
      return 'no such rule';
    default:
      return issue.message;
  }
}

/** `InvalidSymbol` → `invalid symbol`. */
function sentence(code: string): string {
  return code.replace(/([a-z])([A-Z])/g, '$1 $2').toLowerCase();
}

function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
