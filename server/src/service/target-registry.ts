import type { TargetSummary } from '@vermagic/shared';
import type { KernelPart, OpenedTarget } from '../kernel/kernel-part.ts';
import { mergeTargets } from '../kernel/merge-targets.ts';
import { dependsOn, openParts, type PartReader } from '../kernel/open-target.ts';
import { readKeyFiles } from '../kernel/sources/key-files.ts';
import type { ModuleReader } from '../kernel/sources/known-good-module.ts';
import { expectedVermagicPart, readPinsFile } from '../kernel/sources/pins.ts';
import type { SourcePorts } from '../kernel/sources/source-reader.ts';
import type { Vendor } from '../kernel/target-kernel.ts';
import { limits } from '../limits.ts';
import type { Ports } from '../ports/ports.ts';
import { fileUri, parentUri, uriPath } from '../ports/uri.ts';
import { defineTargets, type TargetDefinition, type TargetInputs } from './target-registry-definitions.ts';

export type { TargetDefinition, TargetInputs } from './target-registry-definitions.ts';

export interface RegistryOptions {
  readonly readModule?: ModuleReader;
  readonly partReaders?: readonly PartReader[];
}

/** What a module says of the kernel it was made for; what the automatic choice of a target looks at. */
export interface ModuleTraits {
  /** e_machine. */
  readonly machine: number | undefined;
  readonly vermagic: string | undefined;
}

/** The targets of a workspace by name. Each is opened when first asked for, and again after one of its files changed. */
export class TargetRegistry {
  readonly #ports: Pick<Ports, 'files' | 'decompressor'>;
  readonly #options: RegistryOptions;
  #definitions: readonly TargetDefinition[] = [];
  #chosen: string | undefined;
  readonly #opening = new Map<string, Promise<OpenedTarget>>();
  readonly #opened = new Map<string, OpenedTarget>();

  constructor(ports: Pick<Ports, 'files' | 'decompressor'>, options: RegistryOptions = {}) {
    this.#ports = ports;
    this.#options = options;
  }

  /** In order: settings, vermagic.json, found ones. */
  get definitions(): readonly TargetDefinition[] {
    return this.#definitions;
  }

