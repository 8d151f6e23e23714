import assert from 'node:assert/strict';
import * as vscode from 'vscode';
import { activeTab, closeAll, errorsOf, file, moduleFile, ruleOf, until } from './workspace.ts';

describe('kernel modules', () => {
  afterEach(closeAll);

  it('puts a refused module into the Problems panel, at the start of the file', async () => {
    const module = moduleFile('skua/skua_imu.ko');
    const [first] = await until('findings of skua_imu.ko', () => nonEmpty(errorsOf(module)));
    assert.equal(first?.range.start.line, 0);
    assert.equal(first?.range.start.character, 0);
    assert.ok(['crc-mismatch', 'vermagic-mismatch'].includes(ruleOf(first as vscode.Diagnostic)), first?.message);
  });

  it('has no error for a module that loads', async () => {
    await until('findings of skua_imu.ko', () => nonEmpty(errorsOf(moduleFile('skua/skua_imu.ko'))));
    assert.deepEqual(
      errorsOf(moduleFile('orca/orca_npu.ko')).map(({ message }) => message),
      [],
    );
  });

  it('says of a broken file what is wrong with it', async () => {
    const [first] = await until('findings of skua_lens.ko', () => nonEmpty(errorsOf(moduleFile('skua/skua_lens.ko'))));
    assert.equal(ruleOf(first as vscode.Diagnostic), 'elf-invalid');
  });

  it('opens in its own editor, compressed or not', async () => {
    for (const name of ['skua/skua_imu.ko', 'skua/skua_cam.ko.xz']) {
      await vscode.commands.executeCommand('vscode.open', moduleFile(name));
      const tab = await until(`the editor of ${name}`, () => activeTab(vscode.TabInputCustom));
      assert.equal(tab.viewType, 'vermagic.kernelModule');
      await closeAll();
    }
  });

  it('is checked again when the file is replaced, both ways', async () => {
    const good = await vscode.workspace.fs.readFile(moduleFile('orca/orca_npu.ko'));
    const bad = await vscode.workspace.fs.readFile(moduleFile('skua/skua_imu.ko'));
    const changing = file('rootfs/lib/modules/6.1.0-56-rt-arm64/updates/orca/changing.ko');
    try {
      await vscode.workspace.fs.writeFile(changing, bad);
      await until('the error of the new file', () => nonEmpty(errorsOf(changing)));
      await vscode.workspace.fs.writeFile(changing, good.slice(0, 100));
      await until('the error of the cut file', () =>
        errorsOf(changing).some((found) => ruleOf(found) === 'elf-invalid') ? true : undefined,
      );
    } finally {
      await vscode.workspace.fs.delete(changing);
    }
    await until('the errors to go with the file', () => (errorsOf(changing).length === 0 ? true : undefined));
  });

  it('copies its report as Markdown', async () => {
    await vscode.env.clipboard.writeText('');
    await vscode.commands.executeCommand('vermagic.copyReport', moduleFile('skua/skua_imu.ko'));
    const report = await vscode.env.clipboard.readText();
    assert.match(report, /^## skua_imu\.ko$/m);
    assert.match(report, /refused by orin-rt/);
    assert.match(report, /disagrees about version of symbol module_layout/);
    assert.match(report, /insmod: ERROR: could not insert module skua_imu\.ko: Invalid module format/);
    assert.match(report, /loads on orin-stock/);
  });
});

function nonEmpty<T>(list: T[]): T[] | undefined {
  return list.length > 0 ? list : undefined;
}
