import assert from 'node:assert/strict';
import * as vscode from 'vscode';
import { activeTab, closeAll, moduleFile, until } from './workspace.ts';

describe('differences', () => {
  afterEach(closeAll);

  it('shows the vermagic of module and kernel side by side', async () => {
    const [module, kernel] = await openDifference('vermagic.showVermagicDifference');
    assert.match(module, /6\.1\.0-56-arm64/);
    assert.doesNotMatch(module, /\bpreempt/);
    assert.match(kernel, /6\.1\.0-56-rt-arm64/);
    assert.match(kernel, /\bpreempt_rt\b/);
  });

  it('shows the CRCs of module and kernel side by side', async () => {
    const [module, kernel] = await openDifference('vermagic.showCrcDifference');
    const crc = (text: string) => text.match(/(0x[0-9a-f]{8}).*module_layout|module_layout.*(0x[0-9a-f]{8})/)?.[0];
    assert.ok(crc(module), module.slice(0, 200));
    assert.ok(crc(kernel), kernel.slice(0, 200));
    assert.notEqual(crc(module), crc(kernel));
  });
});

async function openDifference(command: string): Promise<[string, string]> {
  await vscode.commands.executeCommand(command, moduleFile('skua/skua_imu.ko'));
  const tab = await until('the diff editor', () => activeTab(vscode.TabInputTextDiff));
  const text = async (uri: vscode.Uri) => (await vscode.workspace.openTextDocument(uri)).getText();
  return [await text(tab.original), await text(tab.modified)];
}
