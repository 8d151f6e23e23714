import { moduleCommand } from '../../text/shell/module-tools.ts';
import type { ShellCommand } from '../../text/shell/shell-command.ts';
import { baseName } from '../../text/shell/shell-command.ts';
import { displayOf, patternOf, type Word } from '../../text/shell/word.ts';
import type { Found } from '../text-rule.ts';
import type { ScriptRule } from './script-rule.ts';

const moduleFile = /\.ko(\.(xz|gz|zst))?$/;

/** Where a module file came from, other than a build. */
interface Fetched {
  readonly from: string;
  readonly order: number;
  /** Base name of a file, or a directory that was cloned. */
  readonly name: string;
  readonly directory: boolean;
}

/** Modules that are downloaded and then loaded or installed: nobody built them for this kernel. */
export const foreignModule: ScriptRule = {
  rule: 'foreign-module',
  *check({ commands }) {
    const fetched: Fetched[] = [];
    let lastBuild = -1;
    for (const command of commands) {
      if (isBuild(command)) lastBuild = command.order;
      for (const item of downloads(command)) {
        fetched.push(item.fetched);
        if (item.installedAs !== undefined) yield found(item.word, item.fetched.from, 'installs');
      }
      for (const { word, verb } of uses(command)) {
        const source = sourceOf(word, fetched, lastBuild);
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

function isBuild(command: ShellCommand): boolean {
  return /^(make|gmake|ninja|dkms|cmake|docker|podman)$/.test(command.name) || /build|compile/i.test(command.name);
}

interface Download {
  readonly fetched: Fetched;
  readonly word: Word;
  readonly installedAs: string | undefined;
}

/** Files that curl, wget or a clone bring. */
function downloads(command: ShellCommand): Download[] {
  const args = command.argv.slice(1);
  const { order } = command;
  if (command.name === 'git' && args.some((word) => word.value === 'clone')) {
    const [url, into] = args
      .slice(args.findIndex((word) => word.value === 'clone') + 1)
      .filter((word) => !word.value?.startsWith('-'));
    if (url?.value === undefined) return [];
    const name = into?.value ?? baseName(url.value).replace(/\.git$/, '');
    return [
      { fetched: { from: url.value, order, name: baseName(name), directory: true }, word: url, installedAs: undefined },
    ];
  }
  if (!/^(curl|wget|aria2c)$/.test(command.name)) return [];
  const outputAt = args.findIndex((word) => /^(-[a-zA-Z]*[oO]|--output|--output-document)$/.test(word.value ?? ''));
  const remoteName = command.name === 'curl' && /O$/.test(args[outputAt]?.value ?? '');
  const output = outputAt < 0 || remoteName ? undefined : args[outputAt + 1];
  return args.flatMap((word): Download[] => {
    const url = patternOf(word);
    if (!/^(https?|ftp):\/\//.test(url) && !/^\S+\/\S+\.ko\b/.test(url)) return [];
    if (word === output) return [];
    const file = output === undefined ? baseName(url.replace(/[?#].*$/, '')) : baseName(patternOf(output));
    if (!moduleFile.test(file) && !moduleFile.test(url.replace(/[?#].*$/, ''))) return [];
    const target = output === undefined ? undefined : patternOf(output);
    const installedAs = target !== undefined && /(^|\/)lib\/modules\//.test(target) ? target : undefined;
    return [
      { fetched: { from: displayOf(word), order, name: file, directory: false }, word: output ?? word, installedAs },
    ];
  });
}

/** Module files that a command loads, or puts under lib/modules. */
function uses(command: ShellCommand): { word: Word; verb: 'loads' | 'installs' }[] {
  const tool = moduleCommand(command);
  if (tool?.tool === 'insmod' && tool.action === 'load') return tool.modules.map((word) => ({ word, verb: 'loads' }));
  if (!/^(cp|mv|install|rsync|ln)$/.test(command.name)) return [];
  const operands = command.argv.slice(1).filter((word) => !patternOf(word).startsWith('-'));
  const target = command.argv.slice(1).findLast((word) => /(^|\/)lib\/modules(\/|$)/.test(patternOf(word)));
  if (target === undefined) return [];
  return operands
    .filter((word) => word !== target && moduleFile.test(patternOf(word)))
    .map((word) => ({ word, verb: 'installs' }));
}

function sourceOf(word: Word, fetched: readonly Fetched[], lastBuild: number): Fetched | undefined {
  const path = patternOf(word);
  const name = baseName(path);
  return fetched.findLast((item) => {
    if (!item.directory) return item.name === name;
    return item.order > lastBuild && moduleFile.test(path) && path.split('/').slice(0, -1).includes(item.name);
  });
}
