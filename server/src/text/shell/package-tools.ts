import { parseArguments } from './option-grammar.ts';
import type { ShellCommand } from './shell-command.ts';
import { patternOf, unknownMark, type Word } from './word.ts';
import { grammar } from './wrappers.ts';

const flags = { permutes: true, abbreviates: false } as const;

const aptGrammar = grammar(
  'dfhmsqyubVvPFt:c:o:a:',
  'target-release= default-release= option= config-file= host-architecture= build-profiles= quiet simulate just-print dry-run recon no-act download-only print-uris assume-yes yes reinstall allow-change-held-packages ignore-hold force-yes only-upgrade',
  flags,
);
const aptitudeGrammar = grammar(
  'dfhPqrRsvyVZt:o:w:F:O:c:',
  'target-release= default-release= simulate download-only assume-yes quiet full-resolver safe-resolver schedule-only with-recommends without-recommends',
  flags,
);
const nalaGrammar = grammar(
  'yvdht:o:e:',
  'target-release= option= exclude= assume-yes assume-no download-only print-uris simulate debug verbose raw-dpkg no-update update fix-broken simple full-upgrade',
  flags,
);
const dpkgGrammar = grammar(
  'iArPCBGORESDbcxXeIflLsSpVhW:',
  'install unpack configure remove purge recursive no-act dry-run simulate root= instdir= admindir= force-all selected-only skip-same-version refuse-downgrade set-selections status list listfiles search print-avail contents extract vextract control info field build get-selections clear-selections print-architecture verify audit',
  { permutes: true, abbreviates: false },
);
const markGrammar = grammar('f:hc:o:v', 'file= config-file= option= help version', flags);

export type PackageAction = 'install' | 'upgrade' | 'remove' | 'download' | 'hold' | 'unhold';

export interface PackageOperand {
  /** The name alone, possibly a pattern; unknown stretches are marked. */
  readonly name: string;
  readonly word: Word;
  readonly kind: 'name' | 'file';
}

export interface PackageCommand {
  readonly tool: string;
  readonly action: PackageAction;
  readonly packages: readonly PackageOperand[];
  /** Nothing is changed (`-s`, `--download-only`). */
  readonly harmless: boolean;
  /** Options that override a hold. */
  readonly overridesHold: readonly Word[];
  /** No operand is unknown. */
  readonly complete: boolean;
}

const verbs: Readonly<Record<string, PackageAction>> = {
  install: 'install',
  reinstall: 'install',
  satisfy: 'install',
  upgrade: 'upgrade',
  'dist-upgrade': 'upgrade',
  'full-upgrade': 'upgrade',
  'safe-upgrade': 'upgrade',
  'dselect-upgrade': 'upgrade',
  remove: 'remove',
  purge: 'remove',
  autoremove: 'remove',
  download: 'download',
  hold: 'hold',
  unhold: 'unhold',
};

const harmlessOptions: ReadonlySet<string> = new Set([
  's',
  'd',
  'h',
  'simulate',
  'just-print',
  'dry-run',
  'recon',
  'no-act',
  'download-only',
  'print-uris',
  'help',
]);

/** Reads the package tools' command lines; `undefined` for any other command. */
export function packageCommand(command: ShellCommand): PackageCommand | undefined {
  let read = readBefore.get(command);
  if (read === undefined) {
    read = readCommand(command) ?? null;
    readBefore.set(command, read);
  }
  return read ?? undefined;
}

/** Every rule asks about every command; each is read once. */
const readBefore = new WeakMap<ShellCommand, PackageCommand | null>();

function readCommand(command: ShellCommand): PackageCommand | undefined {
  const args = command.argv.slice(1);
  switch (command.name) {
    case 'apt':
    case 'apt-get':
      return frontend(command.name, args, aptGrammar);
    case 'aptitude':
      return frontend('aptitude', args, aptitudeGrammar);
    case 'nala':
      return frontend('nala', args, nalaGrammar);
    case 'apt-mark':
      return marks(args);
    case 'dpkg':
      return dpkg(args);
    case 'gdebi':
    case 'gdebi-core':
      return { ...empty('gdebi', 'install'), packages: operands(args.filter((word) => !word.value?.startsWith('-'))) };
    default:
      return undefined;
  }
}

function empty(tool: string, action: PackageAction): PackageCommand {
  return { tool, action, packages: [], harmless: false, overridesHold: [], complete: true };
}

