import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { configSurroundings } from '../../../server/src/service/config-surroundings.ts';
import { configVermagic } from '../../../server/src/service/config-vermagic.ts';
import { loadPins } from '../../../server/src/service/pins-workspace.ts';
import { MemoryFileSystem } from '../support/memory-file-system.ts';

const commit = '0123456789012345678901234567890123456789';
const config =
  '# Linux/arm64 5.15.148 Kernel Configuration\nCONFIG_ARM64=y\nCONFIG_64BIT=y\nCONFIG_SMP=y\nCONFIG_MODULES=y\nCONFIG_MODULE_UNLOAD=y\n';
const auto = `${config}CONFIG_LOCALVERSION_AUTO=y\n`;
const tree = {
  '/w/k/Makefile': 'VERSION = 5\nPATCHLEVEL = 15\nSUBLEVEL = 148\nEXTRAVERSION =\n',
  '/w/k/.git/HEAD': `${commit}\n`,
};
const tagged = {
  '/w/k/.git/packed-refs': `# pack-refs with: peeled fully-peeled sorted \n${'9'.repeat(40)} refs/tags/v5.15.148\n^${commit}\n`,
};

/** The release in the line above a `.config`. */
async function release(text: string, more: Readonly<Record<string, string>> = {}): Promise<string | undefined> {
  const files = new MemoryFileSystem({ ...tree, ...more, '/w/k/.config': text });
  const made = configVermagic(
    text,
    [],
    await loadPins(files, 'file:///w'),
    await configSurroundings(files, 'file:///w/k/.config'),
  );
  return made?.vermagic?.split(' ', 1)[0];
}

describe('the release of a .config in a git checkout', () => {
  it('ends in a plus where HEAD is at no tag and nothing sets LOCALVERSION', async () => {
    assert.equal(await release(config), '5.15.148+');
  });

  it('has none at the tag, nor where LOCALVERSION is set, if only to nothing', async () => {
    assert.equal(await release(config, tagged), '5.15.148');
    assert.equal(await release(config, { '/w/versions.env': 'LOCALVERSION=-tegra\n' }), '5.15.148-tegra');
    assert.equal(await release(config, { '/w/build.sh': '#!/bin/sh\nexport LOCALVERSION=\n' }), '5.15.148');
  });

  it('takes what .scmversion says in place of asking git', async () => {
    assert.equal(await release(config, { '/w/k/.scmversion': '' }), '5.15.148');
    assert.equal(await release(config, { ...tagged, '/w/k/.scmversion': '-mine\n' }), '5.15.148+');
    assert.equal(await release(auto, { ...tagged, '/w/k/.scmversion': '-mine\n' }), '5.15.148-mine');
  });

  it('has the commit with CONFIG_LOCALVERSION_AUTO, whatever LOCALVERSION is', async () => {
    assert.equal(await release(auto), '5.15.148-…-g012345678901');
    assert.equal(await release(auto, { '/w/versions.env': 'LOCALVERSION=-tegra\n' }), '5.15.148-tegra-…-g012345678901');
    assert.equal(await release(auto, tagged), '5.15.148');
  });
});
