export type DebianArchitecture = 'amd64' | 'i386' | 'arm64' | 'armhf' | 's390x';
export declare const cacheDirectory: string;
export declare const compilers: Readonly<
  Record<DebianArchitecture, { arch: string; prefix: string; compiler: string; package: string }>
>;
export declare function run(command: string, args: readonly string[], options?: { cwd?: string }): string;
export declare function newestRelease(series: string, flavour: string, architecture: DebianArchitecture): string;
export declare function packageVersion(name: string, architecture: DebianArchitecture | 'all'): string;
export declare function unpackedPackage(name: string, architecture: DebianArchitecture | 'all'): string;
export declare function headersDirectory(release: string, architecture: DebianArchitecture): string;
export declare function headersWithSymvers(headers: string, directory: string, symvers: string | undefined): string;
export declare function hasCompiler(architecture: DebianArchitecture): boolean;
export declare function kbuild(build: {
  headers: string;
  directory: string;
  architecture: DebianArchitecture;
  extraSymbols?: readonly string[];
  variables?: readonly string[];
}): string;
