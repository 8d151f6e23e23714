// An esbuild plugin that keeps large libraries out of the bundles: each is loaded when the first of its exports is used.
import { createRequire } from 'node:module';
import path from 'node:path';
import { root } from './setup.mjs';

/** By the file that holds them, beside the bundles. */
const groups = {
  'asn1-libraries': ['asn1js'],
  'signature-libraries': ['pkijs'],
  'text-libraries': ['yaml', 'dockerfile-ast', 'jsonc-parser'],
};
const require = createRequire(path.join(root, 'server/package.json'));

/** A name that is an identifier: the libraries' exports of the file, one object each. */
const identifier = (library) => library.replace(/\W/g, '_');

/** What has to be built besides the bundles. */
export const lazyFiles = Object.entries(groups).map(([file, libraries]) => ({
  outfile: `${file}.cjs`,
  stdin: {
    contents: libraries.map((library) => `export * as ${identifier(library)} from '${library}';`).join('\n'),
    resolveDir: path.join(root, 'server'),
    sourcefile: `${file}.js`,
  },
  // pkijs and asn1js hand each other objects: there is one asn1js.
  plugins: [lazyLibrariesPlugin(libraries)],
}));

/**
 * @param {readonly string[]} [inside] the libraries that are to be in the bundle itself.
 * @returns {import('esbuild').Plugin}
 */
export function lazyLibrariesPlugin(inside = []) {
  const fileOf = new Map(Object.entries(groups).flatMap(([file, names]) => names.map((name) => [name, file])));
  return {
    name: 'lazy-libraries',
    setup(build) {
      build.onResolve({ filter: /^[\w/-]+$/ }, ({ path: name }) =>
        fileOf.has(name) && !inside.includes(name) ? { path: name, namespace: 'lazy-library' } : undefined,
      );
      build.onLoad({ filter: /.*/, namespace: 'lazy-library' }, ({ path: name }) => {
        const names = Object.keys(require(name)).filter((key) => key !== 'default' && /^[A-Za-z_$][\w$]*$/.test(key));
        const getters = names.map((key) => `get ${key}() { return load().${key}; }`).join(',\n');
        return {
          contents: `let loaded;
const load = () => (loaded ??= require('./${fileOf.get(name)}.cjs').${identifier(name)});
module.exports = { __esModule: true,\n${getters} };`,
          loader: 'js',
        };
      });
      // The files themselves stay outside of the bundles.
      build.onResolve({ filter: /^\.\/[\w-]+-libraries\.cjs$/ }, ({ path: file }) => ({ path: file, external: true }));
    },
  };
}
