import { Disposable, type Uri, workspace } from 'vscode';

/** Modules, and what says of a kernel or a project what its modules have to be like. */
const watched =
  '**/{*.ko,*.ko.gz,*.ko.xz,*.ko.zst,Module.symvers,modules.dep,modules.builtin,.config,utsrelease.h,vermagic.json,versions.env,EXPECTED_VERMAGIC,BUILD_MANIFEST.json}';
/** An installation writes thousands of files: it is over when it was quiet for so long. */
const quietMs = 1000;

/** Tells of changed files of the workspace, many at a time. Folders outside of the workspace are not watched. */
export class TreeWatcher extends Disposable {
  readonly #watcher = workspace.createFileSystemWatcher(watched);
  readonly #subscriptions: Disposable;
  readonly #tell: (files: readonly Uri[]) => void;
  #changed = new Map<string, Uri>();
  #timer: ReturnType<typeof setTimeout> | undefined;

  constructor(tell: (files: readonly Uri[]) => void) {
    super(() => {
      clearTimeout(this.#timer);
      this.#subscriptions.dispose();
      this.#watcher.dispose();
    });
    this.#tell = tell;
    const note = (file: Uri) => this.#note(file);
    this.#subscriptions = Disposable.from(
      this.#watcher.onDidChange(note),
      this.#watcher.onDidCreate(note),
      this.#watcher.onDidDelete(note),
    );
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
