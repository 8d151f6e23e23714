import type { FileKind } from '../../text/file-kind.ts';
import { identityMap, type SourceMap } from '../../text/source-map.ts';
import type { TextDocument } from '../../text/text-document.ts';
import type { Found, RuleContext, RuleSet } from '../text-rule.ts';
import { forbiddenPackage } from './forbidden-package.ts';
import { forceLoad } from './force-load.ts';
import { forceUnload } from './force-unload.ts';
import { foreignModule } from './foreign-module.ts';
import { headersNotChecked } from './headers-not-checked.ts';
import { holdReleased } from './hold-released.ts';
import { hostBuild } from './host-build.ts';
import { pinOpensKernel } from './pin-opens-kernel.ts';
import { withProjectFiles } from './project-files.ts';
import { scriptFacts } from './script-facts.ts';
import type { ScriptFacts, ScriptRule } from './script-rule.ts';
import { unguardedUpgrade } from './unguarded-upgrade.ts';

export const shellRules: readonly ScriptRule[] = [
  forceLoad,
  forceUnload,
  forbiddenPackage,
  unguardedUpgrade,
  holdReleased,
  pinOpensKernel,
  foreignModule,
  hostBuild,
  headersNotChecked,
];

/** Every kind of file that has commands, or apt's preferences, in it. */
export const scriptKinds: readonly FileKind[] = [
  'shell',
  'dockerfile',
  'github-workflow',
  'github-action',
  'gitlab-ci',
  'compose',
  'systemd-unit',
  'cloud-init',
  'makefile',
  'kbuild',
  'modprobe-conf',
  'apt-preferences',
  'markdown',
];

/** The rules over everything that runs commands. */
export const scriptRules: RuleSet = { kinds: scriptKinds, run: checkScripts };

async function checkScripts(document: TextDocument, context: RuleContext): Promise<readonly Found[]> {
  const own = scriptFacts(document, context);
  if (own === undefined) return [];
  // Other files count only for what has to stand before an upgrade.
  const whole = /upgrade|rpi-update/.test(document.text) ? await withProjectFiles(own, context) : own;
  const facts: ScriptFacts = whole === own ? own : { ...own, whole };
  return shellRules
    .filter(({ rule }) => context.policy.levelOf(rule) !== 'off')
    .flatMap((rule) => [...rule.check(facts)].map((found) => inDocument(found, facts.places)));
}

function inDocument(found: Found, places: SourceMap): Found {
  if (places === identityMap) return found;
  const { related } = found;
  return {
    ...found,
    ...places.span(found.start, found.end),
    ...(related && { related: related.map((item) => ({ ...item, ...places.span(item.start, item.end) })) }),
  };
}
