import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { nodeGrammarLoader } from '../../../../server/src/node/node-grammar-loader.ts';
import { ShellParser } from '../../../../server/src/text/shell/shell-parser.ts';
import { longScript } from '../../../bench/script-keystroke.bench.ts';
import { lint } from './lint-text.ts';

const bad = '\ninsmod -f x.ko\n';
const linesOf = async (text: string, path?: string): Promise<(number | undefined)[]> =>
  (await lint(text, path))
    .filter((finding) => finding.rule === 'force-load')
    .map((finding) => finding.where?.range.start.line);

// What nobody writes but somebody opens. Each must end soon, and findings outside the junk must stay.
describe('hostile scripts', () => {
  it('a thousand nested substitutions', { timeout: 20_000 }, async () => {
    assert.deepEqual(await linesOf(`echo ${'$('.repeat(1000)}true${')'.repeat(1000)}${bad}`), [1]);
  });

  it('a thousand nested substitutions that are never closed', { timeout: 20_000 }, async () => {
    await lint(`insmod -f x.ko\necho ${'$('.repeat(1000)}`);
  });

  it('blocks nested deeper than anybody writes: the commands in them are found still', {
    timeout: 20_000,
  }, async () => {
    for (const depth of [100, 200, 400]) {
      const text = `${'if true; then\n'.repeat(depth)}insmod -f x.ko\n${'fi\n'.repeat(depth)}insmod -f y.ko\n`;
      assert.deepEqual(await linesOf(text), [depth, 2 * depth + 1], `${depth} deep`);
    }
  });

  it('a line of some megabytes between two lines', { timeout: 20_000 }, async () => {
    assert.deepEqual(await linesOf(`true\n${'echo a;'.repeat(500_000)}${bad}`), [2]);
  });

  it('twenty megabytes in one line', { timeout: 20_000 }, async () => {
    assert.deepEqual(await lint('a'.repeat(20_000_000)), []);
  });

  it('binary behind a script, as self-extracting installers have it', { timeout: 20_000 }, async () => {
    const junk = Array.from({ length: 200_000 }, (_, at) => String.fromCharCode((at * 7919) % 256)).join('');
    assert.deepEqual(await linesOf(`#!/bin/sh\ninsmod -f x.ko\n${'# padding\n'.repeat(200)}exit 0\n${junk}`), [1]);
  });

  it('tens of thousands of lines that add to one file', { timeout: 20_000 }, async () => {
    const file = '/etc/apt/preferences.d/x';
    const pin = `echo 'Package: nvidia-l4t-kernel\nPin: release *\nPin-Priority: 1001'`;
    const lines = 'echo\n'.repeat(25_000);
    const found = async (text: string) => (await lint(text)).filter(({ rule }) => rule === 'pin-opens-kernel').length;
    assert.equal(await found(`{\n${pin}\n${lines}} > ${file}\n`), 1);
    await found(`${pin} > ${file}\n${`echo >> ${file}\n`.repeat(25_000)}${bad}`);
  });

  it('binary named .sh', async () => {
    assert.deepEqual(await lint(`\x7fELF\0\0\0insmod -f x.ko${'\0\x01\x02'.repeat(10_000)}`), []);
  });

  it('a script that takes the parser too long: its lines are read', async () => {
    const hasty = await ShellParser.create(nodeGrammarLoader(), 0);
    const script = `${longScript()}\nsudo modprobe \\\n  -f x\nif true; then${bad}`;
    assert.equal(hasty.parse(script).complete, false);
    const findings = await lint(script, 'long.sh', undefined, { shell: hasty });
    assert.equal(findings.filter((finding) => finding.rule === 'force-load').length, 2);
    hasty.dispose();
  });

  it('functions that call each other without end', { timeout: 20_000 }, async () => {
    assert.deepEqual(await linesOf(`a() { b x; b y; b z; }\nb() { a $1 1; a $1 2; a $1 3; }\na${bad}`), [3]);
  });

  it('a script that runs itself', { timeout: 20_000 }, async () => {
    await lint('X=\'eval "$X"; eval "$X"\'\neval "$X"\ninsmod -f x.ko\n');
  });

  it('loops over many values within each other', { timeout: 20_000 }, async () => {
    const list = Array.from({ length: 200 }, (_, at) => `v${at}`).join(' ');
    const loops = ['a', 'b', 'c', 'd', 'e'];
    const text = `${loops.map((name) => `for ${name} in ${list}; do`).join('\n')}\ninsmod -f $a$b$c$d$e.ko\n${'done\n'.repeat(5)}`;
    assert.deepEqual(await linesOf(text), [5]);
  });

  const grows: Readonly<Record<string, string>> = {
    'braces in a row': `modprobe ${'{a,b}'.repeat(40)}`,
    'values put into values': Array.from({ length: 200 }, (_, at) => `V${at + 1}="$V${at}$V${at} modprobe -x"`).join(
      '\n',
    ),
    'a value appended to itself': `V='modprobe x'\n${'V+=" $V"\n'.repeat(100)}eval "$V"`,
    // biome-ignore lint/suspicious/noTemplateCurlyInString: the shell's, not JavaScript's
    'an array appended to itself': `A=(modprobe x)\n${'A+=("${A[@]}")\n'.repeat(100)}"\${A[@]}"`,
    'arguments doubled': `set -- modprobe x\n${'set -- "$@" "$@"\n'.repeat(100)}"$@"`,
  };
  for (const [name, script] of Object.entries(grows)) {
    it(`${name}: doubling without end`, { timeout: 20_000 }, async () => {
      assert.deepEqual(await linesOf(`true${bad}${script}\n`), [1]);
    });
  }

  for (const path of [
    'Dockerfile',
    '.github/workflows/a.yml',
    'Makefile',
    'a.service',
    'user-data',
    'compose.yml',
    '.gitlab-ci.yml',
    'modprobe.d/x.conf',
    'preferences.d/x',
  ]) {
    it(`junk in ${path}`, { timeout: 20_000 }, async () => {
      const junk = Array.from({ length: 20_000 }, (_, at) =>
        ' \n\t"\'\\$({[<&*|>-:#=;,fapt insmod'.charAt((at * 7919 + (at >> 3)) % 34),
      ).join('');
      await lint(`insmod apt ${junk}`, path);
    });
  }
});
