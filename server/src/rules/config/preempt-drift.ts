import { preemptWord } from '../../kernel/vermagic.ts';
import {
  asToken,
  type ConfigFacts,
  type ConfigRule,
  decides,
  type PreemptToken,
  placeOf,
  targetPreempt,
} from './config-facts.ts';
import { setSymbols } from './set-symbol.ts';

/** The preemption models exclude each other; up to 6.12 PREEMPT_RT is one of them. */
export const preemptModels = ['PREEMPT_NONE', 'PREEMPT_VOLUNTARY', 'PREEMPT', 'PREEMPT_LAZY', 'PREEMPT_RT'] as const;

export const preemptDrift: ConfigRule = {
  *check(facts) {
    const expected = facts.target && targetPreempt(facts.target);
    const actual = ownPreempt(facts);
    if (!facts.target || expected === undefined || actual === undefined || actual === expected.token) return;
    yield {
      rule: 'preempt-drift',
      ...placeOf(facts, 'PREEMPT_RT', 'PREEMPT', 'PREEMPT_VOLUNTARY', 'PREEMPT_NONE', 'PREEMPT_BUILD'),
      message: `This configuration gives vermagic ${words(actual)}; ${facts.target.name} has ${words(expected.token)} (${expected.origin}). The two refuse each other's modules: set ${symbolFor(expected.token)}=y and rebuild kernel and modules together.`,
      expected: expected.token,
      actual,
      fixes: [setModel(facts, expected.token)],
    };
  },
};

/** The word this file leads to; `undefined` when the file leaves it open. */
function ownPreempt(facts: ConfigFacts): PreemptToken | undefined {
  const { config } = facts;
  if (facts.role === 'complete') {
    if (!decides(facts, 'PREEMPT') || !preemptModels.some((name) => facts.syntax.settings.has(name))) return undefined;
    const word = preemptWord(config, facts.version);
    return word === undefined ? undefined : asToken(word);
  }
  if (config.enabled('PREEMPT_RT')) return 'preempt_rt';
  if (config.enabled('PREEMPT') || config.enabled('PREEMPT_DYNAMIC')) return 'preempt';
  const target = facts.target && targetPreempt(facts.target)?.token;
  // A fragment that turns real time off settles that much, whatever the model below it.
  const turnsOff =
    facts.syntax.settings.has('PREEMPT_RT') || config.enabled('PREEMPT_NONE') || config.enabled('PREEMPT_VOLUNTARY');
  return turnsOff && target === 'preempt_rt' ? 'none' : undefined;
}

function setModel(facts: ConfigFacts, token: PreemptToken): ReturnType<typeof setSymbols> {
  const chosen = symbolFor(token).replace(/^CONFIG_/, '');
  const values: Record<string, string> = {};
  for (const name of preemptModels) if (facts.syntax.settings.has(name)) values[name] = 'n';
  values[chosen] = 'y';
  const anchor = preemptModels.find((name) => facts.syntax.settings.has(name));
  return setSymbols(facts, `Set CONFIG_${chosen}=y and unset the other preemption models`, values, anchor);
}

function symbolFor(token: PreemptToken): string {
  return token === 'preempt_rt' ? 'CONFIG_PREEMPT_RT' : token === 'preempt' ? 'CONFIG_PREEMPT' : 'CONFIG_PREEMPT_NONE';
}

function words(token: PreemptToken): string {
  return token === 'none' ? 'no preemption word' : `the word "${token}"`;
}
