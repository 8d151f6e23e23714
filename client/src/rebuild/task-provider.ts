import type { RebuildParams } from '@vermagic/shared';
import {
  CustomExecution,
  type Pseudoterminal,
  Task,
  type TaskDefinition,
  TaskGroup,
  type TaskProvider,
  TaskScope,
  type WorkspaceFolder,
  workspace,
} from 'vscode';
import type { LanguageServer } from '../language-server.ts';

export const taskType = 'vermagic';

/** A task as `tasks.json` writes it: a phase by name, or a module by its path; neither means all that is stale. */
export interface RebuildTask extends TaskDefinition {
  readonly phase?: string;
  readonly module?: string;
}

export type OpenTerminal = (folder: WorkspaceFolder, request: Omit<RebuildParams, 'uri'>) => Pseudoterminal;

/** Build phases as tasks: listed from the pipeline, and resolved from `tasks.json`. */
export class RebuildTasks implements TaskProvider {
  readonly #server: LanguageServer;
  readonly #open: OpenTerminal;

  constructor(server: LanguageServer, open: OpenTerminal) {
    this.#server = server;
    this.#open = open;
  }

  async provideTasks(): Promise<Task[]> {
    if (!workspace.isTrusted) return [];
    const found: Task[] = [];
    for (const folder of workspace.workspaceFolders ?? []) {
      const { phases } = await this.#server.pipeline(folder.uri);
      const runnable = phases.filter(({ manual }) => !manual);
      if (runnable.length > 0) found.push(this.task({ type: taskType }, folder));
      for (const { name } of runnable) found.push(this.task({ type: taskType, phase: name }, folder));
    }
    return found;
  }

  resolveTask(task: Task): Task | undefined {
    const definition = task.definition as RebuildTask;
    const scope = task.scope;
    const folder = typeof scope === 'object' ? scope : workspace.workspaceFolders?.[0];
    if (!folder || !isRebuildTask(definition)) return undefined;
    const resolved = this.task(definition, folder);
    resolved.name = task.name;
    return resolved;
  }

  /** `request` carries what a command adds to the definition. */
  task(definition: RebuildTask, folder: WorkspaceFolder, request?: Omit<RebuildParams, 'uri'>): Task {
    const { phase, module } = definition;
    const wish = request ?? {
      ...(phase === undefined ? {} : { phase }),
      ...(module === undefined
        ? {}
        : { module: this.#server.protocolUri(moduleUri(folder, module)), onlyModule: true }),
    };
    const name = phase ?? (module === undefined ? 'rebuild what is stale' : `rebuild ${module}`);
    const execution = new CustomExecution(async () => this.#open(folder, wish));
    // Errors come with true places from the server; matchers would show them twice.
    const task = new Task(definition, folder ?? TaskScope.Workspace, name, 'vermagic', execution, []);
    task.group = TaskGroup.Build;
    task.presentationOptions = { clear: true, showReuseMessage: false };
    return task;
  }
}

function moduleUri(folder: WorkspaceFolder, path: string) {
  return path.startsWith('/') ? folder.uri.with({ path }) : folder.uri.with({ path: `${folder.uri.path}/${path}` });
}

function isRebuildTask({ phase, module }: RebuildTask): boolean {
  return [phase, module].every((value) => value === undefined || typeof value === 'string');
}
