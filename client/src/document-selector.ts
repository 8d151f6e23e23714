import type { DocumentSelector } from 'vscode-languageclient/node';

/**
 * Languages of the files that the server's rules look at; it decides by path and text whether one concerns it. Plain text,
 * ini and log are among them because loader scripts without extension, apt preferences, systemd units and captures of
 * kernel logs come as such.
 */
const languages = [
  'shellscript',
  'dockerfile',
  'dockercompose',
  'github-actions-workflow',
  'yaml',
  'makefile',
  'ini',
  'properties',
  'systemd-unit-file',
  'plaintext',
  'markdown',
  'c',
  'kconfig-dotconfig',
  'kconfig',
  'kbuild',
  'module-symvers',
  'kernel-env',
  'modprobe-conf',
  'kernel-log',
  'log',
];

/** Files that write a kernel's version down, whatever language an editor or another extension gives them. */
const pinFiles = ['**/BUILD_MANIFEST.json', '**/*.env', '**/.env', '**/localversion*', '**/debian/{changelog,rules}'];

export const documentSelector: DocumentSelector = [
  ...languages.flatMap((language) => [
    { scheme: 'file', language },
    { scheme: 'untitled', language },
  ]),
  ...pinFiles.map((pattern) => ({ scheme: 'file', pattern })),
];
