import type { DebianArchitecture } from './debian-kernels.mjs';

export interface ModuleBuild {
  name: string;
  source: string;
  modules: readonly string[];
  headers: string;
  architecture: DebianArchitecture;
  extraSymbols?: readonly string[];
  variables?: readonly string[];
}
export declare function buildModules(build: ModuleBuild): string;
export declare function editSymvers(text: string, symbol: string, edit: (columns: string[]) => string[]): string;
export declare function importedSymbols(directory: string): Set<string>;
