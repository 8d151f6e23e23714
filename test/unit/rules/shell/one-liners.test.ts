import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import path from 'node:path';
import { describe, it } from 'node:test';
import { lint } from './lint-text.ts';

const fixtures = path.resolve(import.meta.dirname, '../../../fixtures/scripts');

/** One script a line; `⏎` is a line break. */
function scripts(name: string): string[] {
  const lines = readFileSync(path.join(fixtures, name), 'utf8').split('\n');
  return lines.filter((line) => line !== '').map((line) => line.replaceAll('⏎', '\n'));
}

const policy = { packs: ['jetson-l4t' as const] };

// Every way to reach a command that we could think of, and every way to only speak of one.
describe('scripts of one line', () => {
  for (const text of scripts('found.txt')) {
    it(`found: ${text}`, async () => {
      const findings = await lint(`#!/bin/bash\n${text}\n`, 'a.sh', policy);
      assert.ok(findings.length > 0);
    });
  }

  for (const text of scripts('clean.txt')) {
    it(`clean: ${text}`, async () => {
      const findings = await lint(`#!/bin/bash\n${text}\n`, 'a.sh', policy);
      // That DKMS runs with nothing that made sure of the headers is true of any line on its own.
      assert.deepEqual(
        findings.filter((finding) => finding.rule !== 'headers-not-checked'),
        [],
      );
    });
  }

  it('are many', () => {
    assert.ok(scripts('found.txt').length > 150);
    assert.ok(scripts('clean.txt').length > 80);
  });
});
