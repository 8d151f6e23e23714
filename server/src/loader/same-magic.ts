import type { VermagicToken } from '@vermagic/shared';
import { compareVermagic } from '../kernel/vermagic-comparison.ts';
import { hasVisibleVersions, targetHasModversions } from './check-version.ts';
import type { LoadCheck } from './load-check.ts';
import type { LoadState } from './load-state.ts';
import { getModinfo } from './module-sections.ts';
import { locate } from './origin-location.ts';
import { silentRefusal, tryToForceLoad } from './try-to-force-load.ts';

/** vermagic against the kernel's own string. */
export const sameMagic: LoadCheck = {
  name: 'same-magic',
  kernelFunction: 'kernel/module/main.c: check_modinfo; kernel/module/version.c: same_magic',
  run(state) {
    const actual = getModinfo(state, 'vermagic');
    if (actual === undefined || state.request.ignoreVermagic === true) {
      forced(state, actual);
      return;
    }
    const kernel = state.target.vermagic;
    if (kernel === undefined) {
      const same = state.choose('vermagic', [true, false], {
        fact: "the target's vermagic",
        supply:
          'Give utsrelease.h together with the configuration, a kernel image, any module of that kernel, or the expected string itself.',
        check: this.name,
      });
      if (!same) {
        state.refuseFor('ENOEXEC', []);
      }
      return;
    }
    const releaseCounts = !(hasVisibleVersions(state) && targetHasModversions(state, this.name));
    const comparison = compareVermagic(actual, kernel.value, { releaseCounts });
    if (comparison.same) {
      return;
    }
    state.print(`${state.infoName}: version magic '${actual}' should be '${kernel.value}'`);
    const release = releaseCounts ? '' : ' The release, the first word, does not count here: the CRCs take its place.';
    state.refuse(
      'ENOEXEC',
      'vermagic-mismatch',
      `The target's vermagic is '${kernel.value}' (${kernel.origin.label}), the module's is '${actual}': it has ${differences(comparison.tokens)}.${release} Rebuild the module against the target's headers and configuration.`,
      { expected: kernel.value, actual, ...locate(kernel.origin, `The target's vermagic is '${kernel.value}'`) },
    );
  },
};

/** Each word that counts and differs, with the option that makes it. */
function differences(tokens: readonly VermagicToken[]): string {
  return tokens
    .filter((token) => token.counts && !token.same)
    .map(({ module, kernel, maker }) => `${quote(module)} instead of ${quote(kernel)} (${maker})`)
    .join('; ');
}

function quote(word: string): string {
  return word === '' ? 'nothing' : `"${word}"`;
}

function forced(state: LoadState, actual: string | undefined): void {
  const what = actual === undefined ? 'The module has no vermagic' : 'Vermagic is ignored on request';
  const rule = actual === undefined ? 'vermagic-mismatch' : 'force-useless';
  const cure =
    actual === undefined
      ? 'Rebuild it with Kbuild, which writes vermagic.'
      : 'Load it without force: then it is compared.';
  if (tryToForceLoad(state, 'bad vermagic', 'same-magic')) {
    if (actual === undefined) {
      const message = `${what}; ${state.configOrigin('MODULE_FORCE_LOAD')} lets it pass with taint F. ${cure}`;
      state.report('vermagic-mismatch', 'warning', message);
    }
    return;
  }
  state.refuse('ENOEXEC', rule, `${what}; ${silentRefusal(state)}. ${cure}`);
}
