import { getNodeValue, type ParseError, parseTree, printParseErrorCode } from 'jsonc-parser';
import * as z from 'zod/v4-mini';
import type { TextRange } from '../findings/finding.ts';
import type { KeyFile } from '../kernel/sources/key-files.ts';
import type { Vendor } from '../kernel/target-kernel.ts';
import { limits } from '../limits.ts';
import type { Parsed } from '../ports/parsed.ts';
import { joinUri, parentUri } from '../ports/uri.ts';
import type { PolicySource } from '../rules/policy.ts';
import { ProjectPlaces, type ProjectProblem } from './project-file-places.ts';
import {
  type PipelineSection,
  type PolicySection,
  policySchema,
  projectFileSchema,
  targetSchema,
} from './project-file-schema.ts';

export interface ProjectTarget {
  readonly name: string;
  /** As written: paths from the folder of the file, or absolute. */
  readonly sources: readonly string[];
  /** The same as URIs. */
  readonly sourceUris: readonly string[];
  readonly expect: string | undefined;
  readonly release: string | undefined;
  /** Whose kernel it is, where the sources do not show it. */
  readonly vendor: Vendor | undefined;
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
  /** What in the file could not be understood: who asks for a gate there must not be told that it was passed. */
  readonly problems: readonly ProjectProblem[];
}

export interface ParsedProject extends Parsed<ProjectFile> {
  readonly problems: readonly ProjectProblem[];
}

/**
 * Parses `vermagic.json` (JSON with comments and trailing commas). Each section, and each target, is judged alone: one
 * mistake costs only what it stands in.
 */
export function parseProjectFile(source: string, uri: string): ParsedProject {
  const text = source.slice(0, limits.textBytes).replace(/^\uFEFF/, '');
  const errors: ParseError[] = [];
  const tree = parseTree(text, errors, { allowTrailingComma: true });
  const place = new ProjectPlaces(text, tree);
  const problems = distinct(errors).map((error): ProjectProblem => {
    const range = place.range(error.offset, error.length);
    const wrong = `this is no valid JSON here: ${sentence(printParseErrorCode(error.error))}.`;
    const message = tree === undefined ? 'the file is empty; it must hold one object: { "targets": … }.' : wrong;
    return { message, range, line: range.start.line, path: [] };
  });
  const root: unknown = tree ? getNodeValue(tree) : {};
  if (!isRecord(root)) {
    if (errors.length === 0) problems.push(place.problem([], 'the file must hold one object: { "targets": … }.'));
    return { value: { ...emptyProject(uri), problems }, problems };
  }
  problems.push(...place.repeatedKeys());
  const report = (path: readonly PropertyKey[], issues: readonly z.core.$ZodIssue[]) => {
    for (const issue of issues) {
      const at = [...path, ...issue.path];
      problems.push(place.problem(at, `${at.join('.')}: ${issueText(issue, at)}.`, issueKeys(issue)));
    }
  };
  const section = <Schema extends z.ZodMiniType>(schema: Schema, path: readonly string[], value: unknown) => {
    const result = z.safeParse(schema, value);
    if (!result.success) report(path, result.error.issues);
    return result.data;
  };
  /** An unknown key is a problem, but costs only itself. */
  const lenient = <Schema extends z.ZodMiniType>(schema: Schema, path: readonly string[], value: unknown) => {
    const result = z.safeParse(schema, value);
    if (result.success) return result.data;
    const unknown = result.error.issues.filter((issue) => issue.code === 'unrecognized_keys');
    report(path, unknown);
    for (const issue of unknown) forget(value, issue.path, issue.keys);
    return section(schema, path, value);
  };
  const known = Object.keys(projectFileSchema.shape).filter((key) => key !== '$schema');
  for (const key of Object.keys(root)) {
    if (!Object.hasOwn(projectFileSchema.shape, key))
      problems.push(place.problem([key], `"${key}" is not a key of vermagic.json; it has ${known.join(', ')}.`, [key]));
  }
  section(projectFileSchema.shape.$schema, ['$schema'], root['$schema']);
  const targets: ProjectTarget[] = [];
  const givenTargets = section(openSection, ['targets'], root['targets']) ?? {};
  for (const [name, given] of Object.entries(givenTargets)) {
    if (name === '') problems.push(place.problem(['targets', name], 'targets: a target needs a name, not "".', [name]));
    const target = section(targetSchema, ['targets', name], given);
    if (target === undefined || name === '') continue;
    const parts = typeof target === 'string' ? [target] : Array.isArray(target) ? target : target.sources;
    const extra = typeof target === 'object' && !Array.isArray(target) ? target : undefined;
    targets.push({
      name,
      sources: parts,
      sourceUris: parts.map((part) => resolveFrom(uri, part)),
      expect: extra?.expect,
      release: extra?.release,
      vendor: extra?.vendor,
      trustedKeys: (extra?.trustedKeys ?? []).map((key) =>
        typeof key === 'string'
          ? { uri: resolveFrom(uri, key), keyring: 'machine' }
          : { uri: resolveFrom(uri, key.file), keyring: key.keyring },
      ),
      range: place.of(['targets', name], [name]),
    });
  }
  const wanted = section(projectFileSchema.shape.defaultTarget, ['defaultTarget'], root['defaultTarget']);
  if (wanted !== undefined && !Object.hasOwn(givenTargets, wanted)) {
    problems.push(place.problem(['defaultTarget'], `defaultTarget: there is no target "${wanted}".`));
  }
  const defaultTarget = targets.some((target) => target.name === wanted) ? wanted : targets[0]?.name;
  const policy: Record<string, unknown> = {};
  const givenPolicy = section(openSection, ['policy'], root['policy']) ?? {};
  for (const key of Object.keys(givenPolicy)) {
    const schema = Object.hasOwn(policySchema.shape, key) && policySchema.shape[key as keyof PolicySection];
    if (!schema) {
      const keys = Object.keys(policySchema.shape).join(', ');
      problems.push(place.problem(['policy', key], `policy: "${key}" is no key of it; it has ${keys}.`, [key]));
      continue;
    }
    const value = lenient<z.ZodMiniType>(schema, ['policy', key], givenPolicy[key]);
    if (value !== undefined) policy[key] = value;
  }
  const pipeline = lenient(projectFileSchema.shape.pipeline, ['pipeline'], root['pipeline']);
  return {
    value: { uri, targets, defaultTarget, policy: policy as PolicySection, pipeline, problems },
    problems,
  };
}

