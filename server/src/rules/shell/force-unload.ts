import { moduleCommand } from '../../text/shell/module-tools.ts';
import { displayOf } from '../../text/shell/word.ts';
import type { ScriptRule } from './script-rule.ts';

/** rmmod and `modprobe -r` told to remove a module that is in use. */
export const forceUnload: ScriptRule = {
  rule: 'force-unload',
  *check({ commands, edits }) {
    for (const command of commands) {
      const tool = moduleCommand(command);
      if (tool?.action !== 'unload') continue;
      for (const { option } of tool.force) {
        const { word, letterAt } = option;
        const edit =
          letterAt === undefined ? edits.removeWord(word, command) : edits.removeLetter(word, letterAt, command);
        const flag = letterAt === undefined ? displayOf(word) : `-${option.name}`;
        yield {
          rule: 'force-unload',
          start: word.start,
          end: word.end,
          message:
            `${flag} removes the module while it is in use, and whoever still holds a pointer into it crashes the kernel; the kernel is tainted (R) until it reboots. ` +
            'Expected: a module that is idle. Stop its users first.',
          fixes: edit === undefined ? [] : [{ title: `Remove ${flag}`, edits: [edit], preferred: true }],
        };
      }
    }
  },
};
