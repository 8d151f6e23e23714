import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { RebuildReport } from '@vermagic/shared';
import { commandText, elapsedText, outcomeText, terminalLine } from '../../../client/src/rebuild/outcome-text.ts';

const done: RebuildReport = {
  status: 'done',
  completed: ['kernel', 'rootfs'],
  failedPhase: null,
  cause: null,
  problems: [],
  vanished: 4,
  remaining: 1,
  added: 0,
  headers: [],
  stale: [],
};

test('a run that ended well says what vanished and what is left', () => {
  assert.equal(outcomeText(done), 'Rebuilt kernel, rootfs: 4 findings vanished, 1 remains.');
  const more = { ...done, vanished: 1, remaining: 3, added: 2, stale: ['flash'] };
  assert.equal(outcomeText(more), 'Rebuilt kernel, rootfs: 1 finding vanished, 3 remain (2 new). Stale now: flash.');
});

test('a run that failed says the cause first, and what was done before it', () => {
  const failed: RebuildReport = {
    ...done,
    status: 'failed',
    completed: ['kernel'],
    failedPhase: 'rootfs',
    cause: 'The disk is full.',
  };
  assert.equal(outcomeText(failed), 'rootfs failed: The disk is full. Done before it: kernel.');
  assert.doesNotMatch(outcomeText({ ...failed, status: 'cancelled', cause: 'rootfs was stopped.' }), /failed/);
});

test('a command is shown so that pasting it into a shell does what was run', () => {
  assert.equal(commandText(['make', 'M=/a b', "it's", '$(id)', '']), "make 'M=/a b' 'it'\\''s' '$(id)' ''");
});

test('time is minutes and seconds', () => assert.equal(elapsedText(65_900), '1:05'));

test('a build can colour its lines, and do nothing else to the terminal', () => {
  assert.equal(terminalLine('\u001b[31mred\u001b[0m'), '\u001b[31mred\u001b[0m');
  assert.equal(terminalLine('a\u001b[2J\u001b[1;1Hb\u001b]0;title\u0007c\u001b]52;c;aGk=\u001b\\d\u0007'), 'abcd');
});
