import type { KeyFile } from '../kernel/sources/key-files.ts';
import type { Vendor } from '../kernel/target-kernel.ts';
import { fileUri, isWithin, joinUri, parentUri } from '../ports/uri.ts';
import type { ProjectFile } from './project-file.ts';
import { resolveFrom } from './project-file.ts';
import type { FoundTarget } from './workspace-discovery-targets.ts';

/** A target by name: where it is made from, before anything is read. */
export interface TargetDefinition {
  readonly name: string;
  readonly sourceUris: readonly string[];
  readonly release: string | undefined;
  /** The vermagic expected, or the file that holds it. */
  readonly expect: { readonly text: string } | { readonly uri: string } | undefined;
  /** Certificates that the machine trusts beyond what the sources say. */
  readonly trustedKeys?: readonly KeyFile[];
  /** Whose kernel it is, where the sources do not show it. */
  readonly vendor?: Vendor;
  /** Of the project; what lies there is called by its path in it. */
  readonly home: string | undefined;
  readonly from: 'settings' | 'project' | 'discovery' | 'path';
  /** How it came to be known, for a person. */
  readonly source: string;
  /** `vermagic.json` names it, or its first target, as the default. */
  readonly isDefault: boolean;
}

export interface TargetInputs {
  /** `vermagic.targets`: name → paths, relative ones from the first workspace folder. */
  readonly settings?: Readonly<Record<string, readonly string[]>>;
  readonly projects?: readonly ProjectFile[];
  readonly discovered?: readonly FoundTarget[];
  /** Workspace folders as URIs. */
  readonly folders?: readonly string[];
}

/**
 * All targets by name. Settings come before `vermagic.json`, both before what was found; a found target that only
 * repeats the sources of a named one is left out.
 */
export function defineTargets(inputs: TargetInputs): TargetDefinition[] {
  const definitions = new Map<string, TargetDefinition>();
  const add = (definition: TargetDefinition) => {
    if (!definitions.has(definition.name)) definitions.set(definition.name, definition);
  };
  const folder = inputs.folders?.[0];
  for (const [name, paths] of Object.entries(inputs.settings ?? {})) {
    const sourceUris = paths.map((path) => settingUri(path, folder));
    const given = { sourceUris, release: undefined, expect: undefined, isDefault: false };
    add({ name, ...given, home: folder, from: 'settings', source: 'setting vermagic.targets' });
  }
  for (const project of inputs.projects ?? []) {
    for (const target of project.targets) {
      add({
        name: target.name,
        sourceUris: target.sourceUris,
        release: target.release,
        expect: target.expect === undefined ? undefined : expectation(target.expect, project.uri),
        ...(target.trustedKeys.length === 0 ? {} : { trustedKeys: target.trustedKeys }),
        ...(target.vendor === undefined ? {} : { vendor: target.vendor }),
        home: parentUri(project.uri),
        from: 'project',
        source: 'vermagic.json',
        isDefault: project.defaultTarget === target.name,
      });
    }
  }
  const named = [...definitions.values()].flatMap((definition) => definition.sourceUris);
  for (const found of inputs.discovered ?? []) {
    if (isCovered(found, named)) continue;
    const { sourceUris, release } = found;
    const name = definitions.has(found.name) ? `${found.name} (found)` : found.name;
    // Only a rootfs holds several kernels, and discovery names the folder of the one it means.
    const home = inputs.folders?.find((one) => sourceUris.every((uri) => isWithin(one, uri)));
    const from = { home, from: 'discovery' as const, source: found.why };
    add({ name, sourceUris, release, expect: undefined, ...from, isDefault: false });
  }
  return [...definitions.values()];
}

function isCovered(found: FoundTarget, named: readonly string[]): boolean {
  return (
    found.sourceUris.every(
      (uri, index) =>
        found.kinds[index] === 'pins' || named.some((source) => isWithin(source, uri) || isWithin(uri, source)),
    ) && found.kinds.some((kind) => kind !== 'pins')
  );
}

/** A vermagic has spaces and starts with a version; anything else is a file beside vermagic.json. */
function expectation(text: string, projectUri: string): TargetDefinition['expect'] {
  return /^\d+\.\d+.* /.test(text) ? { text } : { uri: resolveFrom(projectUri, text) };
}

function settingUri(path: string, folder: string | undefined): string {
  const inFolder = path.replace(/^\$\{workspaceFolder\}\/?/, '');
  if (/^(?:\/|[a-z][a-z0-9+.-]+:\/\/|[A-Za-z]:[\\/])/.test(inFolder) || folder === undefined) return fileUri(inFolder);
  return joinUri(folder, inFolder);
}