/** Two braces that lack at the end are one mistake. */
function distinct(errors: readonly ParseError[]): ParseError[] {
  return [...new Map(errors.map((error) => [`${error.offset} ${error.error}`, error])).values()];
}

/** An object whose entries are judged one by one. */
const openSection = z.optional(z.record(z.string(), z.unknown()));

/** Takes keys out of the object at `path`. */
function forget(value: unknown, path: readonly PropertyKey[], keys: readonly string[]): void {
  let at = value as Record<PropertyKey, unknown> | undefined;
  for (const step of path) at = at?.[step] as typeof at;
  for (const key of keys) delete at?.[key];
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
  return { uri, targets: [], defaultTarget: undefined, policy: {}, pipeline: undefined, problems: [] };
}

function issueKeys(issue: z.core.$ZodIssue): readonly string[] {
  return issue.code === 'unrecognized_keys' ? issue.keys : [];
}

function issueText(issue: z.core.$ZodIssue, path: readonly PropertyKey[]): string {
  switch (issue.code) {
    case 'unrecognized_keys':
      return `unknown key ${issue.keys.map((key) => `"${key}"`).join(', ')}`;
    case 'invalid_type':
      return `expected ${typeWords[issue.expected] ?? issue.expected}`;
    case 'invalid_union':
      return (
        unionWords[path.length === 2 ? 'target' : String(path.at(-2))] ?? 'it has none of the forms that can stand here'
      );
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

const typeWords: Readonly<Record<string, string>> = {
  array: 'a list: […]',
  object: 'an object: {…}',
  record: 'an object: {…}',
};

/** By what the value is, or stands in. */
const unionWords: Readonly<Record<string, string>> = {
  target:
    'expected a path, a list of paths, or an object with "sources" (and "expect", "release", "vendor", "trustedKeys")',
  forbid: 'expected a glob over the name, or an object with "glob" (and "why")',
  trustedKeys: 'expected a path, or an object with "file" and "keyring"',
};

/** `InvalidSymbol` → `invalid symbol`. */
function sentence(code: string): string {
  return code.replace(/([a-z])([A-Z])/g, '$1 $2').toLowerCase();
}

function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
