import { tagsOfVersion } from '../kernel/set-local-version.ts';
import { readTreeRelease, type TreeRelease, tagState } from '../kernel/tree-release.ts';
import type { FileSystem } from '../ports/file-system.ts';
import { isWithin, parentUri, relativePath, uriName, uriPath } from '../ports/uri.ts';
import { expectedRelease } from '../rules/kbuild/expected-release.ts';
import type { Pin, PinPicture } from '../rules/kbuild/pin-picture.ts';
import type { RuleContext } from '../rules/text-rule.ts';
import { LineIndex, type TextPosition } from '../text/line-index.ts';
import type { LintInput } from './lint-document.ts';
import { pinnedNameAt } from './pins-navigation.ts';
import type { TextHover } from './script-hover.ts';

/** What a pinned name, the head of a kernel's Makefile or a `localversion*` file makes of the release. */
export async function hoverRelease(
  input: LintInput,
  position: TextPosition,
  context: RuleContext,
): Promise<TextHover | undefined> {
  const { pins, files } = context;
  const lines = new LineIndex(input.text);
  const line = lines.lineText(position.line);
  const whole = { start: { line: position.line, character: 0 }, end: { line: position.line, character: line.length } };
  const isTreePart =
    /^(?:VERSION|PATCHLEVEL|SUBLEVEL|EXTRAVERSION)[ \t]*:?=/.test(line) || /^localversion/.test(uriName(input.uri));
  if (isTreePart && files) {
    const text = /^[Mm]akefile$/.test(uriName(input.uri)) ? input.text : undefined;
    const tree = await readTreeRelease(files, parentUri(input.uri), text);
    if (tree) return { range: whole, contents: releaseText(tree, undefined, context) };
  }
  const name = pins && pinnedNameAt(pins, input.uri, position.line, position.character);
  if (!pins || name === undefined) return undefined;
  const contents = pinText(pins, name, context);
  return contents === undefined ? undefined : { range: wordRange(line, position), contents };
}

/** The release of a build with this configuration in its own tree; `undefined` where there is no tree. */
export async function releaseOfConfig(
  uri: string,
  config: { readonly localVersion: string; readonly auto: boolean },
  context: RuleContext,
  files: FileSystem,
): Promise<string | undefined> {
  const tree = uriName(uri) === '.config' ? await readTreeRelease(files, parentUri(uri)) : undefined;
  return tree && releaseText({ ...tree, auto: config.auto }, config.localVersion, context);
}

function pinText(pins: PinPicture, name: string, context: RuleContext): string | undefined {
  const [first, ...others] = pins.definitions(name);
  if (first === undefined) return undefined;
  const value = first.value === undefined ? 'only the shell can tell its value' : `\`${first.value}\``;
  const parts = [`**${name}** · ${value} · ${placeOf(first, context)}`];
  const differing = others.filter((pin) => pin.value !== first.value);
  if (differing.length > 0) {
    parts.push(
      `Elsewhere: ${differing.map((pin) => `\`${pin.value ?? pin.raw}\` in ${placeOf(pin, context)}`).join(', ')}.`,
    );
  }
  if (/^(?:version|extraversion|localversion)$/.test(first.role ?? '')) parts.push(...pinnedParts(pins, context));
  return parts.join('\n\n');
}

function pinnedParts(pins: PinPicture, context: RuleContext): string[] {
  const [version, extra, local] = (['version', 'extraversion', 'localversion'] as const).map((role) =>
    pins.pinned(role),
  );
  const base = version?.value.replace(/^v/, '');
  if (!version || base === undefined || !/^\d+\.\d+\.\d+/.test(base)) return [];
  const pieces = [version, extra, local].flatMap((pin) => (pin ? [`\`${pin.value}\` (${pin.name})`] : []));
  const made = `${base}${extra?.value ?? ''}${local?.value ?? ''}`;
  return [
    `Release: ${pieces.join(' + ')} = **\`${made}\`**${verdict(made, context)}`,
    local
      ? 'LOCALVERSION is set, so the build appends no `+`; CONFIG_LOCALVERSION and `localversion*` files of the source come before it.'
      : 'Where LOCALVERSION is not set at all, a git checkout that is not at its tag appends a `+`.',
  ];
}

