import { limits } from '../../limits.ts';
import { type EmbeddedScript, readableLines } from '../../text/embedded/embedded-script.ts';
import { embeddedScripts } from '../../text/embedded/embedded-scripts.ts';
import { type FileKind, fileKind } from '../../text/file-kind.ts';
import { ScriptWalk } from '../../text/shell/script-walk.ts';
import { type FileWrite, here } from '../../text/shell/shell-command.ts';
import { patternOf } from '../../text/shell/word.ts';
import { identityMap, type MappedText } from '../../text/source-map.ts';
import type { TextDocument } from '../../text/text-document.ts';
import type { Policy } from '../policy.ts';
import type { RuleContext } from '../text-rule.ts';
import { ScriptEdits } from './script-edits.ts';
import type { ScriptFacts } from './script-rule.ts';
import { wantedCommands } from './wanted-commands.ts';
import { writtenPreferences } from './written-preferences.ts';

/** A text without any of these has nothing that a rule could find. */
const interesting =
  /insmod|modprobe|rmmod|kmod|\.ko\b|apt|dpkg|nala|gdebi|dkms|make|\.run\b|unattended|rpi-update|scripts\/config|CONFIG_|Pin-Priority|^packages:|^package_upgrade:/m;

/** Several sets of rules ask about one document, which is walked once for all of them. */
const factsOf = new WeakMap<TextDocument, { readonly policy: Policy; readonly facts: ScriptFacts | undefined }>();

/** What a document makes a machine do. `undefined` when there is nothing to look at. */
export function scriptFacts(document: TextDocument, context: RuleContext): ScriptFacts | undefined {
  let known = factsOf.get(document);
  if (known?.policy !== context.policy) {
    known = { policy: context.policy, facts: walkDocument(document, context) };
    factsOf.set(document, known);
  }
  return known.facts;
}

/** The same with files that the document sources or copies. Nothing of it is remembered. */
export function factsWithFiles(
  document: TextDocument,
  context: RuleContext,
  provided: ReadonlyMap<string, string>,
): ScriptFacts | undefined {
  return walkDocument(document, context, provided);
}

const noFiles: ReadonlyMap<string, string> = new Map();

function walkDocument(document: TextDocument, context: RuleContext, provided = noFiles): ScriptFacts | undefined {
  const { shell, policy } = context;
  if (!interesting.test(document.text)) return undefined;
  const whole: MappedText = { text: document.text, map: identityMap };
  if (document.kind === 'apt-preferences') {
    const edits = new ScriptEdits(document);
    const own = {
      path: document.uri,
      content: whole,
      inPlace: true,
      isRead: true,
      complete: true,
      place: here,
      order: 0,
    };
    return { document, policy, commands: [], writes: [], preferences: [own], provided, places: identityMap, edits };
  }
  if (shell === undefined || (document.kind === 'markdown' && context.markdownFences !== true)) return undefined;
  const walk = new ScriptWalk(shell, wantedCommands(document.text, document.kind), provided);
  const key = document.kind === 'shell' && provided === noFiles ? document.uri : undefined;
  const scripts = embeddedScripts(document.kind, whole);
  for (const script of scripts.slice(0, limits.embeddedScripts)) runOne(walk, script, key);
  runWrittenFiles(walk);
  const { commands, writes, places } = walk.result();
  const preferences = writtenPreferences(writes);
  const edits = new ScriptEdits(document, places);
  return { document, policy, commands, writes, preferences, provided, places, edits };
}

function runOne(walk: ScriptWalk, script: EmbeddedScript, key: string | undefined): void {
  if ('argv' in script) walk.runArguments(script.argv, script.variables);
  else if ('path' in script) walk.writeFile(script.path, script.content);
  else walk.run(readableLines(script.script), key, script.variables, script.place);
}

/** Files that the document writes and nothing in it runs: scripts, units and the like still run one day. */
function runWrittenFiles(walk: ScriptWalk): void {
  for (const file of walk.result().writes.slice(0, limits.embeddedScripts)) {
    if (file.content === undefined || walk.hasRun(file.content)) continue;
    for (const script of scriptsIn(file)) {
      if ('argv' in script) walk.runArguments(script.argv, script.variables);
      else if ('script' in script) walk.run(script.script, undefined, script.variables);
    }
  }
}

/** What a file is seldom changes while the script that writes it is edited. */
const scriptsBefore = new WeakMap<FileWrite, readonly EmbeddedScript[]>();

function scriptsIn(file: FileWrite): readonly EmbeddedScript[] {
  let scripts = scriptsBefore.get(file);
  if (scripts === undefined) {
    const { path, content } = file;
    const kind = content && fileKind(patternOf(path), content.text);
    scripts = content && kind !== undefined && runsLater.has(kind) ? embeddedScripts(kind, content) : [];
    scriptsBefore.set(file, scripts);
  }
  return scripts;
}

const runsLater: ReadonlySet<FileKind> = new Set([
  'shell',
  'systemd-unit',
  'modprobe-conf',
  'dockerfile',
  'cloud-init',
]);
