import assert from 'node:assert/strict';
import { readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { describe, it } from 'node:test';
import { PinLines } from '../../../server/src/rules/kbuild/pin-lines.ts';
import { parseEnvAssignments, variableUses } from '../../../server/src/text/env-file.ts';
import { longScript } from '../../bench/script-keystroke.bench.ts';

const samples = path.resolve(import.meta.dirname, '../../../samples/jetson-rt');
const texts = [
  ...['versions.env', ...readdirSync(path.join(samples, 'scripts')).map((name) => `scripts/${name}`)]
    .map((name) => path.join(samples, name))
    .filter((file) => /\.(sh|env)$/.test(file))
    .map((file) => readFileSync(file, 'utf8')),
  longScript(),
  // biome-ignore lint/suspicious/noTemplateCurlyInString: the shell's, not JavaScript's
  'A=1 B="two $A" # C=3\nexport D=\'x\n\' E="\\\nF=${G:-4}" ${H:=5}\n\nmake LOCALVERSION=-x $I',
  'A=1\r\nB=$A\r\n',
  '',
];

// The pins of a script that is typed in come line by line; they must be those of the whole text.
describe('a pin file read line by line', () => {
  it('has the assignments and uses of the whole text', () => {
    let assignments = 0;
    for (const text of texts) {
      const read = new PinLines().read(text);
      assert.deepEqual(read.assignments, parseEnvAssignments(text));
      assert.deepEqual(read.uses, [...variableUses(text)]);
      assignments += read.assignments.length;
    }
    assert.ok(assignments > 300);
  });

  it('has those of the new text after an edit', () => {
    for (const text of texts) {
      const lines = new PinLines();
      for (let at = 0; at < text.length; at += 1 + Math.floor(text.length / 15)) {
        for (const edited of [
          `${text.slice(0, at)}\nX=$Y\n${text.slice(at)}`,
          text.slice(0, at) + text.slice(at + 40),
        ]) {
          const read = lines.read(edited);
          assert.deepEqual(read.assignments, parseEnvAssignments(edited));
          assert.deepEqual(read.uses, [...variableUses(edited)]);
        }
      }
    }
  });
});
