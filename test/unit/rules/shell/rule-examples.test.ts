import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { scriptExamples } from '../../../../server/src/rules/shell/examples.ts';
import { apply, lint, spanOf, unmark } from './lint-text.ts';

// Every example of every script rule: exactly the marked places are found, and the fix gives the text that is promised.
for (const [rule, examples] of Object.entries(scriptExamples)) {
  describe(rule, () => {
    for (const example of examples) {
      it(example.name, async () => {
        const { text, marks } = unmark(example.text);
        const findings = (await lint(text, example.path, example.policy)).filter((finding) => finding.rule === rule);
        assert.deepEqual(
          findings.map((finding) => text.slice(spanOf(text, finding).start, spanOf(text, finding).end)),
          marks.map((mark) => text.slice(mark.start, mark.end)),
        );
        assert.deepEqual(
          findings.map((finding) => spanOf(text, finding)),
          marks,
        );
        const said = findings[0]?.message ?? '';
        assert.ok(said.includes(example.says ?? ''), `"${said}" lacks "${example.says}"`);
        if (example.fixed === undefined) return;
        const fix = findings[0]?.fixes?.find((item) => item.kind === 'edit');
        assert.ok(fix !== undefined, 'there is a fix');
        assert.equal(apply(text, fix), example.fixed);
      });
    }
  });
}
