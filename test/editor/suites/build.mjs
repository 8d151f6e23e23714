// Bundles the mocha suite for an extension host: one CommonJS file, mocha inside, so that it runs from anywhere.
import path from 'node:path';
import { build } from 'esbuild';

/** The folder that `extensionTestsPath` names; made anew by every call. */
export async function bundleSuite() {
  const outfile = path.join(import.meta.dirname, 'dist', 'index.cjs');
  await build({
    entryPoints: [path.join(import.meta.dirname, 'index.ts')],
    outfile,
    bundle: true,
    platform: 'node',
    format: 'cjs',
    target: 'node20',
    external: ['vscode', 'mocha'],
    sourcemap: 'inline',
    define: { 'import.meta.dirname': '__dirname' },
    logLevel: 'warning',
  });
  return outfile;
}
