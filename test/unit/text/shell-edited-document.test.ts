import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { nodeGrammarLoader } from '../../../server/src/node/node-grammar-loader.ts';
import { Policy } from '../../../server/src/rules/policy.ts';
import { scriptExamples } from '../../../server/src/rules/shell/examples.ts';
import { lintDocument } from '../../../server/src/service/lint-document.ts';
import { ShellParser } from '../../../server/src/text/shell/shell-parser.ts';
import { unmark } from '../rules/shell/lint-text.ts';

/** Every example that is a shell script, one after the other: each construct the rules know of, in one long script. */
const corpus = Object.values(scriptExamples)
  .flat()
  .filter((example) => example.path === undefined && !example.text.includes('\r'))
  .map((example) => unmark(example.text).text.replace(/^#!.*\n/, ''))
  .filter((text) => !/^\s*exit\b/m.test(text));

/** Numbers that look random and are the same in every run. */
function numbers(seed: number): (below: number) => number {
  let state = seed;
  return (below) => {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
    return Math.floor((state / 2 ** 32) * below);
  };
}

const typed = [
  'sudo modprobe -f x',
  'X=nvidia-l4t-kernel',
  'apt-get install -y $PKGS',
  'if [ -e x ]; then',
  'fi',
  '"',
  "'",
  'f() { insmod -f "$1"; }',
  'f a.ko',
  'cat > a.sh <<EOF',
  'EOF',
  '# comment',
  '}',
  'export MODPROBE_OPTIONS=-f',
  'for p in a linux-image-amd64; do',
  'done',
  '&& rmmod -f x',
  '\\',
  'set -- nvidia-l4t-kernel',
  'local X=1',
];

function edited(text: string, below: (limit: number) => number): string {
  const lines = text.split('\n');
  const at = below(lines.length);
  const choice = below(5);
  if (choice === 0) lines.splice(at, 1 + below(2));
  else if (choice === 1) lines.splice(at, 0, typed[below(typed.length)] ?? '');
  else if (choice === 2) {
    const line = lines[at] ?? '';
    const column = below(line.length + 1);
    lines[at] = `${line.slice(0, column)}${typed[below(typed.length)]?.charAt(0) ?? ''}${line.slice(column)}`;
  } else if (choice === 3) {
    const line = lines[at] ?? '';
    const column = below(line.length + 1);
    lines[at] = line.slice(0, column) + line.slice(column + 1);
  } else lines.splice(at, 0, `Y${below(5)}=v${below(9)}`);
  return lines.join('\n');
}

describe('a script that is edited', () => {
  // The editor's answer must never depend on the way the text came about.
  for (const seed of [1, 2, 3, 4]) {
    it(`gives the findings of the same text opened afresh (${seed})`, { timeout: 120_000 }, async () => {
      const shell = await ShellParser.create(nodeGrammarLoader());
      const policy = new Policy({ packs: ['jetson-l4t'] });
      const below = numbers(seed * 7919);
      const lint = (uri: string, text: string) => lintDocument({ uri, text }, { policy, shell });
      let text = `#!/bin/bash\n${corpus.filter(() => below(3) === 0).join('\n')}`;
      const good = text;
      let found = 0;
      for (let step = 0; step < 60; step++) {
        // What is broken gets repaired now and then, as people do.
        text = below(8) === 0 ? good : edited(text, below);
        const fresh = `file:///w/${step}.sh`;
        const expected = await lint(fresh, text);
        shell.forget(fresh);
        const actual = await lint('file:///w/edited.sh', text);
        const told = (list: typeof actual) =>
          list.map(({ where, ...rest }) => ({ ...rest, range: where?.range, related: undefined, fixes: undefined }));
        assert.deepEqual(told(actual), told(expected), `step ${step}`);
        const edits = (list: typeof actual) =>
          list.flatMap(({ fixes }) =>
            (fixes ?? []).flatMap((fix) =>
              fix.kind === 'edit' ? fix.edits.map(({ range, newText }) => ({ range, newText })) : [],
            ),
          );
        assert.deepEqual(edits(actual), edits(expected), `fixes of step ${step}`);
        found += actual.length;
      }
      assert.ok(found > 100, 'the scripts had findings to compare');
      shell.dispose();
    });
  }
});
