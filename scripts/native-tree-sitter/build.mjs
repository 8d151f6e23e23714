// The C library of tree-sitter with the bash grammar, as a program: what the tests hold the WebAssembly build against. Built
// from source by whatever C compiler there is, since ready-made binaries want newer C++ libraries than some systems have.
import { spawnSync } from 'node:child_process';
import fs from 'node:fs';
import path from 'node:path';
import { findProgram, projectEnv, root } from '../setup.mjs';

/** The npm package that carries the library's sources; nothing of it is run. */
const source = { name: 'tree-sitter', version: '0.25.0' };
const here = import.meta.dirname;
const grammar = path.join(root, 'node_modules/tree-sitter-bash/src');

/**
 * The program's path, built and kept in .cache; the reason where there is nothing to build it with.
 * @throws when building fails.
 * @returns {{ program: string } | { reason: string }}
 */
export function nativeTreeSitter() {
  const folder = path.join(root, '.cache', `native-${source.name}-${source.version}`);
  const program = path.join(folder, 'outline');
  const parts = [path.join(here, 'outline.c'), path.join(grammar, 'parser.c'), path.join(grammar, 'scanner.c')];
  const newest = Math.max(...parts.map((file) => fs.statSync(file).mtimeMs));
  if (fs.existsSync(program) && fs.statSync(program).mtimeMs > newest) return { program };
  const compiler = ['cc', 'gcc', 'clang'].find((name) => findProgram(name));
  if (compiler === undefined) return { reason: 'there is no C compiler (cc, gcc or clang)' };
  fs.mkdirSync(folder, { recursive: true });
  const library = path.join(folder, 'package/vendor/tree-sitter/lib');
  if (!fs.existsSync(path.join(library, 'src/lib.c'))) {
    runIn(folder, 'npm', ['pack', `${source.name}@${source.version}`, '--silent']);
    runIn(folder, 'tar', ['-xzf', `${source.name}-${source.version}.tgz`]);
  }
  const made = `${program}.${process.pid}`;
  runIn(folder, compiler, [
    ...['-O1', '-w', '-std=gnu11', '-D_GNU_SOURCE'],
    ...[`-I${library}/include`, `-I${library}/src`, `-I${grammar}`],
    ...[path.join(library, 'src/lib.c'), ...parts, '-o', made],
  ]);
  // Whole or not at all: another test may be looking.
  fs.renameSync(made, program);
  return { program };
}

function runIn(folder, program, args) {
  const done = spawnSync(program, args, { cwd: folder, env: projectEnv(), encoding: 'utf8', timeout: 300_000 });
  if (done.status !== 0) throw new Error(`${program} ${args[0]} failed: ${done.error?.message ?? done.stderr}`);
}
