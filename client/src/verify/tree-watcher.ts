import { Disposable, RelativePattern, type Uri, workspace } from 'vscode';

/** Modules, and what says of a kernel or a project what its modules have to be like. */
const watched =
  '**/{*.ko,*.ko.gz,*.ko.xz,*.ko.zst,Module.symvers,modules.dep,modules.builtin,.config,utsrelease.h,vermagic.json,versions.env,EXPECTED_VERMAGIC,BUILD_MANIFEST.json}';
/** An installation writes thousands of files: it is over when it was quiet for so long. */
const quietMs = 1000;

/** Tells of changed files of the workspace and of the folders it is told to follow, many at a time. */
export class TreeWatcher extends Disposable {
  readonly #workspace: Disposable;
  /** Watchers of folders outside of the workspace, by URI. */
  readonly #outside = new Map<string, Disposable>();
  readonly #tell: (files: readonly Uri[]) => void;
  #changed = new Map<string, Uri>();
  #timer: ReturnType<typeof setTimeout> | undefined;

  constructor(tell: (files: readonly Uri[]) => void) {
    super(() => {
      clearTimeout(this.#timer);
      this.#workspace.dispose();
      for (const watcher of this.#outside.values()) watcher.dispose();
    });
    this.#tell = tell;
    this.#workspace = this.#watch(watched);
  }

  /** The folders that matter now: those outside of the workspace are watched too, and no others any longer. */
  follow(folders: readonly Uri[]): void {
    const wanted = new Map(
      folders.filter((uri) => !workspace.getWorkspaceFolder(uri)).map((uri) => [uri.toString(), uri]),
    );
    for (const [key, watcher] of this.#outside) {
      if (wanted.has(key)) continue;
      watcher.dispose();
      this.#outside.delete(key);
    }
    for (const [key, uri] of wanted) {
      if (!this.#outside.has(key)) this.#outside.set(key, this.#watch(new RelativePattern(uri, watched)));
    }
  }

  #watch(pattern: string | RelativePattern): Disposable {
    const watcher = workspace.createFileSystemWatcher(pattern);
    const note = (file: Uri) => this.#note(file);
    return Disposable.from(watcher, watcher.onDidChange(note), watcher.onDidCreate(note), watcher.onDidDelete(note));
  }

  #note(file: Uri): void {
    this.#changed.set(file.toString(), file);
    clearTimeout(this.#timer);
    this.#timer = setTimeout(() => {
      const files = [...this.#changed.values()];
      this.#changed = new Map();
      this.#tell(files);
    }, quietMs);
  }
}
