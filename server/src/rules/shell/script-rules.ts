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
import { scriptFacts } from './script-facts.ts';
import type { ScriptRule } from './script-rule.ts';
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

function* checkScripts(document: TextDocument, context: RuleContext): Generator<Found> {
  const facts = scriptFacts(document, context);
  if (facts === undefined) return;
  for (const rule of shellRules) {
    if (context.policy.levelOf(rule.rule) === 'off') continue;
    for (const found of rule.check(facts)) yield inDocument(found, facts.places);
  }
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
