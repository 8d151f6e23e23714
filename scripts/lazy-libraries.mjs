// An esbuild plugin that keeps large libraries out of the bundles: each is loaded when the first of its exports is used.

import { createRequire } from 'node:module';
import path from 'node:path';
import { pathToFileURL } from 'node:url';
import { root } from './setup.mjs';

/** Libraries that share objects with each other; they come in one file beside the bundles. */
export const lazyLibraries = ['pkijs', 'asn1js'];
export const lazyFile = 'signature-libraries';

/** The source of the file that holds them. */
export const lazyEntry = {
  contents: lazyLibraries.map((name) => `export * as ${name} from '${name}';`).join('\n'),
  resolveDir: path.join(root, 'server'),
  sourcefile: `${lazyFile}.js`,
};

const require = createRequire(import.meta.url);

/** @returns {import('esbuild').Plugin} */
export function lazyLibrariesPlugin() {
  return {
    name: 'lazy-libraries',
    setup(build) {
      const filter = new RegExp(`^(?:${lazyLibraries.join('|')})$`);
      build.onResolve({ filter }, ({ path: name }) => ({ path: name, namespace: 'lazy-library' }));
      build.onLoad({ filter: /.*/, namespace: 'lazy-library' }, async ({ path: name }) => {
        const library = await import(pathToFileURL(require.resolve(name)).href);
        const names = Object.keys(library).filter((key) => key !== 'default' && /^[A-Za-z_$][\w$]*$/.test(key));
        const getters = names.map((key) => `get ${key}() { return load().${key}; }`).join(',\n');
        return {
          contents: `let loaded;
const load = () => (loaded ??= require('./${lazyFile}.cjs').${name});
module.exports = { __esModule: true,\n${getters} };`,
          loader: 'js',
        };
      });
      // The file itself lies beside the bundles and stays outside of them.
      build.onResolve({ filter: new RegExp(`^\\./${lazyFile}\\.cjs$`) }, ({ path: file }) => ({
        path: file,
        external: true,
      }));
    },
  };
}
