import type { SymversTable } from '../../kernel/symvers-text.ts';
import type { TargetKernel } from '../../kernel/target-kernel.ts';
import { limits } from '../../limits.ts';
import type { FileSystem } from '../../ports/file-system.ts';
import { joinUri, parentUri, uriPath } from '../../ports/uri.ts';
import { expandKbuild, type KbuildModel, kbuildModel, kbuildVariables } from '../../text/kbuild-modules.ts';
import { type KbuildSyntax, parseKbuild } from '../../text/kbuild-syntax.ts';
import type { TextDocument } from '../../text/text-document.ts';
import type { Found, RuleContext } from '../text-rule.ts';
import type { PinPicture } from './pin-picture.ts';

/** One rule over Kbuild files and Makefiles. */
export interface KbuildRuleCheck {
  check(facts: KbuildFacts): AsyncIterable<Found> | Iterable<Found>;
}

/** A Module.symvers of the workspace that an external module's build wrote. */
export interface SymbolProvider {
  readonly uri: string;
  readonly table: SymversTable;
}

/** All that the rules know of one Kbuild file. */
export interface KbuildFacts {
  readonly document: TextDocument;
  readonly folder: string;
  readonly syntax: KbuildSyntax;
  readonly model: KbuildModel;
  readonly target: TargetKernel | undefined;
  /** Every target, that one first. */
  readonly targets: readonly TargetKernel[];
  readonly pins: PinPicture | undefined;
  readonly providers: readonly SymbolProvider[];
  readonly files: FileSystem | undefined;
  readonly workspaceUri: string | undefined;
  /** The URI of a path written in the file; `undefined` when only make could tell where it leads. */
  resolve(text: string): string | undefined;
}

export function kbuildFacts(document: TextDocument, context: RuleContext): KbuildFacts {
  const syntax = parseKbuild(document.text);
  const folder = parentUri(document.uri);
  const variables = kbuildVariables(syntax, uriPath(folder));
  return {
    document,
    folder,
    syntax,
    model: kbuildModel(syntax),
    target: context.targets?.[0],
    targets: context.targets ?? [],
    pins: context.pins,
    providers: context.providers ?? [],
    files: context.files,
    workspaceUri: context.workspaceUri,
    resolve: (text) => {
      const path = expandKbuild(text.replace(ownFolder, uriPath(folder)), variables);
      if (path === undefined || path === '' || /[*?%]/.test(path)) return undefined;
      return joinUri(path.startsWith('/') ? 'file:///' : folder, path);
    },
  };
}

/** The folder that make, or the shell of a recipe, runs in. */
const ownFolder = /\$?\$\((?:shell\s+)?pwd\)|`pwd`|\$\$(?:PWD\b|\{PWD\})/g;

/** Whether there is such a file or folder; `undefined` when it cannot be looked at. */
export async function exists(files: FileSystem | undefined, uri: string): Promise<boolean | undefined> {
  if (files === undefined) return undefined;
  try {
    return (await files.stat(uri)) !== undefined;
  } catch {
    return undefined;
  }
}

export async function readText(files: FileSystem | undefined, uri: string): Promise<string | undefined> {
  const bytes = await files?.readFile(uri, limits.textBytes).catch(() => undefined);
  return bytes && new TextDecoder().decode(bytes);
}
