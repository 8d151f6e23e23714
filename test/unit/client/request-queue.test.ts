import assert from 'node:assert/strict';
import { test } from 'node:test';
import { setImmediate } from 'node:timers/promises';
import { RequestQueue } from '../../../client/src/request-queue.ts';

/** A job that ends when told to, and notes when it was started. */
function job(name: string, started: string[]) {
  let end = (): void => undefined;
  const promise = new Promise<string>((resolve) => {
    end = () => resolve(name);
  });
  return {
    run: () => {
      started.push(name);
      return promise;
    },
    end: () => end(),
  };
}

const never = () => false;

test('a folder with thousands of modules does not become thousands of requests at once', async () => {
  const queue = new RequestQueue(2);
  const started: string[] = [];
  const jobs = ['a', 'b', 'c', 'd'].map((name) => job(name, started));
  const answers = jobs.map(({ run }) => queue.add(run, never));
  assert.deepEqual(started, ['a', 'b']);
  jobs[0]?.end();
  assert.equal(await answers[0], 'a');
  await setImmediate();
  assert.equal(started.length, 3);
  for (const { end } of jobs) end();
  assert.deepEqual(await Promise.all(answers), ['a', 'b', 'c', 'd']);
});

test('what was asked last, because it is on the screen now, goes first', async () => {
  const queue = new RequestQueue(1);
  const started: string[] = [];
  const jobs = ['first', 'scrolled past', 'on the screen'].map((name) => job(name, started));
  const answers = jobs.map(({ run }) => queue.add(run, never));
  for (const { end } of jobs) end();
  await Promise.all(answers);
  assert.deepEqual(started, ['first', 'on the screen', 'scrolled past']);
});

test('a question that nobody waits for any more is never sent', async () => {
  const queue = new RequestQueue(1);
  const started: string[] = [];
  const [busy, dropped] = [job('busy', started), job('dropped', started)];
  const first = queue.add(busy.run, never);
  const second = queue.add(dropped.run, () => true);
  busy.end();
  await first;
  assert.equal(await second, undefined);
  assert.deepEqual(started, ['busy']);
});

test('a failed request fails for its asker only', async () => {
  const queue = new RequestQueue(1);
  const failing = queue.add(() => Promise.reject(new Error('gone')), never);
  const next = queue.add(async () => 'fine', never);
  await assert.rejects(failing, /gone/);
  assert.equal(await next, 'fine');
});
