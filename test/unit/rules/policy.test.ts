import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { pathMatches } from '../../../server/src/rules/allowances.ts';
import { globsOverlap } from '../../../server/src/rules/package-glob.ts';
import { Policy } from '../../../server/src/rules/policy.ts';
import { lint } from './shell/lint-text.ts';

describe('package globs', () => {
  const yes = [
    ['nvidia-l4t-kernel*', 'nvidia-l4t-kernel-dtbs'],
    ['nvidia-l4t-kernel', 'nvidia-l4t-*'],
    ['*kernel*', 'nvidia-*'],
    ['linux-image-[0-9]*', 'linux-image-6.1'],
    ['a?c', 'abc'],
    ['*', 'x'],
  ] as const;
  const no = [
    ['nvidia-l4t-kernel*', 'arducam-nvidia-l4t-kernel'],
    ['nvidia-l4t-kernel', 'nvidia-l4t-kernel-dtbs'],
    ['linux-image-[!0-9]*', 'linux-image-6.1'],
    ['a?c', 'ac'],
    ['nvidia-l4t-core', 'nvidia-l4t-k*'],
  ] as const;
  for (const [one, two] of yes)
    it(`${one} and ${two} meet`, () => assert.ok(globsOverlap(one, two) && globsOverlap(two, one)));
  for (const [one, two] of no)
    it(`${one} and ${two} do not`, () => assert.ok(!globsOverlap(one, two) && !globsOverlap(two, one)));
});

describe('policy', () => {
  it('turns rules off and changes their levels', async () => {
    assert.deepEqual(await lint('insmod -f x.ko\n', 'a.sh', { levels: { 'force-load': 'off' } }), []);
    const [finding] = await lint('insmod -f x.ko\n', 'a.sh', { levels: { 'force-load': 'hint' } });
    assert.equal(finding?.severity, 'hint');
  });

  it('keeps headers at warning and the kernel at error', async () => {
    const found = await lint('apt-get install nvidia-l4t-kernel nvidia-l4t-kernel-headers\n');
    assert.deepEqual(
      found.map((finding) => finding.severity),
      ['error', 'warning'],
    );
  });

  it('applies other packs only when they are named', () => {
    assert.equal(new Policy().forbiddenBy('raspberrypi-kernel'), undefined);
    assert.ok(new Policy({ packs: ['raspberry-pi'] }).forbiddenBy('raspberrypi-kernel'));
    assert.ok(new Policy().forbiddenBy('nvidia-l4t-kernel'));
  });

  it('permits by path only in that path', async () => {
    const policy = { allowed: [{ rule: 'force-load', path: 'lab/**', reason: 'no modversions there' }] } as const;
    assert.deepEqual(await lint('insmod -f x.ko\n', 'lab/deep/a.sh', policy), []);
    assert.equal((await lint('insmod -f x.ko\n', 'src/a.sh', policy)).length, 1);
  });

  it('reads path globs', () => {
    assert.ok(pathMatches('scripts/*.sh', 'scripts/a.sh'));
    assert.ok(!pathMatches('scripts/*.sh', 'scripts/b/a.sh'));
    assert.ok(pathMatches('**/a.sh', 'x/y/a.sh') && pathMatches('**/a.sh', 'a.sh'));
    assert.ok(!pathMatches('a.sh', 'aXsh'));
  });
});
