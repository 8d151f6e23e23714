import { parentUri } from '../../ports/uri.ts';
import type { FileKind } from '../../text/file-kind.ts';
import { kernelFolderNames } from '../../text/kbuild-modules.ts';
import type { ShellCommand } from '../../text/shell/shell-command.ts';
import { displayOf, type Word, writtenAt } from '../../text/shell/word.ts';
import { scriptFacts } from '../shell/script-facts.ts';
import type { Found, RuleContext, RuleSet, Span } from '../text-rule.ts';
import { judgeFolder, markUname, type NamedFolder, unameMark } from './kernel-folder.ts';
import { mayBuildKernel, runsScripts } from './makes-symvers.ts';
import { missingSymvers } from './symvers-missing.ts';

/** These run where something is built, never on the target. */
const builders: readonly FileKind[] = ['dockerfile', 'github-workflow', 'gitlab-ci'];

/** The kernel tree that a script gives to make (`-C`, `KDIR=`, in the environment): whether it is built, and the target's. */
export const scriptKernelFolderRules: RuleSet = {
  kinds: ['shell', ...builders],
  async run(document, context) {
    const { files } = context;
    if (!files || !/\bmake\b/.test(document.text)) return [];
    const facts = scriptFacts(document, context);
    const makesSymvers = runsScripts.test(document.text) || facts?.commands.some(mayBuildKernel) === true;
    const found: Found[] = [];
    const seen = new Set<string>();
    for (const command of facts?.commands ?? []) {
      if (!/^g?make$/.test(command.name) || !/^(?:here|container)$/.test(command.place.kind)) continue;
      for (const { by, text, span } of given(command)) {
        const place = facts?.places.span(span.start, span.end) ?? span;
        const named = folderOf(by, text, place, document.kind, document.uri, command, context);
        const key = `${place.start} ${place.end}`;
        if (named === undefined || seen.has(key)) continue;
        seen.add(key);
        for await (const item of judgeFolder(named, context.targets, files)) found.push(item);
        if (!makesSymvers) found.push(...[await missingSymvers(named, files)].filter((one) => one !== undefined));
      }
    }
    return found;
  },
};

function folderOf(
  by: string,
  text: string,
  place: Span,
  kind: FileKind,
  uri: string,
  { place: { kind: where } }: ShellCommand,
  { workspaceUri }: RuleContext,
): NamedFolder | undefined {
  const path = markUname(text);
  const builds = builders.includes(kind) || where === 'container';
  // A script may well be one that the target itself runs.
  if (/[$`*?\s…]/.test(path) || path === '' || (path.includes(unameMark) && !builds)) return undefined;
  const from = [parentUri(uri), ...(workspaceUri === undefined ? [] : [workspaceUri])];
  return { by, path, start: place.start, end: place.end, from, isHere: !builds };
}

interface Given {
  readonly by: string;
  readonly text: string;
  readonly span: Span;
}

/** Only for an external module: `make -C linux` alone builds the kernel itself. */
function given(command: ShellCommand): readonly Given[] {
  const words = command.argv.slice(1);
  // Nothing is built.
  if (words.some((word) => word.value === 'clean')) return [];
  const folder = words.flatMap((word, index) => directoryOf(word, words[index + 1]));
  const external = words.some((word) => /^(?:M|SUBDIRS|KBUILD_EXTMOD)=/.test(displayOf(word)));
  if (external) return folder;
  const named = words.flatMap((word) => {
    const [, by = '', text = ''] = /^(\w+)=(.*)$/s.exec(displayOf(word)) ?? [];
    return kernelFolderNames.has(by) ? [{ by, text, span: tail(word, text) }] : [];
  });
  if (named.length > 0) return named;
  return [...command.environment].flatMap(([by, parts]) => {
    const [first] = parts;
    const last = parts.at(-1);
    if (!kernelFolderNames.has(by) || !first || !last) return [];
    const text = parts.map((part) => part.text ?? part.source ?? '…').join('');
    return [{ by, text, span: { start: first.start, end: last.end } }];
  });
}

function directoryOf(word: Word, next: Word | undefined): readonly Given[] {
  const text = displayOf(word);
  const by = 'make -C';
  if (/^(?:-C|--directory)$/.test(text)) return next ? [{ by, text: displayOf(next), span: writtenAt(next) }] : [];
  const joined = /^(?:-C|--directory=)(.+)$/s.exec(text)?.[1];
  return joined === undefined ? [] : [{ by, text: joined, span: writtenAt(word) }];
}

/** The value of `NAME=value`, where the word is written as it will run. */
function tail(word: Word, text: string): Span {
  const { start, end } = writtenAt(word);
  return word.value !== undefined && !word.indirect && end - start === word.value.length
    ? { start: end - text.length, end }
    : { start, end };
}
