import { debName, type PackageCommand, type PackageOperand, packageCommand } from '../../text/shell/package-tools.ts';
import { baseName, type ShellCommand } from '../../text/shell/shell-command.ts';
import { displayOf, unknownMark } from '../../text/shell/word.ts';
import { pathFrom } from '../../text/shell/working-folder.ts';
import { globsOverlap } from '../package-glob.ts';
import type { Found, FoundFix } from '../text-rule.ts';
import { type Fetched, fetchedBy } from './fetched-files.ts';
import type { ScriptFacts, ScriptRule } from './script-rule.ts';

/** Package tools that bring in what the policy forbids, or that override the holds which keep it out. */
export const forbiddenPackage: ScriptRule = {
  rule: 'forbidden-package',
  *check(facts) {
    const downloaded: string[] = [];
    const fetched = facts.commands.flatMap((command) => fetchedBy(command, packageFile));
    for (const command of facts.commands) {
      const tool = packageCommand(command);
      if (tool === undefined || tool.harmless) continue;
      if (tool.action === 'download') downloaded.push(...tool.packages.map((item) => item.name));
      if (
        tool.action === 'remove' ||
        tool.action === 'install' ||
        (tool.action === 'upgrade' && tool.packages.length > 0)
      ) {
        for (const item of tool.packages) {
          const found = packageFound(
            facts,
            command,
            tool,
            item,
            fetchedName(item, command, fetched) ?? meantName(item, downloaded),
          );
          if (found !== undefined) yield found;
        }
      }
      yield* overrides(facts, command, tool);
    }
  },
};

function packageFound(
  facts: ScriptFacts,
  command: ShellCommand,
  tool: PackageCommand,
  item: PackageOperand,
  pattern: string | undefined,
): Found | undefined {
  const entry = pattern === undefined ? undefined : facts.policy.forbiddenBy(pattern);
  if (pattern === undefined || entry === undefined) return undefined;
  const covers = /[*?[]/.test(item.name)
    ? `, a pattern that covers ${entry.glob},`
    : pattern === item.name
      ? ''
      : `, fetched as ${pattern},`;
  return {
    rule: 'forbidden-package',
    start: item.word.start,
    end: item.word.end,
    subject: pattern,
    message: `${command.name} installs ${displayOf(item.word)}${covers} which the policy forbids: ${entry.why}. Expected: the kernel that the project builds stays in place. Leave the package out, and hold it.`,
    ...(entry.atMost && { atMost: entry.atMost }),
    ...definedElsewhere(item),
    fixes: dropFixes(facts, command, tool, item, entry.glob),
  };
}

const packageFile = /\.u?deb$/;

/** The package in a file that was fetched under another name, by the name that it has where it comes from. */
function fetchedName(
  { kind, word }: PackageOperand,
  command: ShellCommand,
  fetched: readonly Fetched[],
): string | undefined {
  if (kind !== 'file') return undefined;
  const path = pathFrom(command.folder, word);
  const source = fetched.findLast((file) => !file.isFolder && file.order < command.order && file.path === path);
  const from = baseName(source?.from.replace(/[?#].*$/, '') ?? '');
  return path !== undefined && packageFile.test(from) ? debName(from) : undefined;
}

/** The package name or pattern that counts; `undefined` for one that says nothing (`*.deb`, `$FILE`). */
function meantName(item: PackageOperand, downloaded: readonly string[]): string | undefined {
  const literal = item.name.replace(/[*?]|\[[^\]]*\]|\u0001/g, '');
  if (literal.length >= 3) return item.name;
  if (item.kind === 'file' && !item.name.includes(unknownMark)) {
    return downloaded.find((name) => globsOverlap(item.name, name));
  }
  return undefined;
}

function definedElsewhere(item: PackageOperand): Pick<Found, 'related'> {
  const [part] = item.word.parts;
  if (part === undefined || (part.start >= item.word.start && part.end <= item.word.end)) return {};
  return { related: [{ start: part.start, end: part.end, message: 'The name is written here' }] };
}

function dropFixes(
  facts: ScriptFacts,
  command: ShellCommand,
  tool: PackageCommand,
  item: PackageOperand,
  glob: string,
): FoundFix[] {
  const { edits } = facts;
  const fixes: FoundFix[] = [];
  const only = tool.packages.length === 1 && tool.complete;
  const edit = only && !item.word.indirect ? edits.removeCommand(command) : edits.removeWord(item.word, command);
  if (edit !== undefined) {
    const title = only && !item.word.indirect ? 'Remove the command' : `Leave ${displayOf(item.word)} out`;
    fixes.push({ title, edits: [edit], preferred: true });
  }
  const held = /[*?[]/.test(glob) ? (/^[a-z0-9.+-]+$/.test(item.name) ? item.name : undefined) : glob;
  if (held !== undefined) {
    const hold = edits.insertBefore(command, [`${edits.prefixOf(command)}apt-mark hold ${held}`]);
    fixes.push({ title: `Hold ${held} first`, edits: [hold] });
  }
  return fixes;
}

function* overrides(facts: ScriptFacts, command: ShellCommand, tool: PackageCommand): Generator<Found> {
  if (tool.overridesHold.length === 0) return;
  const names = tool.packages.map((item) => item.name);
  const named = tool.action === 'install' && tool.complete && names.length > 0;
  const harmless = named && !names.some((name) => facts.policy.isProtected(name));
  if (harmless && tool.tool === 'dpkg') return;
  for (const word of tool.overridesHold) {
    const edit = /^-o$|^--option$/.test(word.value ?? '') ? undefined : facts.edits.removeWord(word, command);
    yield {
      rule: 'forbidden-package',
      start: word.start,
      end: word.end,
      message: `${displayOf(word)} lets ${command.name} replace packages that are held, the kernel's among them. Expected: holds stay in force. Remove the option.`,
      ...(harmless && { atMost: 'warning' as const }),
      fixes: edit === undefined ? [] : [{ title: `Remove ${displayOf(word)}`, edits: [edit], preferred: true }],
    };
  }
}
