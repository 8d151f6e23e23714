import { parseDotConfigSyntax, settingText } from '../../text/dot-config-syntax.ts';
import { LineIndex } from '../../text/line-index.ts';
import type { TextDocument } from '../../text/text-document.ts';
import { scriptFacts } from '../shell/script-facts.ts';
import { scriptKinds } from '../shell/script-rules.ts';
import type { Found, RuleContext, RuleSet } from '../text-rule.ts';
import { type ConfigFacts, comparableTarget, versionOf } from './config-facts.ts';
import { settingRules } from './config-rules.ts';
import { type ScriptSettings, scriptSettings } from './script-settings.ts';
import { SyntaxConfig } from './syntax-config.ts';

/** What scripts write into kernel configurations, by the rules for the configurations themselves. */
export const scriptConfigRules: RuleSet = { kinds: scriptKinds, run: checkSettings };

function* checkSettings(document: TextDocument, context: RuleContext): Generator<Found> {
  if (!/scripts\/config|CONFIG_/.test(document.text)) return;
  const script = scriptFacts(document, context);
  const settings = script && scriptSettings(script);
  if (!script || !settings) return;
  const { facts, asked } = fragmentOf(document, settings, context);
  const known = [...settings.known.values()];
  for (const rule of settingRules) {
    asked.clear();
    const found = [...rule.check(facts)];
    // What cannot be told decides nothing.
    if ([...asked].some((name) => settings.isOpen(name))) continue;
    for (const { fixes: _, ...item } of found) {
      const setting = known[facts.document.lines.positionAt(item.start).line];
      for (const { file, start, end } of setting?.places ?? []) {
        yield {
          ...item,
          message: `${item.message} This script sets it in ${file}.`,
          ...script.places.span(start, end),
        };
      }
    }
  }
}

/** The settings as a configuration that is merged over another, each in a line of its own. */
function fragmentOf(
  { uri }: TextDocument,
  { known }: ScriptSettings,
  { targets, pins }: RuleContext,
): { readonly facts: ConfigFacts; readonly asked: Set<string> } {
  const text = [...known].map(([name, { value }]) => `${settingText(name, value)}\n`).join('');
  const syntax = parseDotConfigSyntax(text);
  const config = new AskedConfig(text, syntax);
  const target = comparableTarget(config, targets);
  const document: TextDocument = { uri, kind: 'dot-config', text, lines: new LineIndex(text) };
  const version = versionOf(syntax, target);
  const nothing = { kconfig: undefined, values: undefined };
  return {
    facts: { document, syntax, config, role: 'fragment', version, target, pins, ...nothing },
    asked: config.asked,
  };
}

/** Takes note of the symbols that a rule wants to know. */
class AskedConfig extends SyntaxConfig {
  readonly asked = new Set<string>();

  override get(name: string): string | undefined {
    this.asked.add(name);
    return super.get(name);
  }

  override enabled(name: string): boolean {
    this.asked.add(name);
    return super.enabled(name);
  }
}
