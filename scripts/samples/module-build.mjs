// One external module folder built by Kbuild, in a scratch folder of its own.
import { copyFileSync, existsSync, mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { cacheDirectory, compilers, kbuild, run } from './debian-kernels.mjs';

/**
 * Builds `modules` (names without .ko) from the C sources in `source` and returns the scratch folder.
 * `name` tells this build's scratch folder from others.
 */
export function buildModules({ name, source, modules, headers, architecture, extraSymbols, variables }) {
  const directory = join(cacheDirectory, 'build', name);
  rmSync(directory, { recursive: true, force: true });
  mkdirSync(directory, { recursive: true });
  for (const file of readdirSync(source)) {
    if (/\.[ch]$/.test(file)) copyFileSync(join(source, file), join(directory, file));
  }
  writeFileSync(join(directory, 'Kbuild'), `obj-m += ${modules.map((module) => `${module}.o`).join(' ')}\n`);
  kbuild({ headers, directory, architecture, extraSymbols, variables });
  for (const module of modules) {
    const file = join(directory, `${module}.ko`);
    if (!existsSync(file)) throw new Error(`Kbuild made no ${module}.ko in ${directory}`);
    run(`${compilers[architecture].prefix}strip`, ['--strip-debug', file]);
  }
  return directory;
}

/** Copies the `Module.symvers` of a build folder. modpost writes the folder into it, and that of this machine means nothing elsewhere. */
export function copySymvers(directory, folder) {
  const text = readFileSync(join(directory, 'Module.symvers'), 'utf8');
  writeFileSync(join(folder, 'Module.symvers'), text.replaceAll(directory, '/build'));
}

/** `Module.symvers` text with one symbol's line changed by `edit(columns)`; throws when there is no such symbol. */
export function editSymvers(text, symbol, edit) {
  let found = false;
  const lines = text.split('\n').map((line) => {
    const columns = line.split('\t');
    if (columns[1] !== symbol) return line;
    found = true;
    return edit(columns).join('\t');
  });
  if (!found) throw new Error(`Module.symvers has no ${symbol}`);
  return lines.join('\n');
}

/** Names of all undefined symbols of the modules in a build folder, as nm lists them. */
export function importedSymbols(directory) {
  const symbols = new Set();
  for (const file of readdirSync(directory)) {
    if (!file.endsWith('.ko')) continue;
    for (const line of run('nm', ['--undefined-only', '--format=just-symbols', join(directory, file)]).split('\n')) {
      if (line !== '') symbols.add(line.trim());
    }
  }
  return symbols;
}
