import { limits } from '../limits.ts';
import type { FileSystem } from '../ports/file-system.ts';
import { joinUri, uriName, uriPath } from '../ports/uri.ts';
import { joinPins } from '../rules/kbuild/join-pins.ts';
import { isPinText, type PinFile, pinSource, readPinFile } from '../rules/kbuild/pin-file.ts';
import { PinLines } from '../rules/kbuild/pin-lines.ts';
import type { PinPicture } from '../rules/kbuild/pin-picture.ts';

/** Folders in which no one pins versions by hand, or that are too large to look into. */
const skipped = /^(?:\.git|node_modules|rootfs|Linux_for_Tegra|build.*|out|dist|target|kernel|linux.*|lib|usr)$/;

/** The pins of a workspace, file by file, so that a changed file is read alone. */
export class PinStore {
  readonly #files = new Map<string, PinFile>();
  /** Lines of the files that are edited. */
  readonly #lines = new Map<string, PinLines>();
  #picture: PinPicture | undefined;

  get picture(): PinPicture {
    this.#picture ??= joinPins([...this.#files.values()]);
    return this.#picture;
  }

  /** The text of a file, on disk or in an editor. Files that pin nothing are left out. */
  update(uri: string, text: string): void {
    const source = pinSource(uriPath(uri));
    if (source === undefined) return;
    if (!isPinText(uriPath(uri), source, text)) {
      this.remove(uri);
      return;
    }
    const known = this.#files.has(uri);
    const lines = this.#lines.get(uri) ?? new PinLines();
    if (known) this.#lines.set(uri, lines);
    this.#files.set(uri, readPinFile(uri, source, text, lines));
    this.#picture = undefined;
  }

  remove(uri: string): void {
    this.#lines.delete(uri);
    if (this.#files.delete(uri)) this.#picture = undefined;
  }
}

/** Reads the pins of a folder and of what lies up to three folders below it, within `limits.pinFiles`. */
export async function loadPinStore(files: FileSystem, folder: string): Promise<PinStore> {
  const store = new PinStore();
  let level = [folder];
  let read = 0;
  for (let depth = 0; depth < 4 && level.length > 0; depth++) {
    const below: string[] = [];
    for (const uri of level.slice(0, limits.pinFolders)) {
      const entries = await files.readDirectory(uri).catch(() => []);
      // A kernel tree pins itself.
      if (depth > 0 && entries.some((entry) => entry.name === 'Kconfig')) continue;
      for (const entry of entries) {
        const child = joinUri(uri, entry.name);
        if (entry.type === 'directory' && !skipped.test(uriName(child))) below.push(child);
        if (entry.type !== 'file' || pinSource(uriPath(child)) === undefined || read >= limits.pinFiles) continue;
        read++;
        const bytes = await files.readFile(child, limits.pinBytes).catch(() => undefined);
        if (bytes) store.update(child, new TextDecoder().decode(bytes));
      }
    }
    level = below;
  }
  return store;
}

export async function loadPins(files: FileSystem, folder: string): Promise<PinPicture> {
  return (await loadPinStore(files, folder)).picture;
}
