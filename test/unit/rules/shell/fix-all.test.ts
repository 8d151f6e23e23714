import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { fixAll } from '../../../../server/src/service/fix-all.ts';
import { apply, lint } from './lint-text.ts';

describe('fix all in file', () => {
  it('leaves nothing to find, and everything else as it was', async () => {
    const text = [
      '#!/bin/bash',
      'insmod -f a.ko',
      'sudo modprobe -vf b',
      'apt-get update && apt-get install -y nvidia-l4t-kernel && true',
      'rmmod -f c',
      'apt-mark unhold docker-ce nvidia-l4t-kernel',
      '',
    ].join('\n');
    const edits = fixAll(await lint(text));
    const fixed = apply(text, { kind: 'edit', title: 'all', edits });
    assert.equal(
      fixed,
      [
        '#!/bin/bash',
        'insmod a.ko',
        'sudo modprobe -v b',
        'apt-get update && true',
        'rmmod c',
        'apt-mark unhold docker-ce',
        '',
      ].join('\n'),
    );
    assert.deepEqual(await lint(fixed), []);
  });

  it('makes one of two edits that touch each other; the next run makes the other', async () => {
    const text = 'modprobe --force --force-vermagic x\n';
    const once = apply(text, { kind: 'edit', title: 'all', edits: fixAll(await lint(text)) });
    const twice = apply(once, { kind: 'edit', title: 'all', edits: fixAll(await lint(once)) });
    assert.equal(twice, 'modprobe x\n');
  });
});
