import assert from 'node:assert/strict';
import { test } from 'node:test';
import { FileError, type FileSystem } from '../../../server/src/ports/file-system.ts';
import { parseProjectFile, policyOfProject } from '../../../server/src/service/project-file.ts';
import { projectFileJsonSchema, projectFileSchema } from '../../../server/src/service/project-file-schema.ts';
import { readProjectFile } from '../../../server/src/service/read-project-file.ts';

const uri = 'file:///home/dev/jetson/vermagic.json';

test('targets in all their forms, comments and trailing commas included', () => {
  const { value, problems } = parseProjectFile(
    `{
  // what we ship
  "defaultTarget": "stock",
  "targets": {
    "rt": { "sources": ["kernel/build", "/opt/rootfs"], "expect": "EXPECTED_VERMAGIC", "release": "5.15.148-tegra" },
    "stock": "../stock",
    "list": ["a b", "c"],
  },
}`,
    uri,
  );
  assert.deepEqual(problems, []);
  assert.deepEqual(
    value.targets.map((target) => [target.name, target.sourceUris]),
    [
      ['rt', ['file:///home/dev/jetson/kernel/build', 'file:///opt/rootfs']],
      ['stock', ['file:///home/dev/stock']],
      ['list', ['file:///home/dev/jetson/a%20b', 'file:///home/dev/jetson/c']],
    ],
  );
  assert.equal(value.defaultTarget, 'stock');
  assert.deepEqual([value.targets[0]?.expect, value.targets[0]?.release], ['EXPECTED_VERMAGIC', '5.15.148-tegra']);
  assert.deepEqual(value.targets[1]?.range.start, { line: 5, character: 4 });
});

test('the first target is the default unless the file says otherwise', () => {
  assert.equal(parseProjectFile('{"targets": {"b": "x", "a": "y"}}', uri).value.defaultTarget, 'b');
  const { value, problems } = parseProjectFile('{"defaultTarget": "c", "targets": {"b": "x"}}', uri);
  assert.equal(value.defaultTarget, 'b');
  assert.match(problems[0]?.message ?? '', /no target "c"/);
});

test('a mistake costs only the target or policy entry it stands in, and is shown at its place', () => {
  const text = `{
  "targets": {
    "wrong": 3,
    "typo": { "sources": ["x"], "expct": "y" },
    "good": "rootfs"
  },
  "polcy": {},
  "policy": { "rules": { "crc-mismtach": "off" }, "packages": { "forbid": ["nvidia-l4t-kernel*"] } }
}`;
  const { value, problems } = parseProjectFile(text, uri);
  assert.deepEqual(
    value.targets.map((target) => target.name),
    ['good'],
  );
  assert.deepEqual(value.policy.packages?.forbid, ['nvidia-l4t-kernel*']);
  const shown = problems.map((problem) =>
    text.split('\n')[problem.range.start.line]?.slice(problem.range.start.character, problem.range.end.character),
  );
  assert.deepEqual(shown.sort(), ['"crc-mismtach"', '"expct"', '"polcy"', '3'].sort());
});

test('broken JSON still gives what stands before the break', () => {
  const { value, problems } = parseProjectFile('{ "targets": { "a": "x" }, "policy": { "packages": ', uri);
  assert.equal(value.targets[0]?.name, 'a');
  assert.ok(problems.length > 0);
  assert.equal(parseProjectFile('[]', uri).value.targets.length, 0);
  assert.match(parseProjectFile('[]', uri).problems[0]?.message ?? '', /one object/);
  assert.deepEqual(parseProjectFile('', uri).value.targets, []);
});

test('the policy reaches the rules, with the reason a message can show', () => {
  const { value } = parseProjectFile(
    `{ "policy": { "packages": { "forbid": ["a*", { "glob": "b", "why": "it bricks" }], "requireHold": ["k"] },
       "rules": { "taint": "off" }, "containerOnly": true,
       "allowed": [{ "rule": "force-load", "path": "lab/**", "reason": "bench only" }] } }`,
    uri,
  );
  const policy = policyOfProject(value);
  assert.deepEqual(
    policy.forbid?.map((entry) => [entry.glob, entry.why]),
    [
      ['a*', "the project's policy forbids it"],
      ['b', 'it bricks'],
    ],
  );
  assert.deepEqual([policy.requireHold, policy.levels, policy.containerOnly], [['k'], { taint: 'off' }, true]);
  assert.deepEqual(policy.allowed, [{ rule: 'force-load', path: 'lab/**', reason: 'bench only' }]);
});

test('an allowance without a reason is refused', () => {
  const { value, problems } = parseProjectFile('{ "policy": { "allowed": [{ "rule": "force-load" }] } }', uri);
  assert.equal(value.policy.allowed, undefined);
  assert.match(problems[0]?.message ?? '', /policy\.allowed\.0\.reason/);
});

test('the contributed JSON schema names every rule and describes the keys', () => {
  const schema = projectFileJsonSchema();
  const text = JSON.stringify(schema);
  assert.ok(text.includes('"crc-mismatch"') && text.includes('"requireHold"'));
  const properties = schema['properties'] as Record<string, { description?: string }>;
  for (const key of ['targets', 'defaultTarget', 'policy', 'pipeline']) assert.ok(properties[key]?.description, key);
  assert.equal(schema['$schema'], 'http://json-schema.org/draft-07/schema#');
});

