import { joinUri } from '../../ports/uri.ts';
import { pinFileNames } from './pins.ts';
import type { SourceReader } from './source-reader.ts';

export interface L4tPlaces {
  /** Configured kernel trees below `source/`. */
  readonly trees: readonly string[];
  readonly rootfs: string | undefined;
  readonly image: string | undefined;
  /** Folders with pins: `Linux_for_Tegra` itself and the project folder around it. */
  readonly pins: readonly string[];
  /** Module.symvers of out-of-tree providers beside the kernel. */
  readonly providers: readonly string[];
}

/** The places of NVIDIA's Linux_for_Tegra folder that say something of its kernel, by listing four folders. */
export async function l4tPlaces(reader: SourceReader): Promise<L4tPlaces> {
  const trees: string[] = [];
  const providers: string[] = [];
  for (const place of ['source/kernel', 'source', 'sources/kernel', 'sources']) {
    for (const entry of await reader.list(reader.uri(place))) {
      if (entry.type !== 'directory') continue;
      const folder = joinUri(reader.uri(place), entry.name);
      if (await reader.exists(`${folder}/include/generated/utsrelease.h`)) trees.push(folder);
      else if (entry.name !== 'kernel' && (await reader.exists(`${folder}/Module.symvers`))) {
        providers.push(`${folder}/Module.symvers`);
      }
    }
  }
  const rootfs = reader.uri('rootfs');
  const image = reader.uri('kernel/Image');
  const pins: string[] = [];
  for (const folder of [reader.folder, joinUri(reader.folder, '..')]) {
    for (const name of pinFileNames) {
      if (await reader.exists(joinUri(folder, name))) {
        pins.push(folder);
        break;
      }
    }
  }
  return {
    trees,
    providers,
    pins,
    rootfs: (await reader.exists(`${rootfs}/lib/modules`, 'directory')) ? rootfs : undefined,
    image: (await reader.exists(image)) ? image : undefined,
  };
}
