// Fails when a floor of the server imports a higher one, or the core touches the platform.
import fs from 'node:fs';
import path from 'node:path';
import { root } from './setup.mjs';

/** Low to high; folders on one line may not import each other. */
const floors = [
  ['limits.ts', 'ports', 'findings'],
  ['text', 'elf'],
  ['module'],
  ['kernel'],
  ['loader'],
  ['pipeline'],
  ['rules'],
  ['gate'],
  ['service'],
  ['cli', 'lsp'],
  ['node', 'browser'],
];
const height = new Map(floors.flatMap((names, level) => names.map((name) => [name, level])));
const platform = new Set(['cli', 'lsp', 'node', 'browser']);
const source = path.join(root, 'server/src');
const faults = [];

for (const entry of fs.readdirSync(source, { recursive: true, withFileTypes: true })) {
  if (!entry.isFile() || !entry.name.endsWith('.ts')) continue;
  const file = path.join(entry.parentPath, entry.name);
  const relative = path.relative(source, file);
  const floor = relative.split(path.sep)[0];
  if (!height.has(floor)) {
    faults.push(`${relative}: the folder ${floor} has no floor`);
    continue;
  }
  const text = fs.readFileSync(file, 'utf8');
  for (const [, specifier] of text.matchAll(/(?:from|import)\s*\(?\s*['"]([^'"]+)['"]/g)) {
    const line = text.slice(0, text.indexOf(specifier)).split('\n').length;
    if (specifier.endsWith('.json') && platform.has(floor)) continue;
    if (specifier.startsWith('.')) {
      const target = path.relative(source, path.resolve(path.dirname(file), specifier)).split(path.sep)[0];
      const same = target === floor;
      if (!same && !(height.get(target) < height.get(floor)))
        faults.push(`${relative}:${line}: ${floor} may not import ${target} (${specifier})`);
    } else if (!platform.has(floor) && /^(node:|vscode$|vscode-languageserver\/(node|browser))/.test(specifier)) {
      faults.push(`${relative}:${line}: the core may not touch the platform (${specifier})`);
    }
  }
}

for (const fault of faults) console.error(fault);
console.log(faults.length === 0 ? 'Floors hold.' : `${faults.length} imports break the floors.`);
process.exit(faults.length === 0 ? 0 : 1);
