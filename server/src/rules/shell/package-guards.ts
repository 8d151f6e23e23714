import { isReadByApt } from '../../text/apt-preferences.ts';
import { type PackageCommand, packageCommand } from '../../text/shell/package-tools.ts';
import type { Place, ShellCommand } from '../../text/shell/shell-command.ts';
import { displayOf, unknownMark } from '../../text/shell/word.ts';
import { keptAwayBy } from '../apt-pins.ts';
import { placedPreferences } from './placed-preferences.ts';
import type { ScriptFacts } from './script-rule.ts';

/** Something that a document does to the protection of packages. */
export interface PackageGuard {
  readonly does: 'hold' | 'release' | 'pin' | 'source';
  /** Names and globs; of a pin also expressions in slashes. */
  readonly packages: readonly string[];
  /** It may be for other packages too: the document does not say which (`apt-mark hold $(…)`). */
  readonly open: boolean;
  /** May not run. */
  readonly conditional: boolean;
  readonly order: number;
  readonly place: Place;
}

/** The holds, their releases and the pins of a document, in order. */
export function packageGuards(facts: ScriptFacts): readonly PackageGuard[] {
  const guards = [
    ...facts.commands.flatMap(
      (command) => marks(command) ?? unread(command) ?? [...selections(command, facts), ...placed(command, facts)],
    ),
    ...pins(facts),
  ];
  return guards.sort((one, two) => one.order - two.order);
}

/** `apt-mark hold`, `aptitude unhold` and the like. */
function marks(command: ShellCommand): PackageGuard[] | undefined {
  const tool = packageCommand(command);
  if (tool?.action !== 'hold' && tool?.action !== 'unhold') return undefined;
  const names = tool.packages.map(({ name }) => name.replaceAll(unknownMark, '*'));
  const { order, place, conditional } = command;
  const packages = names.filter((name) => !saysNothing(name));
  const open = packages.length < names.length || hasUnread(command, tool);
  return [{ does: tool.action === 'hold' ? 'hold' : 'release', packages, open, conditional, order, place }];
}

/** A pattern with hardly a letter of a name: `*`, `$PACKAGE-*`. */
function saysNothing(name: string): boolean {
  return /[*?[]/.test(name) && name.replace(/[*?]|\[[^\]]*\]/g, '').length < 3;
}

/** True when the names come from a pipe, or an argument is not known at all. */
function hasUnread(command: ShellCommand, { packages }: PackageCommand): boolean {
  const read = new Set(packages.map(({ word }) => word));
  return packages.length === 0 || command.argv.some((word) => word.value === undefined && !read.has(word));
}

/** `echo "pkg hold" | dpkg --set-selections` */
function selections(command: ShellCommand, { document, edits }: ScriptFacts): PackageGuard[] {
  if (command.name !== 'dpkg' || !command.argv.some((word) => word.value === '--set-selections')) return [];
  const line = edits.lineOf(command);
  const from = document.lines.lineStart(Math.max(0, line - 20));
  const before = document.text.slice(from, document.lines.lineEnd(line + 20));
  const packages = [...before.matchAll(/([a-z0-9][a-z0-9.+*-]+)[ \t]+hold\b/g)].map((match) => match[1] ?? '');
  const { order, place, conditional } = command;
  return [
    { does: 'hold', packages, open: packages.length === 0 && /\bhold\b/.test(before), conditional, order, place },
  ];
}

/** Files that set variables, and files of the system: no script holds packages in them. */
const settings =
  /^\/(etc|lib|usr\/(lib|share))\/|^\/opt\/ros\/|(^|\/)(\.?(bash|z)?rc|\.?(bash_)?profile|bashrc|activate|os-release|env)$|\.(env|conf|cfg|config|ini|vars)$|\b(env|environment|versions|variables|vars)\.sh$/;

/** A script that is sourced and could not be read may hold anything. */
function unread(command: ShellCommand): PackageGuard[] | undefined {
  const [, file] = command.argv;
  if ((command.name !== 'source' && command.name !== '.') || file === undefined) return undefined;
  const { order, place, conditional } = command;
  const open = !settings.test(displayOf(file).replace(/["']/g, ''));
  return [{ does: 'source', packages: [], open, conditional, order, place }];
}

/** Preferences that a file of the project has, or that were written somewhere else before. */
function placed(command: ShellCommand, { provided, preferences }: ScriptFacts): PackageGuard[] {
  const { order, place, conditional } = command;
  return placedPreferences(command).flatMap(({ from, name }): PackageGuard[] => {
    if (!name.includes(unknownMark) && !isReadByApt(name)) return [];
    const written = preferences.findLast((file) => file.path === from && file.order < order);
    const text = written === undefined ? provided.get(from) : written.content?.text;
    const packages = text === undefined ? [] : keptAwayBy(text);
    return [{ does: 'pin', packages, open: text === undefined, conditional, order, place }];
  });
}

function pins({ preferences }: ScriptFacts): PackageGuard[] {
  return preferences.flatMap(({ content, isRead, place, order }): PackageGuard[] => {
    if (!isRead) return [];
    const packages = content === undefined ? [] : keptAwayBy(content.text);
    // Written in a loop it pins more than one reading of the text says.
    const open = content === undefined || content.readings !== undefined;
    return [{ does: 'pin', packages, open, conditional: false, order, place }];
  });
}
