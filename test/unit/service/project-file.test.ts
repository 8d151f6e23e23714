import assert from 'node:assert/strict';
import { test } from 'node:test';
import { parseProjectFile, policyOfProject } from '../../../server/src/service/project-file.ts';
import { projectFileJsonSchema } from '../../../server/src/service/project-file-schema.ts';

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