test('certificates of a target: a path is a Machine Owner Key, the ring can be named, another word is refused', () => {
  const text = `{ "targets": { "a": { "sources": ["rootfs"], "trustedKeys": ["MOK.der", { "file": "/keys/db.der", "keyring": "platform" }] } } }`;
  const { value, problems } = parseProjectFile(text, 'file:///w/vermagic.json');
  assert.deepEqual(problems, []);
  assert.deepEqual(value.targets[0]?.trustedKeys, [
    { uri: 'file:///w/MOK.der', keyring: 'machine' },
    { uri: 'file:///keys/db.der', keyring: 'platform' },
  ]);
  const wrong = parseProjectFile(text.replace('"platform"', '"uefi"'), 'file:///w/vermagic.json');
  assert.equal(wrong.problems.length, 1);
});

test('an unknown key is a problem wherever it stands, and costs policy and pipeline only itself', () => {
  const cases: readonly (readonly [string, RegExp])[] = [
    ['{ "polcy": {} }', /^"polcy" is not a key/],
    ['{ "policy": { "package": {} } }', /^policy: "package" is no key of it; it has packs, packages, /],
    ['{ "policy": { "packages": { "require": ["k"] } } }', /^policy\.packages: unknown key "require"/],
    ['{ "policy": { "packages": { "forbid": [{ "glob": "a", "wy": "b" }] } } }', /forbid\.0: unknown key "wy"/],
    [
      '{ "policy": { "allowed": [{ "rule": "taint", "reason": "r", "file": "f" }] } }',
      /allowed\.0: unknown key "file"/,
    ],
    ['{ "policy": { "toString": 1 } }', /^policy: "toString" is no key/],
    ['{ "targets": { "a": { "sources": ["x"], "expct": "y" } } }', /^targets\.a: unknown key "expct"/],
    ['{ "pipeline": { "phase": [] } }', /^pipeline: unknown key "phase"/],
    ['{ "pipeline": { "container": { "imge": "i" } } }', /^pipeline\.container: unknown key "imge"/],
    [
      '{ "pipeline": { "phases": [{ "name": "a", "command": ["b"], "inptus": [] }] } }',
      /phases\.0: unknown key "inptus"/,
    ],
  ];
  for (const [text, message] of cases) {
    const { value, problems } = parseProjectFile(text, uri);
    assert.equal(problems.length, 1, text);
    assert.match(problems[0]?.message ?? '', message);
    assert.equal(value.problems, problems);
  }
  const { value } = parseProjectFile(
    '{ "policy": { "packages": { "requireHold": ["k"], "x": 1 } }, "pipeline": { "x": 1, "phases": [{ "name": "a", "command": ["b"], "x": 1 }] } }',
    uri,
  );
  assert.deepEqual(value.policy.packages, { requireHold: ['k'] });
  assert.deepEqual(value.pipeline, { phases: [{ name: 'a', command: ['b'] }] });
});

test('of a key that stands twice only the last one counts, and that is said', () => {
  const { problems } = parseProjectFile('{ "policy": { "packs": ["debian"] },\n "policy": {} }', uri);
  assert.deepEqual(
    problems.map(({ message, line }) => [line, message.slice(0, 37)]),
    [[1, '"policy" stands here for the second t']],
  );
  assert.deepEqual(parseProjectFile('{ "targets": { "a": "x", "b": ["x", "x"] }, "policy": {} }', uri).problems, []);
});

test('an empty file is not taken for one that asks for nothing', () => {
  for (const text of ['', ' \n', '// nothing yet\n'])
    assert.match(parseProjectFile(text, uri).problems[0]?.message ?? '', /^the file is empty/, JSON.stringify(text));
  assert.deepEqual(parseProjectFile('{}', uri).problems, []);
});

test('the schema of the editor and the reader refuse the same files', () => {
  const good = [
    {},
    { $schema: './s.json' },
    { targets: { a: 'x', b: ['x'], c: { sources: ['x'], release: '6.1', vendor: 'ubuntu' } } },
    { policy: { rules: { taint: 'off' }, packages: { forbid: ['a', { glob: 'b' }] }, containerOnly: true } },
    { pipeline: { phases: [{ name: 'a', command: ['b'], container: false, env: { A: 'b' } }] } },
  ];
  const bad = [
    [],
    { $schema: 3 },
    { targets: { '': 'x' } },
    { targets: null },
    { targets: { a: '' } },
    { targets: { a: [] } },
    { targets: { a: { expect: 'x' } } },
    { defaultTarget: '' },
    { targets: { a: { sources: ['x'], vendor: 'slackware' } } },
    { policy: null },
    { policy: { packs: 'debian' } },
    { policy: { packs: ['slackware'] } },
    { policy: { packages: { requireHold: 'x' } } },
    { policy: { packages: { forbid: [3] } } },
    { policy: { rules: { nothing: 'off' } } },
    { policy: { unknown: {} } },
    { pipeline: null },
    { pipeline: { phases: [{ name: 'a' }] } },
    { pipeline: { phases: [{ name: 'a', command: ['b'], kind: 'x' }] } },
  ];
  for (const [files, right] of [
    [good, true],
    [bad, false],
  ] as const) {
    for (const file of files) {
      const text = JSON.stringify(file);
      assert.equal(projectFileSchema.safeParse(file).success, right, text);
      assert.equal(parseProjectFile(text, uri).problems.length === 0, right, text);
    }
  }
});

test('a file that cannot be read is a project with that problem, not one without rules', async () => {
  for (const [code, message] of [
    ['no-permission', 'the file cannot be read: permission denied.'],
    ['is-directory', 'the file cannot be read: it is a folder.'],
    ['not-found', 'the file cannot be read: it leads to no file.'],
  ] as const) {
    const files = { readFile: () => Promise.reject(new FileError(code, uri)) } as unknown as FileSystem;
    const project = await readProjectFile(files, uri);
    assert.deepEqual([project.targets, project.problems.map((problem) => problem.message)], [[], [message]]);
  }
});
