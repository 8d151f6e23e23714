import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { pathMatches } from '../../../server/src/rules/allowances.ts';
import { globCovers, globsOverlap } from '../../../server/src/rules/package-glob.ts';
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

describe('a glob that covers another', () => {
  const yes = [
    ['nvidia-l4t-*', 'nvidia-l4t-kernel'],
    ['nvidia-*', 'nvidia-l4t-*'],
    ['a[a-z]c', 'a[bc]c'],
    ['*', 'my_module.ko'],
    ['my_*.ko', 'my_module.ko'],
  ] as const;
  const no = [
    ['nvidia-l4t-kernel-headers*', 'nvidia-l4t-kernel-*'],
    ['nvidia-l4t-kernel', 'nvidia-l4t-kernel*'],
    ['a?c', 'a*c'],
    ['a[bc]c', 'a[a-z]c'],
    ['my-*.ko', 'my_module.ko'],
  ] as const;
  for (const [outer, inner] of yes) it(`${outer} covers ${inner}`, () => assert.ok(globCovers(outer, inner)));
  for (const [outer, inner] of no) it(`${outer} does not cover ${inner}`, () => assert.ok(!globCovers(outer, inner)));
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

  const worstOf = [
    ['nvidia-l4t-kernel*', 'error', 'nvidia-l4t-kernel'],
    ['nvidia-l4t-*', 'error', 'nvidia-l4t-kernel'],
    ['*l4t*', 'error', 'nvidia-l4t-kernel'],
    ['nvidia-l4t-kernel-*', 'error', 'nvidia-l4t-kernel-*'],
    ['nvidia-l4t-rt-kernel*', 'error', 'nvidia-l4t-rt-kernel'],
    ['nvidia-l4t-bootloade?', 'error', 'nvidia-l4t-bootloader'],
    ['nvidia-l4t-kernel-d*', 'error', 'nvidia-l4t-kernel-*'],
    ['nvidia-l4t-kernel-headers*', 'warning', 'nvidia-l4t-kernel-headers'],
    ['nvidia-l4t-*-headers', 'warning', 'nvidia-l4t-kernel-headers'],
  ] as const;
  for (const [pattern, severity, named] of worstOf) {
    it(`takes the worst that ${pattern} covers: ${named}`, async () => {
      const [finding] = await lint(`apt-get install -y '${pattern}'\n`);
      assert.equal(finding?.severity, severity);
      assert.ok(finding?.message.includes(`covers ${named},`), finding?.message);
    });
  }

  it('names the kernel for a pin on everything of the vendor', async () => {
    const text = 'Package: *\nPin: origin repo.download.nvidia.com\nPin-Priority: 1001\n';
    const [finding] = await lint(text, 'etc/apt/preferences.d/x');
    assert.match(finding?.message ?? '', /apt take nvidia-l4t-kernel from there/);
  });

  it('lets the project weaken what a pattern covers', async () => {
    const policy = new Policy({ forbid: [{ glob: 'nvidia-l4t-kernel', why: 'x', atMost: 'hint' }] });
    assert.equal(policy.forbiddenBy('nvidia-l4t-kerne?')?.atMost, 'hint');
  });

  it('permits a pattern only where all that it covers is permitted', async () => {
    const allow = (match: string) => ({ allowed: [{ rule: 'forbidden-package', match, reason: 'x' }] }) as const;
    const text = "apt-get install 'nvidia-l4t-kernel*'\n";
    assert.equal((await lint(text, 'a.sh', allow('nvidia-l4t-kernel-headers'))).length, 1);
    assert.deepEqual(await lint(text, 'a.sh', allow('nvidia-l4t-*')), []);
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