/** How the release of a tree comes about, and what git adds to it. */
function releaseText(tree: TreeRelease, config: string | undefined, context: RuleContext): string {
  const local = context.pins?.pins.find((pin) => pin.role === 'localversion' && pin.value !== undefined);
  const own = config ?? tree.config ?? '';
  const pieces = [
    `\`${tree.version.text}\` (${tree.version.extraVersion === '' ? 'Makefile' : 'Makefile with EXTRAVERSION'})`,
    ...tree.files.filter(({ text }) => text !== '').map(({ name, text }) => `\`${text}\` (${name})`),
    ...(own === '' ? [] : [`\`${own}\` (CONFIG_LOCALVERSION)`]),
    ...(local?.value ? [`\`${local.value}\` (LOCALVERSION, ${placeOf(local, context)})`] : []),
  ];
  const fixed = `${tree.version.text}${tree.files.map(({ text }) => text).join('')}${own}${local?.value ?? ''}`;
  const plus = !tree.auto && local === undefined && /^(?:untagged|written)$/.test(tagState(tree)) ? '+' : '';
  const made = `${fixed}${plus}`;
  return [
    `Release of a build here: ${[...pieces, ...(plus ? ['`+` (git)'] : [])].join(' + ')} = **\`${made}\`**${verdict(made, context)}`,
    gitText(tree, local !== undefined),
  ].join('\n\n');
}

function gitText(tree: TreeRelease, isSet: boolean): string {
  const state = tagState(tree);
  if (state === 'none') {
    return tree.scmVersion === undefined
      ? 'The source is no git checkout of its own: nothing more is appended.'
      : 'An empty `.scmversion` is there: git is not asked, nothing more is appended.';
  }
  if (state === 'written') {
    if (tree.auto) return `CONFIG_LOCALVERSION_AUTO: \`${tree.scmVersion}\` of \`.scmversion\` is appended.`;
    return isSet
      ? 'LOCALVERSION is set, so nothing is appended, not even a `+`.'
      : 'The `+`: `.scmversion` is there and not empty, and LOCALVERSION is not set. An empty one keeps it away.';
  }
  const tag =
    tree.script === 'any-tag'
      ? 'an annotated tag'
      : `the annotated tag ${tagsOfVersion(tree.version.text, tree.files.map(({ text }) => text).join('')).join(' or ')}`;
  if (tree.auto) {
    return state === 'tagged'
      ? `CONFIG_LOCALVERSION_AUTO: HEAD is at ${tag}, so only uncommitted changes are appended, as \`-dirty\`.`
      : `CONFIG_LOCALVERSION_AUTO: unless HEAD is at ${tag}, \`-g${tree.git?.commit?.slice(0, 12) ?? '<commit>'}\` is appended, before it the number of commits since that tag (\`-00012\`), after it \`-dirty\` where tracked files are changed.`;
  }
  if (isSet) return 'LOCALVERSION is set, so git appends nothing, not even a `+`.';
  if (state === 'untagged')
    return `The \`+\`: HEAD is not at ${tag}, and LOCALVERSION is not set. An empty one keeps it away.`;
  if (state === 'open')
    return `A \`+\` is appended unless HEAD is at ${tag}, which only git can tell, or LOCALVERSION is set, if only to nothing.`;
  const dirty = tree.script === 'any-tag' ? '`+`' : '`-dirty`';
  return `HEAD is at ${tag}: nothing is appended, but ${dirty} where tracked files are changed.`;
}

function verdict(made: string, { targets, pins }: RuleContext): string {
  const expected = expectedRelease(targets?.[0], targets?.[0] ? undefined : pins);
  if (expected === undefined) return '';
  return expected.value === made ? ` · ${expected.says}: the same` : ` · differs: ${expected.says}`;
}

function placeOf({ uri, range }: Pin, { workspaceUri }: RuleContext): string {
  const path =
    workspaceUri !== undefined && isWithin(workspaceUri, uri) ? relativePath(workspaceUri, uri) : uriPath(uri);
  return `${path}:${range.start.line + 1}`;
}

function wordRange(line: string, { line: number, character }: TextPosition): TextHover['range'] {
  const before = /\w*$/.exec(line.slice(0, character))?.[0].length ?? 0;
  const after = /^\w*/.exec(line.slice(character))?.[0].length ?? 0;
  return {
    start: { line: number, character: character - before },
    end: { line: number, character: character + after },
  };
}
