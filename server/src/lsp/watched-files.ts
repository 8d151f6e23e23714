import { type Connection, DidChangeWatchedFilesNotification, type FileSystemWatcher } from 'vscode-languageserver';

/**
 * What can change a verdict or a finding: modules, what a kernel says of itself, and pins. Nothing else is watched:
 * a build of a kernel touches tens of thousands of files.
 */
const patterns = [
  '**/*.{ko,ko.gz,ko.xz,ko.zst}',
  '**/{Module.symvers,modules.order,vermagic.json,versions.env,EXPECTED_VERMAGIC,BUILD_MANIFEST.json}',
  '**/include/generated/utsrelease.h',
  '**/{.config,auto.conf}',
  // What build phases are made from, and the records of their runs.
  '**/*.{env,patch,diff,sh}',
  '**/{Dockerfile,Containerfile,Makefile,Kbuild,dkms.conf}',
  '**/.vermagic/stamps/*.json',
];

export async function watchFiles(connection: Connection): Promise<void> {
  const watchers: FileSystemWatcher[] = patterns.map((globPattern) => ({ globPattern }));
  await connection.client.register(DidChangeWatchedFilesNotification.type, { watchers });
}
