import { type Forced, type ForceOption, type ModuleCommand, moduleCommand } from '../../text/shell/module-tools.ts';
import type { ShellCommand } from '../../text/shell/shell-command.ts';
import { displayOf } from '../../text/shell/word.ts';
import type { Found, FoundFix } from '../text-rule.ts';
import type { ScriptFacts, ScriptRule } from './script-rule.ts';

const skipped: Readonly<Record<Forced, string>> = {
  both: 'the vermagic and the CRC checks',
  vermagic: 'the vermagic check',
  versions: 'the CRC check of every imported symbol',
  use: 'the use count',
};

/** insmod and modprobe told to load whatever the checks say. */
export const forceLoad: ScriptRule = {
  rule: 'force-load',
  *check(facts) {
    for (const command of facts.commands) {
      const tool = moduleCommand(command);
      if (tool?.action !== 'load') continue;
      for (const force of tool.force) yield found(facts, command, force, tool);
    }
  },
};

function found(facts: ScriptFacts, command: ShellCommand, force: ForceOption, tool: ModuleCommand): Found {
  const { option } = force;
  const module = tool.modules[0];
  const word = option.word;
  const flag = option.letterAt === undefined ? `--${option.name}` : `-${option.name}`;
  const from = force.fromEnvironment ? ' from MODPROBE_OPTIONS' : '';
  // As written: a word out of a variable has many values in a loop, and is told once.
  const written = module === undefined ? '' : facts.edits.written(module);
  // Out of a pipe no word is written.
  const what = written === '' ? 'the module' : written;
  return {
    rule: 'force-load',
    start: word.start,
    end: word.end,
    ...(module !== undefined && { subject: displayOf(module) }),
    message:
      `${flag}${from} makes ${tool.tool} skip ${skipped[force.forces]} for ${what}: a module built for another kernel then corrupts memory instead of being refused. ` +
      'Expected: no force. Rebuild the module for the target kernel.',
    fixes: fixes(facts, command, force),
  };
}

function fixes(facts: ScriptFacts, command: ShellCommand, force: ForceOption): FoundFix[] {
  const { option } = force;
  const edit =
    option.letterAt === undefined
      ? facts.edits.removeWord(option.word, command)
      : facts.edits.removeLetter(option.word, option.letterAt, command);
  const flag = option.letterAt === undefined ? displayOf(option.word) : `-${option.name}`;
  return [
    ...(edit === undefined ? [] : [{ title: `Remove ${flag}`, edits: [edit], preferred: true }]),
    { title: 'Rebuild in Container instead', command: 'vermagic.rebuildInContainer', arguments: [] },
  ];
}