function frontend(tool: string, args: readonly Word[], options: typeof aptGrammar): PackageCommand | undefined {
  const parsed = parseArguments(args, options);
  const [verb, ...rest] = parsed.operands.filter((word) => !word.elastic);
  const action = verb?.value === undefined ? undefined : verbs[verb.value];
  if (action === undefined) return undefined;
  const overridesHold = parsed.options
    .filter(
      (option) =>
        ['allow-change-held-packages', 'ignore-hold', 'force-yes'].includes(option.name) ||
        (['o', 'option'].includes(option.name) &&
          /^APT::(Get::Allow-Change-Held-Packages|Ignore-Hold)=("?)(true|1|yes)/i.test(
            option.value?.value ?? option.gluedValue ?? '',
          )),
    )
    .map((option) => option.word);
  const harmless = parsed.options.some(
    (option) =>
      harmlessOptions.has(option.name) ||
      (['o', 'option'].includes(option.name) &&
        /^APT::Get::(Simulate|Download-Only)=(true|1|yes)/i.test(option.value?.value ?? option.gluedValue ?? '')),
  );
  return {
    tool,
    action,
    packages: operands(rest).flatMap((item) => suffixed(item, action)),
    harmless,
    overridesHold,
    complete: parsed.operands.every((word) => word.value !== undefined),
  };
}

/** `name-` in an install removes, `name+` in a removal installs (apt-get(8)). */
function suffixed(item: PackageOperand, action: PackageAction): PackageOperand[] {
  if (item.kind === 'file') return action === 'install' ? [item] : [];
  if (action === 'install')
    return item.name.endsWith('-') ? [] : [{ ...item, name: item.name.replace(/(?<=[a-z0-9])\+$/, '') }];
  if (action === 'remove') return item.name.endsWith('+') ? [{ ...item, name: item.name.slice(0, -1) }] : [];
  return [item];
}

function operands(words: readonly Word[]): readonly PackageOperand[] {
  return words.flatMap((word): PackageOperand[] => {
    if (word.elastic) return [];
    const text = patternOf(word);
    if (/\.u?deb$/.test(text) || /^[./]|^~(?!n[^/]*$)/.test(text)) {
      const file = text.slice(text.lastIndexOf('/') + 1);
      return file.includes('.deb') || file.includes('_') ? [{ name: debName(file), word, kind: 'file' }] : [];
    }
    const name = nameOf(text);
    return name === '' || name === unknownMark ? [] : [{ name, word, kind: 'name' }];
  });
}

/** The name or glob that an argument means: expressions and search patterns of apt as globs, where they are simple ones. */
function nameOf(text: string): string {
  const exact = /^\?exact-name\(([^()]*)\)$/.exec(text)?.[1];
  if (exact !== undefined) return exact;
  const named = /^(?:\?name\(([^()]*)\)|~n([^~!?|]+))$/.exec(text);
  if (named !== null) return globOf(named[1] ?? named[2] ?? '');
  // name=version, name/release, name:architecture
  const name = text.replace(/[=/:].*$/s, '');
  return name === text && /^\^|\$$|\.[*+]/.test(text) ? globOf(text) : name;
}

/** A POSIX expression as a glob; one with more than dots and repeats in it stays as it is. */
function globOf(expression: string): string {
  const anchored = /^(\^?)(.*?)(\$?)$/s.exec(expression);
  const [, start, body = '', end] = anchored ?? [];
  if (/[\\()[\]{}|^$]|(?<!\.)[*+?]/.test(body)) return expression;
  const glob = body.replace(/\.([*+?]?)/g, (_, repeat: string) => ({ '*': '*', '+': '?*', '?': '*' })[repeat] ?? '?');
  return `${start === '' ? '*' : ''}${glob}${end === '' ? '*' : ''}`;
}

/** `name_version_arch.deb`; without an underscore the whole name is a pattern of its own. */
export function debName(file: string): string {
  const cut = file.indexOf('_');
  return cut >= 0 ? file.slice(0, cut) : file.replace(/\.u?deb$/, '');
}

function marks(args: readonly Word[]): PackageCommand | undefined {
  const parsed = parseArguments(args, markGrammar);
  const [verb, ...rest] = parsed.operands;
  const action = verb?.value === 'hold' ? 'hold' : verb?.value === 'unhold' ? 'unhold' : undefined;
  if (action === undefined) return undefined;
  return {
    ...empty('apt-mark', action),
    packages: operands(rest),
    complete: rest.every((word) => word.value !== undefined),
  };
}

function dpkg(args: readonly Word[]): PackageCommand | undefined {
  const parsed = parseArguments(args, dpkgGrammar);
  const has = (...names: string[]): boolean => parsed.options.some((option) => names.includes(option.name));
  if (!has('i', 'install', 'unpack', 'A')) return undefined;
  const overridesHold = args.filter((word) => /^--force-(all|hold)\b|^--force-[\w,-]*\bhold\b/.test(word.value ?? ''));
  return {
    ...empty('dpkg', 'install'),
    packages: operands(parsed.operands).map((item) => ({ ...item, kind: 'file' as const })),
    harmless: has('no-act', 'dry-run', 'simulate'),
    overridesHold,
    complete: parsed.operands.every((word) => word.value !== undefined),
  };
}
