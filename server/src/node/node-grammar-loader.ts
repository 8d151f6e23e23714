import { readFile } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { join } from 'node:path';
import type { GrammarLoader } from '../ports/grammar-loader.ts';

/** Finds the WebAssembly files beside the bundle, or in node_modules when run from the sources. */
export function nodeGrammarLoader(directory = import.meta.dirname): GrammarLoader {
  const load = async (file: string, module: string): Promise<Uint8Array> => {
    try {
      return await readFile(join(directory, file));
    } catch {
      return readFile(createRequire(join(directory, 'index.js')).resolve(module));
    }
  };
  return {
    loadRuntime: () => load('web-tree-sitter.wasm', 'web-tree-sitter/web-tree-sitter.wasm'),
    loadGrammar: (name) => load(`tree-sitter-${name}.wasm`, `tree-sitter-${name}/tree-sitter-${name}.wasm`),
  };
}
