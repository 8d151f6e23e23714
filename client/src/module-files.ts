import type { Uri } from 'vscode';

/** The same patterns as `contributes.customEditors` in package.json. */
const moduleFile = /\.ko(\.(gz|xz|zst))?$/;

/** Whether a path names a kernel module, compressed or not. */
export function isModulePath(path: string): boolean {
  return moduleFile.test(path);
}

/** A module that the server can read: it reads files, so modules in other schemes (git:, output:) are left alone. */
export function isModuleFile(uri: Uri): boolean {
  return uri.scheme === 'file' && isModulePath(uri.path);
}

/** For `workspace.findFiles`. */
export const moduleGlob = '**/*.{ko,ko.gz,ko.xz,ko.zst}';
