import { fileStart } from '../../findings/finding.ts';
import type { FileSystem } from '../../ports/file-system.ts';
import { joinUri, uriPath } from '../../ports/uri.ts';
import type { Phase } from '../phase.ts';
import type { MakefileOutline } from './makefile.ts';
import type { ProjectListing } from './project-listing.ts';

export interface DetectedContainer {
  readonly engine: string | undefined;
  readonly image: string | undefined;
  /** File that makes the image, where the project has one. */
  readonly file: string | undefined;
  /** Where the project lies inside. */
  readonly workdir: string;
  readonly why: string;
}

/** A kernel's build tree or headers, to build modules against. */
export interface KernelFolder {
  /** Absolute path on this machine, links followed. */
  readonly path: string;
  /** Path from the project's folder when it lies in it. */
  readonly relative: string | undefined;
  readonly release: string | undefined;
}

/** What every detector knows of the project. */
export interface Evidence {
  readonly listing: ProjectListing;
  readonly files: FileSystem;
  readonly makefile: { readonly path: string; readonly text: string; readonly outline: MakefileOutline } | undefined;
  readonly container: DetectedContainer | undefined;
  readonly kernelFolders: readonly KernelFolder[];
  /** Env files that the build reads, by path. */
  readonly envFiles: readonly string[];
}

/** A phase with what most phases of a detected pipeline have in common. */
export function phaseOf(
  { listing }: Pick<Evidence, 'listing'>,
  given: Pick<Phase, 'name' | 'kind' | 'command' | 'place' | 'why'> & Partial<Phase>,
): Phase {
  return {
    cwd: uriPath(listing.rootUri),
    env: {},
    inputs: [],
    outputs: [],
    makesImage: undefined,
    gate: [],
    after: undefined,
    where: { uri: listing.rootUri, range: fileStart },
    ...given,
  };
}

export function fileStartOf({ listing }: Pick<Evidence, 'listing'>, path: string): Phase['where'] {
  return { uri: joinUri(listing.rootUri, path), range: fileStart };
}
