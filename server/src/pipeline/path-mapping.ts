import type { Mount, Phase } from './phase.ts';

/** Paths inside a container to paths of this machine. */
export class PathMapping {
  readonly #mounts: readonly Mount[];
  readonly #pattern: RegExp | undefined;

  /** Of mounts within mounts the innermost counts. */
  constructor(mounts: readonly Mount[]) {
    this.#mounts = mounts
      .filter((mount) => mount.hostPath !== mount.containerPath)
      .toSorted((one, two) => two.containerPath.length - one.containerPath.length);
    const places = this.#mounts.map(({ containerPath }) => containerPath.replace(/[.*+?^${}()|[\]\\]/g, '\\$&'));
    this.#pattern =
      places.length === 0 ? undefined : new RegExp(`(?<![\\w./~-])(?:${places.join('|')})(?![\\w.-])`, 'g');
  }

  static of(phase: Phase): PathMapping {
    const { place } = phase;
    if (place.kind === 'container') return new PathMapping(place.mounts);
    if (place.kind === 'host') return new PathMapping([]);
    return new PathMapping([{ hostPath: place.hostPath, containerPath: place.containerPath, readOnly: false }]);
  }

  toHost(path: string): string {
    for (const { hostPath, containerPath } of this.#mounts) {
      if (path === containerPath) return hostPath;
      const prefix = containerPath.endsWith('/') ? containerPath : `${containerPath}/`;
      if (path.startsWith(prefix)) return `${hostPath.replace(/\/$/, '')}/${path.slice(prefix.length)}`;
    }
    return path;
  }

  /** A line of output with every such path replaced, so that a terminal can open it. */
  line(text: string): string {
    if (!this.#pattern) return text;
    return text.replace(this.#pattern, (found) => this.toHost(found));
  }
}
