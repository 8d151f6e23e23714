import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { existsSync, globSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { after, describe, it, test } from 'node:test';
import { readGitHead } from '../../../server/src/kernel/git-checkout.ts';
import {
  type Checkout,
  composeRelease,
  type ReleaseParts,
  setLocalVersionOf,
  tagsOfVersion,
} from '../../../server/src/kernel/set-local-version.ts';
import { NodeFileSystem } from '../../../server/src/node/node-file-system.ts';
import { fileUri } from '../../../server/src/ports/uri.ts';

/** The kernel's own script, wherever a headers package has brought it; it is run, never copied here. */
const scripts = [
  ...globSync('/usr/lib/linux-kbuild-*/scripts/setlocalversion'),
  ...globSync(
    path.resolve(
      import.meta.dirname,
      '../../../.cache/kernels/headers/*/usr/lib/linux-kbuild-*/scripts/setlocalversion',
    ),
  ),
];
const byKind = new Map(scripts.map((file) => [setLocalVersionOf(undefined, readFileSync(file, 'utf8')), file]));

interface State {
  /** Annotated tags, and how many commits below HEAD they are. */
  readonly tags: readonly (readonly [string, number])[];
  readonly light?: string;
  readonly changed?: true;
  readonly scmVersion?: string;
}

/** States of a checkout of Linux 6.2.0-rc5: its tags (annotated, how far below HEAD) and changes. */
const states: Readonly<Record<string, State>> = {
  'no tag': { tags: [] },
  'the tag of the version': { tags: [['v6.2-rc5', 0]] },
  'the tag of the version, changed': { tags: [['v6.2-rc5', 0]], changed: true },
  'two commits past the tag': { tags: [['v6.2-rc5', 2]] },
  'two commits past the tag, changed': { tags: [['v6.2-rc5', 2]], changed: true },
  'a tag of one’s own': { tags: [['mine', 0]] },
  'a tag of one’s own above that of the version': {
    tags: [
      ['v6.2-rc5', 2],
      ['mine', 0],
    ],
  },
  'a lightweight tag': { tags: [], light: 'v6.2-rc5' },
  'no tag, changed': { tags: [], changed: true },
  'an empty .scmversion': { tags: [], scmVersion: '' },
  'a .scmversion with something in it': { tags: [['v6.2-rc5', 0]], scmVersion: '-mine' },
};
const given: readonly Pick<ReleaseParts, 'files' | 'config' | 'make' | 'auto'>[] = [
  { files: '', config: '', make: undefined, auto: false },
  { files: '', config: '', make: '', auto: false },
  { files: '', config: '-cfg', make: '-tegra', auto: false },
  { files: '-rt53', config: '', make: undefined, auto: false },
  { files: '-rt53', config: '-cfg', make: '-tegra', auto: true },
  { files: '', config: '', make: undefined, auto: true },
];

for (const kind of ['any-tag', 'version-tag'] as const) {
  const script = byKind.get(kind);
  const skip = script === undefined && `no kernel headers with a setlocalversion of this kind (${kind}) are installed`;
  describe(`the release is the one that the kernel's script makes: ${kind}`, { skip }, () => {
    const folder = mkdtempSync(path.join(os.tmpdir(), 'vermagic-release-'));
    after(() => rmSync(folder, { recursive: true }));
    for (const [name, state] of Object.entries(states)) {
      it(name, async () => {
        const tree = path.join(folder, name.replace(/\W/g, '-'));
        const checkout = makeTree(tree, state);
        for (const parts of given) {
          const whole: ReleaseParts = { kernelVersion: '6.2.0-rc5', ...parts, checkout, scmVersion: state.scmVersion };
          assert.equal(composeRelease(whole, kind), runScript(script ?? '', tree, whole), JSON.stringify(parts));
        }
        const head = await readGitHead(new NodeFileSystem(), fileUri(tree));
        assert.equal(head?.commit, checkout.head);
        const atHead = state.tags.filter(([, commits]) => commits === 0).map(([tag]) => tag);
        git(tree, 'pack-refs', '--all');
        assert.deepEqual((await readGitHead(new NodeFileSystem(), fileUri(tree)))?.annotatedTags, atHead);
        // As long as they are loose, what they stand for is left open.
        assert.deepEqual([...(head?.openTags ?? [])].sort(), state.tags.map(([tag]) => tag).sort());
      });
    }
  });
}

test('without a checkout nothing is appended; .git of another folder is not looked at', async () => {
  const parts = { kernelVersion: '6.1.192', files: '', config: '', make: undefined, auto: true, checkout: undefined };
  assert.equal(composeRelease(parts, 'any-tag'), '6.1.192');
  assert.equal(await readGitHead(new NodeFileSystem(), fileUri(import.meta.dirname)), undefined);
});

test('tags as the kernel names them', () => {
  assert.deepEqual(tagsOfVersion('6.1.0'), ['v6.1']);
  assert.deepEqual(tagsOfVersion('6.1.7'), ['v6.1.7']);
  assert.deepEqual(tagsOfVersion('6.2.0-rc5', '-next-20230101'), [
    'next-20230101',
    'v6.2-rc5-next-20230101',
    'v6.2-rc5',
  ]);
  assert.equal(setLocalVersionOf({ major: 5, minor: 15, patch: 148 }), 'any-tag');
  assert.equal(setLocalVersionOf({ major: 6, minor: 12, patch: 0 }), 'version-tag');
  assert.equal(setLocalVersionOf({ major: 6, minor: 2, patch: 9 }), undefined);
});

function git(tree: string, ...args: readonly string[]): string {
  const identity = ['-c', 'user.name=test', '-c', 'user.email=test@example.org', '-c', 'commit.gpgsign=false'];
  return execFileSync('git', ['-C', tree, ...identity, ...args], { encoding: 'utf8' }).trim();
}

function makeTree(tree: string, state: State): Checkout {
  if (!existsSync(tree)) mkdirSync(tree);
  git(tree, 'init', '--quiet');
  for (const commits of [2, 1, 0]) {
    writeFileSync(path.join(tree, 'file'), `${commits}`);
    git(tree, 'add', 'file');
    git(tree, 'commit', '--quiet', '-m', `${commits}`);
    for (const [tag, at] of state.tags) if (at === commits) git(tree, 'tag', '-a', '-m', tag, tag);
  }
  if (state.light) git(tree, 'tag', state.light);
  if (state.scmVersion !== undefined) writeFileSync(path.join(tree, '.scmversion'), state.scmVersion);
  if (state.changed) writeFileSync(path.join(tree, 'file'), 'changed');
  return { head: git(tree, 'rev-parse', 'HEAD'), annotatedTags: new Map(state.tags), changed: state.changed ?? false };
}

/** Both scripts give their result in the folder of the build; the old one without KERNELVERSION. */
function runScript(script: string, tree: string, { kernelVersion, files, config, make, auto }: ReleaseParts): string {
  const build = mkdtempSync(path.join(os.tmpdir(), 'vermagic-build-'));
  try {
    mkdirSync(path.join(build, 'include/config'), { recursive: true });
    const lines = [`CONFIG_LOCALVERSION=${config}`, ...(auto ? ['CONFIG_LOCALVERSION_AUTO=y'] : [])];
    writeFileSync(path.join(build, 'include/config/auto.conf'), `${lines.join('\n')}\n`);
    if (files !== '') writeFileSync(path.join(build, 'localversion-x'), `${files}\n`);
    const { LOCALVERSION: _, ...rest } = process.env;
    const env = { ...rest, KERNELVERSION: kernelVersion, ...(make === undefined ? {} : { LOCALVERSION: make }) };
    const made = execFileSync('sh', [script, tree], { cwd: build, env, encoding: 'utf8' }).trim();
    return made.startsWith(kernelVersion) ? made : `${kernelVersion}${made}`;
  } finally {
    rmSync(build, { recursive: true });
  }
}
