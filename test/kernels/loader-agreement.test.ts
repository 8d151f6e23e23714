/**
 * What `check` predicts is what the kernel does: every way of handing over a module that `judge/cases` knows, put to
 * booted Debian kernels, must end with the errno, the lines and the taint that were predicted. A load that the kernel does not survive must be
 * warned of.
 */
import assert from 'node:assert/strict';
import { after, describe, test } from 'node:test';
import { compare } from './judge/comparison.ts';
import { openCourt } from './judge/kernel-answers.ts';
import { judgedTarget, predict } from './judge/prediction.ts';

const court = openCourt();
const table: string[] = [];

describe('the loader predicted, booted kernels as judges', () => {
  for (const { name, reason } of court.unavailable) test(name, { skip: `${name}: ${reason}` }, () => {});

  for (const kernel of court.kernels) {
    test(`${kernel.name} (${kernel.release})`, async () => {
      const target = await judgedTarget(kernel, ['headers', 'rootfs', 'image']);
      const wrong: string[] = [];
      for await (const { variant, cases } of court.judgements(kernel)) {
        assert.ok(cases.length >= variant.fewestCases, 'the kernel answered the cases');
        let agreed = 0;
        for (const judged of cases) {
          const { outcome, differences } = compare(judged, await predict(target, variant, judged));
          if (outcome === 'agrees') agreed++;
          else wrong.push(`${variant.name} ${judged.case.id} ${outcome}: ${differences.join('; ')}`);
        }
        const died = cases.filter(({ answer }) => answer.errno === undefined).length;
        const deaths = died === 0 ? '' : ` (${died} of them kill the kernel)`;
        table.push(`${kernel.name.padEnd(14)} ${variant.name.padEnd(12)} ${agreed}/${cases.length}${deaths}`);
      }
      assert.deepEqual(wrong, []);
    });
  }

  after(() => console.log(`\nkernel         boot         agreed/cases\n${table.join('\n')}`));
});
