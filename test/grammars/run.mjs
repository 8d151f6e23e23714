// The colours: every grammar of package.json against the files beside this one, by VS Code's own TextMate engine.
// Prints «N passed, N failed». A test file is named for its grammar; a grammar without one is a failure.
import { spawnSync } from 'node:child_process';
import fs from 'node:fs';
import path from 'node:path';

const root = path.resolve(import.meta.dirname, '../..');
const { contributes } = JSON.parse(fs.readFileSync(path.join(root, 'package.json'), 'utf8'));
const tests = fs
  .readdirSync(import.meta.dirname)
  .filter((name) => name.includes('.test.'))
  .map((name) => path.join(import.meta.dirname, name));
const tool = path.join(root, 'node_modules/vscode-tmgrammar-test/dist/unit.js');
const stub = path.join(import.meta.dirname, 'stubs/shell.tmLanguage.json');

let passed = 0;
let failed = 0;
const count = (holds, what, details = '') => {
  console.log(`  ${holds ? '✓' : '✗'} ${what}${holds ? '' : `\n${details}`}`);
  if (holds) passed++;
  else failed++;
};

for (const { scopeName } of contributes.grammars) {
  const own = tests.filter((file) => fs.readFileSync(file, 'utf8').split('\n', 1)[0].includes(`"${scopeName}"`));
  if (own.length === 0) count(false, `${scopeName} has a test`, '    no file names this grammar in its first line');
  for (const file of own) {
    const run = spawnSync(process.execPath, [tool, '-g', stub, file], { cwd: root, encoding: 'utf8', timeout: 60_000 });
    count(run.status === 0, `${scopeName}: ${path.basename(file)}`, `${run.stdout}${run.stderr}`);
  }
}
console.log(`grammars: ${passed} passed, ${failed} failed`);
process.exit(failed === 0 ? 0 : 1);
