import path from 'node:path';
import ignore, { type Ignore } from 'ignore';

/** The `.gitignore` files from a walk's start down to one folder. */
export class IgnoredFiles {
  readonly #levels: readonly { readonly folder: string; readonly rules: Ignore }[];

  constructor(levels: readonly { readonly folder: string; readonly rules: Ignore }[] = []) {
    this.#levels = levels;
  }

  /** The same with the `.gitignore` of one more folder. */
  with(text: string, folder: string): IgnoredFiles {
    return new IgnoredFiles([...this.#levels, { folder, rules: ignore().add(text) }]);
  }

  /** The innermost file that says something about a path decides, as in git. */
  has(file: string, isFolder: boolean): boolean {
    for (const { folder, rules } of [...this.#levels].reverse()) {
      const relative = path.relative(folder, file).split(path.sep).join('/');
      const { ignored, unignored } = rules.test(isFolder ? `${relative}/` : relative);
      if (ignored || unignored) return ignored;
    }
    return false;
  }
}
