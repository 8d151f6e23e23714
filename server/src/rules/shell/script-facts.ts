import { limits } from '../../limits.ts';
import { type EmbeddedScript, readableLines } from '../../text/embedded/embedded-script.ts';
import { embeddedScripts } from '../../text/embedded/embedded-scripts.ts';
import { ScriptWalk } from '../../text/shell/script-walk.ts';
import { identityMap, type MappedText } from '../../text/source-map.ts';
import type { TextDocument } from '../../text/text-document.ts';
import type { RuleContext } from '../text-rule.ts';
import { ScriptEdits } from './script-edits.ts';
import type { ScriptFacts } from './script-rule.ts';

/** A text without any of these has nothing that a rule could find. */
const interesting =
  /insmod|modprobe|rmmod|kmod|\.ko\b|apt|dpkg|nala|gdebi|dkms|make|\.run\b|unattended|rpi-update|Pin-Priority/;

/** What a document makes a machine do. `undefined` when there is nothing to look at. */
export function scriptFacts(document: TextDocument, context: RuleContext): ScriptFacts | undefined {
  const { shell, policy } = context;
  if (!interesting.test(document.text)) return undefined;
  const edits = new ScriptEdits(document);
  const whole: MappedText = { text: document.text, map: identityMap };
  if (document.kind === 'apt-preferences') {
    return { document, policy, commands: [], writes: [], preferences: [whole], edits };
  }
  if (shell === undefined || (document.kind === 'markdown' && context.markdownFences !== true)) return undefined;
  const walk = new ScriptWalk(shell);
  const scripts = embeddedScripts(document);
  for (const script of scripts.slice(0, limits.embeddedScripts)) runOne(walk, script, document);
  const { commands, writes } = walk.result();
  const preferences = writes.flatMap((file) =>
    file.content !== undefined && /preferences(\.d\/|$)|\.pref$/.test(file.path.value ?? '') ? [file.content] : [],
  );
  return { document, policy, commands, writes, preferences, edits };
}

function runOne(walk: ScriptWalk, script: EmbeddedScript, document: TextDocument): void {
  if ('argv' in script) walk.runArguments(script.argv, script.variables);
  else walk.run(readableLines(script.script), document.kind === 'shell' ? document.uri : undefined, script.variables);
}
