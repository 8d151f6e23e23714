// Packages the extension as a VSIX and checks what is in it. `--check` prints only the checks, with a count.
// vsce works on a copy of just the files that ship (those .vscodeignore lets through): in the checkout it would look at
// every file of every node_modules, for minutes.
import fs from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { must, projectNode, root, run } from './setup.mjs';

const manifest = JSON.parse(fs.readFileSync(path.join(root, 'package.json'), 'utf8'));
const vsix = path.join(root, `${manifest.name}-${manifest.version}.vsix`);
const sizeLimitBytes = 3 * 1024 * 1024;

/** All that may be inside; each must be. Anything else was forgotten in .vscodeignore. */
const required = [
  'package.json',
  'readme.md',
  'changelog.md',
  'LICENSE.txt',
  'media/icon.png',
  'client/dist/package.json',
  'client/dist/extension.js',
  'client/dist/language-client.js',
  'client/dist/ko-editor.js',
  'client/dist/ko-editor.css',
  'server/dist/server.cjs',
  'server/dist/server-main.cjs',
  // Runs the gates of build phases.
  'server/dist/cli.cjs',
  'server/dist/scan-thread.cjs',
  'server/dist/verify-thread.cjs',
  'server/dist/asn1-libraries.cjs',
  'server/dist/signature-libraries.cjs',
  'server/dist/text-libraries.cjs',
  // What the manifest itself refers to.
  ...manifest.contributes.grammars.map((grammar) => grammar.path),
  ...manifest.contributes.languages.flatMap((language) => language.configuration ?? []),
  ...manifest.contributes.jsonValidation.map((schema) => schema.url),
].map((file) => path.posix.normalize(file));
const allowed = [/^server\/dist\/[\w-]+\.wasm$/, /^docs\/rules\/[a-z0-9-]+\.md$/];

if (process.execPath !== projectNode()) {
  must(projectNode(), [import.meta.filename, ...process.argv.slice(2)]);
  process.exit(0);
}
must(projectNode(), ['scripts/build.mjs', '--production']);
const stage = fs.mkdtempSync(path.join(os.tmpdir(), 'vermagic-package-'));
const shipped = fs
  .readFileSync(path.join(root, '.vscodeignore'), 'utf8')
  .split('\n')
  .filter((line) => line.startsWith('!'))
  .map((line) => line.slice(1));
for (const file of fs.globSync(shipped, { cwd: root })) {
  fs.cpSync(path.join(root, file), path.join(stage, file), { preserveTimestamps: true });
}
// What is only for the checkout (scripts, workspaces, packages to install) has no meaning in an editor.
const { scripts: _scripts, workspaces: _workspaces, optionalDependencies: _optional, ...shippedManifest } = manifest;
fs.writeFileSync(path.join(stage, 'package.json'), `${JSON.stringify(shippedManifest, null, 2)}\n`);
const vsce = path.join(root, 'node_modules/@vscode/vsce/vsce');
const packed = run(
  projectNode(),
  [vsce, 'package', '--no-dependencies', '--allow-missing-repository', '--out', vsix],
  process.argv.includes('--check') ? { cwd: stage, stdio: ['ignore', 'pipe', 'pipe'] } : { cwd: stage },
);
fs.rmSync(stage, { recursive: true, force: true });
if (packed.status !== 0) {
  console.error(`vsce package failed: ${packed.stderr ?? ''}`);
  process.exit(1);
}

const sizeBytes = fs.statSync(vsix).size;
const files = zipEntries(fs.readFileSync(vsix))
  .filter((name) => name.startsWith('extension/'))
  .map((name) => name.slice('extension/'.length));
const missing = required.filter((name) => !files.includes(name));
const surplus = files.filter((name) => !required.includes(name) && !allowed.some((pattern) => pattern.test(name)));
const engine = manifest.engines.vscode.replace(/^\^/, '').split('.').slice(0, 2).join('.');
const types = manifest.devDependencies['@types/vscode'].split('.').slice(0, 2).join('.');
const checks = [
  [`the VSIX is at most 3 MB (${(sizeBytes / 1024 / 1024).toFixed(2)} MB)`, sizeBytes <= sizeLimitBytes],
  [`it has every file it needs${missing.length > 0 ? `: no ${missing.join(', ')}` : ''}`, missing.length === 0],
  [`it has no other file${surplus.length > 0 ? `: ${surplus.join(', ')}` : ''}`, surplus.length === 0],
  [`the API it is checked against (${types}) is that of the oldest editor it accepts (${engine})`, types === engine],
];
for (const [what, holds] of checks) console.log(`${holds ? '✓' : '✗'} ${what}`);
const failed = checks.filter(([, holds]) => !holds).length;
console.log(`${path.basename(vsix)}: ${checks.length - failed} passed, ${failed} failed`);
process.exit(failed === 0 ? 0 : 1);

/** File names of a ZIP archive, from its central directory. */
function zipEntries(zip) {
  const end = zip.lastIndexOf(Buffer.from([0x50, 0x4b, 5, 6]));
  if (end < 0) throw new Error('not a ZIP archive');
  const count = zip.readUInt16LE(end + 10);
  const names = [];
  for (let at = zip.readUInt32LE(end + 16), i = 0; i < count; i++) {
    const nameBytes = zip.readUInt16LE(at + 28);
    names.push(zip.toString('utf8', at + 46, at + 46 + nameBytes));
    at += 46 + nameBytes + zip.readUInt16LE(at + 30) + zip.readUInt16LE(at + 32);
  }
  return names;
}
