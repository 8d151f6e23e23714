import { moduleCommand } from '../../text/shell/module-tools.ts';
import type { ShellCommand } from '../../text/shell/shell-command.ts';
import { baseName } from '../../text/shell/shell-command.ts';
import { displayOf, patternOf, type Word } from '../../text/shell/word.ts';
import { pathFrom } from '../../text/shell/working-folder.ts';
import type { Found } from '../text-rule.ts';
import { type Fetched, fetchedBy, moduleFile } from './fetched-files.ts';
import type { ScriptRule } from './script-rule.ts';

/** Modules that are downloaded and then loaded or installed: nobody built them for this kernel. */
export const foreignModule: ScriptRule = {
  rule: 'foreign-module',
  *check({ commands }) {
    const fetched: Fetched[] = [];
    let lastBuild = -1;
    for (const command of commands) {
      if (isBuild(command, fetched)) lastBuild = command.order;
      for (const item of fetchedBy(command)) {
        fetched.push(item);
        if (!item.isFolder && isInstalled(item.path)) yield found(item.word, item.from, 'installs');
      }
      for (const { word, verb } of uses(command)) {
        const source = sourceOf(word, command, fetched, lastBuild);
        if (source !== undefined) yield found(word, source.from, verb);
      }
    }
  },
};

function found(word: Word, from: string, verb: string): Found {
  return {
    rule: 'foreign-module',
    start: word.start,
    end: word.end,
    subject: baseName(displayOf(word)),
    message: `${verb === 'loads' ? 'Loads' : 'Installs'} ${baseName(displayOf(word))}, which comes from ${from} and was not built with this kernel's source, toolchain and Module.symvers. Expected: a module out of your own build. Build it from source in the container.`,
    fixes: [{ title: 'Rebuild in Container instead', command: 'vermagic.rebuildInContainer', arguments: [] }],
  };
}

/** Builders, and scripts, which may build: what they are given is not known. */
export function mayBuild(name: string): boolean {
  return (
    /^(g?make|ninja|meson|scons|dkms|cmake|docker|podman|west|bazel|bitbake|kas|nix|\S*gcc|\S*clang)$/.test(name) ||
    /build|compile|\.(sh|bash|py|pl)$/i.test(name)
  );
}

function isBuild(command: ShellCommand, fetched: readonly Fetched[]): boolean {
  const [program, script] = command.argv;
  if (/^(\.|source)$/.test(command.name)) {
    const path = script && pathFrom(command.folder, script);
    return fetched.some((item) => item.isFolder && isBelow(path, item.path));
  }
  return mayBuild(command.name) || (program !== undefined && /^[^/]+\//.test(patternOf(program)));
}

function isInstalled(path: string | undefined): boolean {
  return path !== undefined && /(^|\/)lib\/modules\//.test(path);
}

/** Module files that a command loads, or puts under lib/modules. */
function uses(command: ShellCommand): { word: Word; verb: 'loads' | 'installs' }[] {
  const tool = moduleCommand(command);
  if (tool?.tool === 'insmod' && tool.action === 'load') return tool.modules.map((word) => ({ word, verb: 'loads' }));
  if (!/^(cp|mv|install|rsync|ln)$/.test(command.name)) return [];
  const operands = command.argv.slice(1).filter((word) => !patternOf(word).startsWith('-'));
  const target = operands.findLast((word) => isInstalled(`${pathFrom(command.folder, word) ?? patternOf(word)}/`));
  if (target === undefined) return [];
  return operands
    .filter((word) => word !== target && moduleFile.test(patternOf(word)))
    .map((word) => ({ word, verb: 'installs' }));
}

/** A file by its path or, from elsewhere, by its name; a file in a folder that was cloned, when nothing was built since. */
function sourceOf(
  word: Word,
  command: ShellCommand,
  fetched: readonly Fetched[],
  lastBuild: number,
): Fetched | undefined {
  const written = patternOf(word);
  if (!moduleFile.test(written)) return undefined;
  const path = pathFrom(command.folder, word);
  return fetched.findLast((item) => {
    if (!item.isFolder) return item.name === baseName(written) && (item.path === path || item.order > lastBuild);
    if (item.order < lastBuild) return false;
    return isBelow(path, item.path) || written.split('/').slice(0, -1).includes(item.name);
  });
}

function isBelow(path: string | undefined, folder: string | undefined): boolean {
  if (path === undefined || folder === undefined) return false;
  return folder === '' ? /^[^/$`]/.test(path) : path.startsWith(`${folder}/`);
}
