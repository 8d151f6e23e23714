import { limits } from '../../limits.ts';
import type { FileSystem } from '../../ports/file-system.ts';
import { joinUri, parentUri } from '../../ports/uri.ts';
import { patternOf, unknownMark } from '../../text/shell/word.ts';
import type { RuleContext } from '../text-rule.ts';
import { placedPreferences } from './placed-preferences.ts';
import { factsWithFiles } from './script-facts.ts';
import type { ScriptFacts } from './script-rule.ts';

/** How often files that were read may lead to more, and how many folders above a script are looked in. */
const rounds = 3;
const foldersAbove = 4;

/**
 * The facts of a document once more, with what it takes from other files of the project: scripts that it sources,
 * preferences that it copies into place. A file that cannot be found stays a command of which nothing is known.
 */
export async function withProjectFiles(facts: ScriptFacts, context: RuleContext): Promise<ScriptFacts> {
  const { files } = context;
  if (files === undefined) return facts;
  const reader = new ProjectReader(files, facts.document.uri, context.workspaceUri);
  let known = facts;
  for (let round = 0; round < rounds; round++) {
    const before = reader.read.size;
    for (const path of pathsWanted(known)) await reader.add(path);
    if (reader.read.size === before) break;
    known = factsWithFiles(facts.document, context, reader.read) ?? facts;
  }
  return known;
}

function pathsWanted({ commands }: ScriptFacts): string[] {
  return commands.flatMap((command) => {
    const [, file] = command.argv;
    if (command.name === 'source' || command.name === '.') return file === undefined ? [] : [patternOf(file)];
    return placedPreferences(command).map(({ from }) => from);
  });
}

class ProjectReader {
  /** Texts by the path that the script writes, unknown stretches marked. */
  readonly read = new Map<string, string>();
  readonly #tried = new Set<string>();
  readonly #files: FileSystem;
  readonly #folders: string[];

  constructor(files: FileSystem, uri: string, workspaceUri: string | undefined) {
    this.#files = files;
    this.#folders = [parentUri(uri)];
    for (let up = 0; up < foldersAbove && this.#folders.at(-1) !== workspaceUri; up++) {
      this.#folders.push(parentUri(this.#folders.at(-1) ?? uri));
    }
    if (workspaceUri !== undefined) this.#folders.push(workspaceUri);
  }

  /** Reads the file that a path means: beside the script, beside one that was read, or from a folder above. */
  async add(path: string): Promise<void> {
    const relative = relativePart(path);
    if (relative === undefined || this.#tried.has(path) || this.#tried.size >= limits.embeddedScripts) return;
    this.#tried.add(path);
    for (const folder of new Set(this.#folders)) {
      const uri = joinUri(folder, relative);
      const bytes = await this.#files.readFile(uri, limits.textBytes).catch(() => undefined);
      if (bytes === undefined) continue;
      this.read.set(path, new TextDecoder().decode(bytes));
      this.#folders.push(parentUri(uri));
      return;
    }
  }
}

/** What a path says from some folder of the project on: `lib/x.sh` of `"$DIR"/lib/x.sh`; nothing for one on the machine. */
function relativePart(path: string): string | undefined {
  const known = path.startsWith(unknownMark) ? path.replace(/^[^/]*\//, '') : path;
  return known === '' || /^[/~]/.test(known) || known.includes(unknownMark) || /[*?[]/.test(known) ? undefined : known;
}
