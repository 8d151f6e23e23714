import assert from 'node:assert/strict';
import fs from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import * as vscode from 'vscode';

/** What the editor takes a file for. `undefined`: for none of our languages, whatever else it knows. */
const files: readonly (readonly [name: string, text: string, language: string | undefined])[] = [
  ['.config', '#\n', 'kconfig-dotconfig'],
  ['a/tegra_defconfig', '', 'kconfig-dotconfig'],
  ['boot/config-6.1', '#\n', 'kconfig-dotconfig'],
  ['config-6.1.0-56-amd64', '#\n', 'kconfig-dotconfig'],
  ['arch/arm64/configs/virt.config', '', 'kconfig-dotconfig'],
  ['fragment', 'CONFIG_PREEMPT_RT=y\n', 'kconfig-dotconfig'],
  ['unset', '# CONFIG_MODVERSIONS is not set\n', 'kconfig-dotconfig'],
  ['app.config', '<configuration/>\n', undefined],
  ['arch/x/configs/board.json', '{}', undefined],
  ['config-1.json', '{}', undefined],
  ['config-2.0.yaml', 'a: 1\n', undefined],
  ['shell', 'CONFIG_DIR=/etc/x\n', undefined],
  ['generated', '# Automatically generated file. Edit setup.in\n', undefined],
  ['Kconfig', '', 'kconfig'],
  ['Kconfig.debug', '', 'kconfig'],
  ['Kconfig.projbuild', '', 'kconfig'],
  ['include/linux/kconfig.h', '', undefined],
  ['kconfig.cpp', '', undefined],
  ['Kconfig.md', '', undefined],
  ['kconfig.py', '', undefined],
  ['Kbuild', '', 'kbuild'],
  ['Kbuild.include', '', 'kbuild'],
  ['kbuild.py', '', undefined],
  ['drv/Makefile', 'KDIR ?= /k\nobj-m := a.o\n', 'kbuild'],
  ['app/Makefile', 'all: main.o\n', undefined],
  ['Module.symvers', '', 'module-symvers'],
  ['versions.env', '', 'kernel-env'],
  ['.env', 'CONFIG_DIR=/etc\n', undefined],
  ['prod.env', 'DEBUG=1\n', undefined],
  ['etc/modprobe.d/blacklist.conf', '', 'modprobe-conf'],
  ['etc/other.conf', '', undefined],
  ['dmesg', '', 'kernel-log'],
  ['dmesg.0', '', 'kernel-log'],
  ['boot.dmesg', '', 'kernel-log'],
  ['capture', '[    0.000000] Linux version 6.1.0\n', 'kernel-log'],
  ['sys-utils/dmesg.c', '', undefined],
  ['scripts/gdb/linux/dmesg.py', '', undefined],
];

const ours: ReadonlySet<string> = new Set([
  'kconfig-dotconfig',
  'kconfig',
  'kbuild',
  'module-symvers',
  'kernel-env',
  'symtypes',
  'modprobe-conf',
  'kernel-log',
]);

describe('languages', () => {
  const folder = fs.mkdtempSync(path.join(os.tmpdir(), 'vermagic-languages-'));
  after(() => fs.rmSync(folder, { recursive: true }));

  for (const [name, text, language] of files) {
    it(`${name} ${JSON.stringify(text)} is ${language ?? 'none of ours'}`, async () => {
      const file = path.join(folder, name);
      fs.mkdirSync(path.dirname(file), { recursive: true });
      fs.writeFileSync(file, text);
      const uri = vscode.Uri.file(file);
      const opened = await vscode.workspace.openTextDocument(uri);
      // A Makefile is looked into after it was opened.
      for (
        let waitedMs = 0;
        opened.languageId === 'makefile' && language !== undefined && waitedMs < 5000;
        waitedMs += 50
      )
        await new Promise((resolve) => setTimeout(resolve, 50));
      const found = ours.has(opened.languageId) ? opened.languageId : undefined;
      assert.equal(found, language, opened.languageId);
    });
  }

  it('whoever takes a Makefile with obj-m for an ordinary one keeps it so', async () => {
    const document = await vscode.workspace.openTextDocument(vscode.Uri.file(path.join(folder, 'drv/Makefile')));
    await vscode.languages.setTextDocumentLanguage(document, 'makefile');
    await new Promise((resolve) => setTimeout(resolve, 500));
    assert.equal(document.languageId, 'makefile');
  });
});
