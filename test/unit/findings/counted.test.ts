import assert from 'node:assert/strict';
import { test } from 'node:test';
import { counted } from '../../../server/src/findings/counted.ts';

test('one thing, and all other numbers of things', () => {
  assert.deepEqual(
    [0, 1, 2].map((count) => counted(count, 'module')),
    ['0 modules', '1 module', '2 modules'],
  );
  assert.equal(counted(1, 'file or folder', 'files or folders'), '1 file or folder');
  assert.equal(counted(3, 'file or folder', 'files or folders'), '3 files or folders');
});
