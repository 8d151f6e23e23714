import type { TextRange } from '../findings/finding.ts';
import { isRuleId, rulePage, rules } from '../findings/registry.ts';
import { packsSuggestedBy } from '../rules/policy-packs.ts';
import { scriptFacts } from '../rules/shell/script-facts.ts';
import { suppressionsOf } from '../rules/suppression.ts';
import type { RuleContext } from '../rules/text-rule.ts';
import { pathOfUri } from '../text/file-kind.ts';
import { LineIndex, type TextPosition } from '../text/line-index.ts';
import { type ForceOption, type ModuleCommand, moduleCommand } from '../text/shell/module-tools.ts';
import { packageCommand } from '../text/shell/package-tools.ts';
import { baseName, type ShellCommand } from '../text/shell/shell-command.ts';
import { commandAt } from '../text/shell/statement-places.ts';
import { displayOf, type Word } from '../text/shell/word.ts';
import { identityMap } from '../text/source-map.ts';
import type { TextDocument } from '../text/text-document.ts';
import { kindOf, type LintInput } from './lint-document.ts';
import { taintHover } from './taint-hover.ts';

export interface TextHover {
  readonly range: TextRange;
  /** Markdown. */
  readonly contents: string;
}

/** Explains the flag, package, module, taint value or rule id under a position of a script; `undefined` elsewhere. */
export function hoverScript(input: LintInput, position: TextPosition, context: RuleContext): TextHover | undefined {
  const kind = kindOf(input);
  if (kind === undefined) return undefined;
  const document: TextDocument = { uri: input.uri, kind, text: input.text, lines: new LineIndex(input.text) };
  const offset = document.lines.offsetAt(position);
  const own = ruleHover(document, offset) ?? taintHover(document, offset);
  if (own !== undefined) return own;
  let policy = context.policy;
  for (const pack of packsSuggestedBy(pathOfUri(input.uri), input.text)) policy = policy.withPack(pack);
  const facts = scriptFacts(document, { ...context, policy });
  for (const own of facts?.commands ?? []) {
    const command = commandAt(own, facts?.places ?? identityMap);
    const word = command.argv.find((item) => offset >= item.start && offset < item.end);
    const contents = word === undefined ? undefined : explain(command, word, { ...context, policy });
    if (word !== undefined && contents !== undefined) {
      return { range: document.lines.range(word.start, word.end), contents };
    }
  }
  return undefined;
}

function ruleHover(document: TextDocument, offset: number): TextHover | undefined {
  for (const suppression of suppressionsOf(document)) {
    const rule = suppression.rules.find((item) => offset >= item.start && offset <= item.end);
    if (rule === undefined || !isRuleId(rule.id)) continue;
    const contents = `**${rule.id}** (${rules[rule.id].level})\n\n${rules[rule.id].summary}.\n\n[How it works](${rulePage(rule.id)})`;
    return { range: document.lines.range(rule.start, rule.end), contents };
  }
  return undefined;
}

function explain(command: ShellCommand, word: Word, context: RuleContext): string | undefined {
  const modules = moduleCommand(command);
  if (modules !== undefined) return moduleHover(modules, word);
  const packages = packageCommand(command);
  const item = packages?.packages.find((one) => one.word === word);
  if (packages === undefined || item === undefined) return undefined;
  const entry = context.policy.forbiddenBy(item.name);
  const held = context.policy.requireHold.length > 0 && context.policy.isProtected(item.name);
  if (entry !== undefined) {
    return `**${displayOf(word)}** is forbidden by the policy (\`${entry.glob}\`): ${entry.why}.\n\n[forbidden-package](${rulePage('forbidden-package')})`;
  }
  return held ? `**${displayOf(word)}** has to stay held: an upgrade of it replaces the kernel.` : undefined;
}

const flagTexts: Readonly<Record<ForceOption['forces'], string>> = {
  both: 'skips the vermagic check and the CRC check. Where the kernel has no CONFIG_MODULE_FORCE_LOAD the call fails instead. The kernel is tainted (F) until it reboots.',
  vermagic:
    'skips the comparison of the vermagic strings; CRCs are still checked. The kernel is tainted (F) until it reboots.',
  versions:
    'skips the CRC check of imported symbols; vermagic is still compared. The kernel is tainted (F) until it reboots.',
  use: 'removes the module although it is in use, if the kernel has CONFIG_MODULE_FORCE_UNLOAD. The kernel is tainted (R) until it reboots.',
};

function moduleHover(tool: ModuleCommand, word: Word): string | undefined {
  const force = tool.force.find((item) => item.option.word === word);
  if (force !== undefined) {
    const page = rulePage(tool.action === 'unload' ? 'force-unload' : 'force-load');
    return `**${displayOf(word)}** ${flagTexts[force.forces]}\n\n[How to do without](${page})`;
  }
  if (!tool.modules.includes(word) || word.value === undefined) return undefined;
  const name = baseName(word.value)
    .replace(/\.ko(\.(xz|gz|zst))?$/, '')
    .replaceAll('-', '_');
  if (tool.tool === 'insmod') {
    return `Module **${name}** from this file. insmod loads exactly the file, without its dependencies; the kernel compares vermagic and the CRC of every imported symbol.`;
  }
  return tool.action === 'unload'
    ? `Module **${name}** is removed, if nothing uses it.`
    : `Module **${name}** is looked up in \`/lib/modules/$(uname -r)/modules.dep\` and loaded with its dependencies. \`-\` and \`_\` are the same in module names.`;
}
