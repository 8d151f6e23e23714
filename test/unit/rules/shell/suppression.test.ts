import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { completeSuppression } from '../../../../server/src/service/suppression-completion.ts';
import { apply, lint } from './lint-text.ts';

const rulesIn = async (text: string, path?: string, policy = {}): Promise<string[]> =>
  (await lint(text, path, policy)).map((finding) => finding.rule);

describe('suppression comments', () => {
  it('hold for the next statement only, over its continuation lines', async () => {
    const text = 'echo\n# vermagic disable=force-load -- lab\ninsmod \\\n  -f x.ko\ninsmod -f y.ko\n';
    const found = await lint(text);
    assert.deepEqual(
      found.map((finding) => finding.where?.range.start.line),
      [4],
    );
  });

  it('hold for the file at its head', async () => {
    assert.deepEqual(
      await rulesIn('#!/bin/sh\n# vermagic disable=force-load -- lab\n\ninsmod -f x.ko\ninsmod -f y.ko\n'),
      [],
    );
  });

  it('hold for their own line behind a command', async () => {
    assert.deepEqual(await rulesIn('echo\ninsmod -f x.ko # vermagic disable=force-load -- lab\ninsmod -f y.ko\n'), [
      'force-load',
    ]);
  });

  it('hold for the rules they name and no other', async () => {
    assert.deepEqual(await rulesIn('echo\n# vermagic disable=force-unload -- lab\ninsmod -f x.ko\n'), ['force-load']);
  });

  it('silence nothing without a reason', async () => {
    assert.deepEqual(await rulesIn('echo\n# vermagic disable=force-load\ninsmod -f x.ko\n'), [
      'suppression-without-reason',
      'force-load',
    ]);
  });

  it('cannot silence errors where the policy forbids it', async () => {
    const text = 'echo\n# vermagic disable=force-load,force-unload -- lab\ninsmod -f x.ko; rmmod -f x\n';
    assert.deepEqual(await rulesIn(text, undefined, { forbidErrorSuppression: true }), ['force-load']);
  });

  for (const [path, text] of [
    ['run.sh', 'if true; then\n  insmod \\\n    -f x.ko\nfi\n'],
    ['run.sh', 'if true; then\r\n  insmod -f x.ko\r\nfi\r\n'],
    ['Dockerfile', 'FROM debian\nRUN apt-get update && \\\n    insmod -f x.ko && \\\n    true\n'],
    ['.github/workflows/ci.yml', 'jobs:\n  a:\n    steps:\n      - run: |\n          insmod -f x.ko\n'],
    ['.github/workflows/ci.yml', 'jobs:\n  a:\n    steps:\n      - run: insmod -f x.ko\n'],
    ['load.service', '[Service]\nExecStart=/sbin/insmod -f x.ko\n'],
    ['Makefile', 'load:\n\tinsmod -f x.ko\n'],
    ['run.sh', "bash <<'EOF'\ninsmod -f x.ko\nEOF\n"],
  ] as const) {
    it(`are written by a fix, and then silence the finding: ${path} ${JSON.stringify(text)}`, async () => {
      const [finding] = await lint(text, path);
      const fix = finding?.fixes?.find((item) => item.title.startsWith('Silence'));
      assert.ok(fix !== undefined);
      assert.deepEqual(await rulesIn(apply(text, fix), path), []);
    });
  }

  it('complete rule ids that are not named yet', () => {
    const line = '# vermagic disable=force-load,forc';
    const offered = completeSuppression(line, line.length);
    assert.ok(offered.some((item) => item.rule === 'force-unload'));
    assert.ok(!offered.some((item) => item.rule === 'force-load'));
    assert.deepEqual([offered[0]?.start, offered[0]?.end], [30, 34]);
    assert.deepEqual(completeSuppression('# disable=', 10), []);
  });
});
