import { packageCommand } from '../../text/shell/package-tools.ts';
import type { ShellCommand } from '../../text/shell/shell-command.ts';
import { displayOf } from '../../text/shell/word.ts';
import type { Found } from '../text-rule.ts';
import type { ScriptFacts, ScriptRule } from './script-rule.ts';

/** Holds taken away from packages that have to keep them. */
export const holdReleased: ScriptRule = {
  rule: 'hold-released',
  *check(facts) {
    for (const command of facts.commands) {
      const selected = selectedAway(facts, command);
      if (selected !== undefined) yield selection(command, selected);
      if (selectsAllAway(command)) yield everything(facts, command);
      const tool = packageCommand(command);
      if (tool?.action !== 'unhold') continue;
      for (const item of tool.packages) {
        if (!facts.policy.isProtected(item.name) || item.name.replace(/[*?\u0001]/g, '').length < 3) continue;
        const only = tool.packages.length === 1 && tool.complete;
        const edit = only ? facts.edits.removeCommand(command) : facts.edits.removeWord(item.word, command);
        const title = only ? 'Remove the command' : `Keep ${displayOf(item.word)} held`;
        yield {
          rule: 'hold-released',
          start: item.word.start,
          end: item.word.end,
          subject: item.name,
          message: `Releases the hold of ${displayOf(item.word)}, so the next upgrade may replace the kernel. Expected: protected packages stay held. Remove it from the command.`,
          fixes: edit === undefined ? [] : [{ title, edits: [edit], preferred: true }],
        };
      }
      if (releasesAll(facts, command)) yield everything(facts, command);
    }
  },
};

/** `apt-mark showhold | xargs apt-mark unhold`, `apt-mark unhold $(apt-mark showhold)` */
function releasesAll({ commands, document }: ScriptFacts, command: ShellCommand): boolean {
  const showsHold = (other: ShellCommand): boolean => other.name === 'apt-mark' && other.argv[1]?.value === 'showhold';
  if (command.upstream.some(showsHold)) return true;
  const unknown = command.argv.find((word) => word.value === undefined);
  if (unknown === undefined) return false;
  const source = unknown.parts.map((part) => part.source ?? '').join('');
  if (/\bshowhold\b/.test(source)) return true;
  // for p in $(apt-mark showhold); do apt-mark unhold "$p"; done
  const name = /^"?\$\{?([A-Za-z_]\w*)\}?"?$/.exec(source)?.[1];
  if (name !== undefined && new RegExp(`\\bfor\\s+${name}\\s+in\\s[^;\\n]*\\bshowhold\\b`).test(document.text))
    return true;
  // HELD=$(apt-mark showhold); apt-mark unhold $HELD
  const before = commands.filter((other) => other.order < command.order && showsHold(other));
  return before.length > 0 && /held|hold/i.test(source);
}

/** `echo "pkg install" | dpkg --set-selections`: a protected package that gets another mark than hold. */
function selectedAway({ policy, document, edits }: ScriptFacts, command: ShellCommand): string | undefined {
  if (command.name !== 'dpkg' || !command.argv.some((word) => word.value === '--set-selections')) return undefined;
  const line = document.lines.lineText(edits.lineOf(command));
  const piped = line.slice(0, line.indexOf('--set-selections'));
  const marks = [
    ...piped.matchAll(/([a-z0-9][a-z0-9.+-]+)(?::\w+)?(?:[ \t]|\\t)+(?:install|deinstall|purge)\b[^|]*\|/g),
  ];
  return marks.map((match) => match[1] ?? '').find((name) => policy.isProtected(name));
}

/** `dpkg --get-selections | sed 's/hold/install/' | dpkg --set-selections`, with no filter that may leave the kernel's out. */
function selectsAllAway({ name, argv, upstream }: ShellCommand): boolean {
  if (name !== 'dpkg' || !argv.some((word) => word.value === '--set-selections')) return false;
  const has = (other: ShellCommand, pattern: RegExp): boolean =>
    other.argv.some((word) => pattern.test(word.value ?? ''));
  const changes = (other: ShellCommand): boolean =>
    other.name === 'sed' && has(other, /^s([/|#,])(?:\W|\\[a-z])*hold(?:\W|\\[a-z])*\1(?:\W|\\[a-z])*install\b/);
  const shows = (other: ShellCommand): boolean => other.argv.at(-1)?.value === '--get-selections';
  const keepsAll = (other: ShellCommand): boolean =>
    changes(other) || shows(other) || (/grep$/.test(other.name) && /^.?hold.?$/.test(other.argv.at(-1)?.value ?? ''));
  return upstream.some(changes) && upstream.some(shows) && upstream.every(keepsAll);
}

function selection(command: ShellCommand, name: string): Found {
  return {
    rule: 'hold-released',
    start: command.start,
    end: command.end,
    subject: name,
    message: `Takes the mark "hold" from ${name}, so the next upgrade may replace the kernel. Expected: protected packages stay held. Select "hold" for it.`,
  };
}

function everything(facts: ScriptFacts, command: ShellCommand): Found {
  return {
    rule: 'hold-released',
    start: command.start,
    end: Math.min(command.end, Math.max(command.start, command.argv[1]?.end ?? command.end)),
    message:
      'Releases every hold there is, that of the kernel packages too, so the next upgrade may replace the kernel. Expected: protected packages stay held. Name the packages that may be released.',
    fixes:
      command.upstream.length > 0 ? [] : [{ title: 'Remove the command', edits: [facts.edits.removeCommand(command)] }],
  };
}
