import type { ProcessRunner } from '../ports/process-runner.ts';
import { devcontainerStopArguments, type EngineName, engineProgram, killArguments, removeArguments } from './engine.ts';

const askMs = 20_000;
/** A container that is being removed is listed until that is done. */
const looks = 20;
const lookMs = 250;

/** Ends a container that we named, and makes sure that nothing of it is left. False when it still is. */
export async function stopContainer(processes: ProcessRunner, engine: EngineName, name: string): Promise<boolean> {
  await processes.run(killArguments(engine, name), { timeoutMs: askMs });
  await processes.run(removeArguments(engine, name), { timeoutMs: askMs });
  const list = [...engineProgram(engine), 'ps', '--all', '--quiet', `--filter=name=^${name}$`];
  for (let look = 0; look < looks; look++) {
    if (look > 0) await new Promise((resolve) => setTimeout(resolve, lookMs));
    const listed = await processes.run(list, { timeoutMs: askMs });
    if (listed.status !== 0 || listed.stdout.trim() === '') return true;
  }
  return false;
}

/** Ends what a run does inside a devcontainer. */
export async function stopInDevcontainer(processes: ProcessRunner, hostPath: string, runId: string): Promise<void> {
  await processes.run(devcontainerStopArguments(hostPath, runId), { timeoutMs: askMs });
}

/** Ids of the containers that run now. */
export async function runningContainers(processes: ProcessRunner, engine: EngineName): Promise<ReadonlySet<string>> {
  const { stdout, status } = await processes.run([...engineProgram(engine), 'ps', '--quiet', '--no-trunc'], {
    timeoutMs: askMs,
  });
  return new Set(status === 0 ? stdout.split('\n').filter((id) => /^[0-9a-f]{12,64}$/.test(id)) : []);
}

/**
 * Ends the containers that a command of the project started: those that were not there before and see the project's
 * folder. Others' containers are left alone.
 */
export async function stopNewContainers(
  processes: ProcessRunner,
  engine: EngineName,
  before: ReadonlySet<string>,
  folder: string,
): Promise<void> {
  for (const id of await runningContainers(processes, engine)) {
    if (before.has(id)) continue;
    const format = '--format={{range .Mounts}}{{println .Source}}{{end}}';
    const { stdout } = await processes.run([...engineProgram(engine), 'inspect', format, id], { timeoutMs: askMs });
    const sees = stdout.split('\n').some((source) => source === folder || source.startsWith(`${folder}/`));
    if (sees) await stopContainer(processes, engine, id);
  }
}