  /** Replaces all definitions; targets whose definition stays the same stay open. */
  define(inputs: TargetInputs): void {
    const before = new Map(this.#definitions.map((definition) => [definition.name, JSON.stringify(definition)]));
    this.#definitions = defineTargets(inputs);
    const kept = new Set(
      this.#definitions
        .filter((definition) => before.get(definition.name) === JSON.stringify(definition))
        .map((definition) => definition.name),
    );
    for (const name of [...this.#opening.keys()]) if (!kept.has(name)) this.#drop(name);
  }

  /** The target of that name, opened; `undefined` when there is no such name. Never throws. */
  async get(name: string): Promise<OpenedTarget | undefined> {
    const definition = this.#definitions.find((candidate) => candidate.name === name);
    if (!definition) return undefined;
    const known = this.#opening.get(name);
    if (known) return known;
    const opening = this.#open(definition);
    this.#opening.set(name, opening);
    const target = await opening;
    // A change during the opening has dropped it: then the next call opens it again.
    if (this.#opening.get(name) === opening) this.#opened.set(name, target);
    return target;
  }

  /** Forgets the targets that depend on one of these files; returns their names. */
  invalidate(uris: readonly string[]): readonly string[] {
    const stale = [...this.#opening.keys()].filter((name) => uris.some((uri) => this.#isStale(name, uri)));
    for (const name of stale) this.#drop(name);
    return stale;
  }

  /** Whether a change of this file would make any open target stale. */
  dependsOn(uri: string): boolean {
    return [...this.#opening.keys()].some((name) => this.#isStale(name, uri));
  }

  /** `undefined` or '' goes back to the automatic choice. */
  select(name: string | undefined): void {
    this.#chosen = name === '' ? undefined : name;
  }

  /** The name someone selected, if there is such a target. */
  get chosen(): string | undefined {
    return this.#definitions.some((definition) => definition.name === this.#chosen) ? this.#chosen : undefined;
  }

  /**
   * The selected target's name: the chosen one, else the default of vermagic.json, else the one whose release, then
   * whose architecture, most modules have; of equals the first. `undefined` when there is no target at all.
   */
  async selected(modules: readonly ModuleTraits[]): Promise<string | undefined> {
    const given = this.chosen ?? this.#definitions.find((definition) => definition.isDefault)?.name;
    if (given !== undefined || this.#definitions.length < 2 || modules.length === 0) {
      return given ?? this.#definitions[0]?.name;
    }
    let best: { readonly name: string; readonly fit: readonly [number, number] } | undefined;
    for (const { name } of this.#definitions.slice(0, limits.comparedTargets)) {
      const target = await this.get(name);
      if (!target) continue;
      const fit = fitOf(target, modules);
      if (!best || fit[0] > best.fit[0] || (fit[0] === best.fit[0] && fit[1] > best.fit[1])) best = { name, fit };
    }
    return best?.name;
  }

  /** What the editor lists of a target. */
  async summary(name: string): Promise<TargetSummary | undefined> {
    const definition = this.#definitions.find((candidate) => candidate.name === name);
    const target = await this.get(name);
    if (!definition || !target) return undefined;
    return {
      name,
      release: target.release?.value ?? null,
      vermagic: target.vermagic?.value ?? null,
      architecture: target.architecture?.value.name ?? null,
      origins: target.origins.map((origin) => origin.label),
      source: definition.source,
      problems: target.problems.map((problem) => problem.message),
    };
  }

  async #open(definition: TargetDefinition): Promise<OpenedTarget> {
    const { release } = definition;
    const ports = this.#portsOf(definition);
    const options = { ...this.#options, ...(release === undefined ? {} : { release }) };
    const parts: KernelPart[] = [];
    for (const uri of definition.sourceUris) parts.push(...(await openParts(ports, fileUri(uri), options)));
    if (definition.expect) parts.push(await this.#expectation(definition.expect, definition));
    if (definition.trustedKeys) parts.push(await readKeyFiles(this.#ports.files, definition.trustedKeys));
    if (definition.vendor) parts.push(vendorPart(definition.vendor, definition.name));
    return mergeTargets(definition.name, parts);
  }

  #portsOf({ home }: TargetDefinition): SourcePorts {
    const { files, decompressor } = this.#ports;
    return { files, decompressor, ...(home !== undefined && { home: fileUri(home) }) };
  }

  async #expectation(
    expect: NonNullable<TargetDefinition['expect']>,
    definition: TargetDefinition,
  ): Promise<KernelPart> {
    if ('text' in expect) return expectedVermagicPart(expect.text, `"expect" of ${definition.name} in vermagic.json`);
    const part = await readPinsFile(this.#portsOf(definition), expect.uri, parentUri(expect.uri));
    if (part.vermagic !== undefined || part.release !== undefined) return part;
    const message = `"expect" of ${definition.name} names ${uriPath(expect.uri)}, which holds no vermagic. Write the vermagic itself, or correct the path.`;
    return { ...part, problems: [...part.problems, { message }] };
  }

  #isStale(name: string, uri: string): boolean {
    const target = this.#opened.get(name);
    return target === undefined || dependsOn(target, uri);
  }

  #drop(name: string): void {
    this.#opening.delete(name);
    this.#opened.delete(name);
  }
}

function vendorPart(value: Vendor, target: string): KernelPart {
  const origin = { label: `"vendor" of ${target} in vermagic.json` };
  return { kind: 'settings', origins: [origin], problems: [], vendor: { value, origin } };
}

/** How many modules have the target's release and architecture, and how many at least its architecture. */
function fitOf(target: OpenedTarget, modules: readonly ModuleTraits[]): readonly [number, number] {
  const machine = target.architecture?.value.machine;
  const release = target.release?.value;
  const sameMachine = modules.filter((module) => machine !== undefined && module.machine === machine);
  const candidates = machine === undefined ? modules : sameMachine;
  const sameRelease = candidates.filter(
    (module) => release !== undefined && module.vermagic?.split(' ', 1)[0] === release,
  );
  return [sameRelease.length, sameMachine.length];
}
