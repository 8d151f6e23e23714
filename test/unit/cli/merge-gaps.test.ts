import assert from 'node:assert/strict';
import { test } from 'node:test';
import { gapsIn } from '../../../server/src/cli/merge-gaps.ts';

const parts = (of: string, count: number, ...there: number[]) =>
  there.map((index) => ({ of, shard: { index, count } }));

test('parts that are not there, and such as are there twice', () => {
  assert.deepEqual(gapsIn([...parts('a', 3, 3, 1, 2), ...parts('b', 2, 1, 2)]), []);
  assert.deepEqual(gapsIn(parts('a', 4, 1, 3)), ['of a, part 2, 4 of 4 is missing.']);
  assert.deepEqual(gapsIn(parts('a', 2, 1, 2, 2)), ['of a, a part is there twice.']);
  assert.deepEqual(gapsIn([...parts('a', 2, 1), ...parts('b', 2, 2)]).length, 2);
});
