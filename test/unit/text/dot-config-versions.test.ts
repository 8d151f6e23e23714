import assert from 'node:assert/strict';
import { test } from 'node:test';
import { parseDotConfig } from '../../../server/src/kernel/dot-config.ts';
import { SyntaxConfig } from '../../../server/src/rules/config/syntax-config.ts';
import { parseDotConfigSyntax } from '../../../server/src/text/dot-config-syntax.ts';
import { DotConfigVersions } from '../../../server/src/text/dot-config-versions.ts';

const head = '#\n# Automatically generated file; DO NOT EDIT.\n# Linux/arm64 6.1.192 Kernel Configuration\n#\n';
const settings = Array.from({ length: 60 }, (_, at) =>
  at % 3 === 0 ? `# CONFIG_S${at} is not set\n` : `CONFIG_S${at}=${at % 3 === 1 ? 'y' : `"text ${at}"`}\n`,
).join('');
const file = head + settings;

/** The same numbers in every run. */
function* numbers(seed: number): Generator<number, number, undefined> {
  for (let state = seed; ; ) {
    state = (Math.imul(state, 1_103_515_245) + 12_345) >>> 0;
    yield state >>> 8;
  }
}

test('a configuration that is edited step by step has the lines of one that is read anew', () => {
  const pieces = [
    'n',
    '\n',
    'CONFIG_NEW=m\n',
    '# CONFIG_S5 is not set',
    '# CONFIG_S4 is not set # for now\n',
    '\r\n',
    'CONFIG_S7=y',
    '',
    '=',
    '"\nCONFIG_A=1\n\n',
  ];
  const next = numbers(7);
  const draw = (below: number) => next.next().value % below;
  for (const newline of ['\n', '\r\n']) {
    const versions = new DotConfigVersions();
    let text = file.replaceAll('\n', newline);
    versions.read(text);
    for (let edit = 0; edit < 400; edit++) {
      const start = draw(text.length + 1);
      const end = Math.min(text.length, start + (draw(4) === 0 ? draw(120) : draw(3)));
      text = text.slice(0, start) + (pieces[draw(pieces.length)] ?? '') + text.slice(end);
      const [kept, fresh] = [versions.read(text), parseDotConfigSyntax(text)];
      assert.deepEqual(kept, fresh, JSON.stringify(text.slice(Math.max(0, start - 60), start + 60)));
      assert.deepEqual([...kept.settings.keys()], [...fresh.settings.keys()]);
    }
  }
});

test('lines that an edit does not touch are not read again', () => {
  const versions = new DotConfigVersions();
  const before = versions.read(file).settings.get('S50');
  const after = versions.read(file.replace('CONFIG_S40=y', 'CONFIG_S40=m')).settings;
  assert.equal(after.get('S40')?.value, 'm');
  assert.equal(after.get('S50'), before);
});

test('the configuration out of read lines is that of its text', () => {
  const odd =
    'CONFIG_N=n\nCONFIG_QUOTED="n"\nCONFIG_OPEN="abc\nCONFIG_ESC="a\\"b"\nCONFIG_TWICE=y\n# CONFIG_TWICE is not set\n';
  for (const text of [file + odd, odd, head, '']) {
    const own = new SyntaxConfig(text, parseDotConfigSyntax(text));
    const theirs = parseDotConfig(text).value;
    const names = ['N', 'QUOTED', 'OPEN', 'ESC', 'TWICE', 'S1', 'S2', 'S3', 'NONE'];
    assert.deepEqual(
      names.map((name) => [own.get(name), own.enabled(name), own.line(name)]),
      names.map((name) => [theirs.get(name), theirs.enabled(name), theirs.line(name)]),
    );
    assert.deepEqual([...own.names()], [...theirs.names()]);
    assert.deepEqual([own.complete, own.header, own.size], [theirs.complete, theirs.header, theirs.size]);
  }
});
