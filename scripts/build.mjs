// Bundles the extension, the language server, the command line and the webview with esbuild.
import fs from 'node:fs';
import path from 'node:path';
import { lazyFiles, lazyLibrariesPlugin } from './lazy-libraries.mjs';
import { ensureInstalled, must, projectNode, root } from './setup.mjs';

ensureInstalled();
const own = projectNode();
if (process.execPath !== own && !process.env['VERMAGIC_BUILD_NODE']) {
  must(own, [import.meta.filename, ...process.argv.slice(2)], { env: { VERMAGIC_BUILD_NODE: '1' } });
  process.exit(0);
}
const esbuild = await import('esbuild');

const production = process.argv.includes('--production');
/** @type {import('esbuild').BuildOptions} */
const common = {
  absWorkingDir: root,
  bundle: true,
  target: 'node20',
  sourcemap: production ? false : 'linked',
  minify: production,
  logLevel: 'warning',
  legalComments: 'none',
};
/** CommonJS: what VS Code loads, and what starts fastest. web-tree-sitter's ESM file cannot live in it. */
const node = {
  ...common,
  platform: 'node',
  format: 'cjs',
  // `require` starts a bundle without the scan for export names that `import()` of CommonJS makes.
  supported: { 'dynamic-import': false },
  // jsonc-parser's `main` is UMD, which cannot be bundled; its `module` can.
  mainFields: ['module', 'main'],
  outExtension: { '.js': '.cjs' },
  alias: { 'web-tree-sitter': path.join(root, 'node_modules/web-tree-sitter/web-tree-sitter.cjs') },
  define: { 'import.meta.filename': '__filename', 'import.meta.dirname': '__dirname' },
};

/** What is imported from `./NAME.ts` when it is needed is a bundle of its own. */
function ownFilePlugin(name, extension = 'cjs') {
  return {
    name: `own-file-${name}`,
    setup(build) {
      build.onResolve({ filter: new RegExp(`^\\./${name}\\.ts$`) }, ({ kind }) =>
        kind === 'dynamic-import' ? { path: `./${name}.${extension}`, external: true } : undefined,
      );
    },
  };
}

await Promise.all([
  esbuild.build({
    ...node,
    external: ['vscode'],
    outExtension: {},
    outdir: 'client/dist',
    entryPoints: ['client/src/extension.ts', 'client/src/language-client.ts'],
    plugins: [ownFilePlugin('language-client', 'js')],
  }),
  esbuild.build({
    ...node,
    outdir: 'server/dist',
    entryPoints: {
      server: 'server/src/node/server-start.ts',
      'server-main': 'server/src/node/server-main.ts',
      cli: 'server/src/node/cli-main.ts',
      'scan-thread': 'server/src/node/scan-thread-main.ts',
      'verify-thread': 'server/src/node/verify-thread-main.ts',
    },
    plugins: [lazyLibrariesPlugin(), ownFilePlugin('server-main')],
  }),
  ...lazyFiles.map(({ outfile, ...options }) =>
    esbuild.build({ ...node, outExtension: {}, outfile: `server/dist/${outfile}`, ...options }),
  ),
  esbuild.build({
    ...common,
    platform: 'browser',
    target: 'es2022',
    format: 'iife',
    outdir: 'client/dist',
    entryPoints: { 'ko-editor': 'client/src/ko-editor/webview/main.ts' },
  }),
]);

// The bundle is CommonJS, whatever the package.json above it says of the sources.
fs.writeFileSync(path.join(root, 'client/dist/package.json'), '{ "type": "commonjs" }\n');

// The grammars are data that the server reads at run time; they lie beside it.
const wasm = {
  'web-tree-sitter.wasm': 'web-tree-sitter/web-tree-sitter.wasm',
  'tree-sitter-bash.wasm': 'tree-sitter-bash/tree-sitter-bash.wasm',
  'tree-sitter-c.wasm': 'tree-sitter-c/tree-sitter-c.wasm',
};
for (const [name, from] of Object.entries(wasm)) {
  fs.copyFileSync(path.join(root, 'node_modules', from), path.join(root, 'server/dist', name));
}
