import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { describe, it } from 'node:test';
import { Language, Parser } from 'web-tree-sitter';
import { nativeTreeSitter } from '../../../scripts/native-tree-sitter/build.mjs';
import { nodeGrammarLoader } from '../../../server/src/node/node-grammar-loader.ts';
import { scriptExamples } from '../../../server/src/rules/shell/examples.ts';
import { longScript } from '../../bench/script-keystroke.bench.ts';
import { unmark } from '../rules/shell/lint-text.ts';

/** The part of a cursor that both parsers have. */
interface Cursor {
  readonly nodeType: string;
  readonly nodeIsNamed: boolean;
  readonly startIndex: number;
  readonly endIndex: number;
  readonly currentFieldName: string | null;
  gotoFirstChild(): boolean;
  gotoNextSibling(): boolean;
  gotoParent(): boolean;
}

const native = nativeTreeSitter();

/** What the C library makes of a text, a line a node. */
function nativeOutline(program: string, text: string): string {
  const done = spawnSync(program, { input: Buffer.from(text, 'utf16le'), encoding: 'utf8', maxBuffer: 2 ** 28 });
  assert.equal(done.status, 0, done.stderr);
  return done.stdout.trimEnd();
}

/** Every node in order: what it is, where, in which field. */
function outline(cursor: Cursor): string {
  const lines: string[] = [];
  const visit = (depth: number): void => {
    const { nodeType, nodeIsNamed, startIndex, endIndex, currentFieldName } = cursor;
    lines.push(
      `${depth} ${currentFieldName ?? ''} ${nodeIsNamed ? nodeType : `"${nodeType}"`} ${startIndex} ${endIndex}`,
    );
    if (!cursor.gotoFirstChild()) return;
    do visit(depth + 1);
    while (cursor.gotoNextSibling());
    cursor.gotoParent();
  };
  visit(0);
  return lines.join('\n');
}

function samples(): { name: string; text: string }[] {
  const folder = path.resolve(import.meta.dirname, '../../../samples/jetson-rt/scripts');
  const names = readdirSync(folder).filter((name) => name.endsWith('.sh'));
  return names.map((name) => ({ name, text: readFileSync(path.join(folder, name), 'utf8') }));
}

// The editor and the command line read scripts with the WebAssembly build. It must see what the C library sees.
describe('the WebAssembly parser and the native one', async () => {
  const skip = 'reason' in native && native.reason;
  const loader = nodeGrammarLoader();
  const wasmBinary = await loader.loadRuntime();
  await Parser.init({ wasmBinary, locateFile: (name: string) => name } as unknown as Parameters<typeof Parser.init>[0]);
  const wasm = new Parser();
  wasm.setLanguage(await Language.load(await loader.loadGrammar('bash')));
  const same = (text: string): number => {
    if ('reason' in native) return 0;
    const tree = wasm.parse(text);
    assert.ok(tree);
    const expected = nativeOutline(native.program, text);
    assert.equal(outline(tree.walk() as Cursor), expected);
    tree.delete();
    return expected.split('\n').length;
  };

  it('give the same tree for every example of every script rule', { skip }, () => {
    const examples = Object.values(scriptExamples).flat();
    let nodes = 0;
    for (const example of examples) nodes += same(unmark(example.text).text);
    assert.ok(nodes > 10 * examples.length, `${examples.length} examples, ${nodes} nodes`);
    assert.ok(examples.length > 150, `${examples.length} examples`);
  });

  it('give the same tree for the scripts of the sample project and a script of 5,000 lines', { skip }, () => {
    for (const { text } of samples()) same(text);
    assert.ok(same(longScript()) > 40_000);
  });

  it('give the same tree for text outside ASCII and for broken scripts', { skip }, () => {
    same('echo "Größe 😀 → $X" | grep ü\n');
    same('if true; then echo "\n');
    same('f() {\r\n  insmod -f x.ko\r\n}\r\n');
    same(')) << $( ` "\n');
  });
});
