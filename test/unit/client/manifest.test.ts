import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import fs from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { test } from 'node:test';
import { editorViewType } from '../../../client/src/ko-editor/view-type.ts';
import { isModulePath } from '../../../client/src/module-files.ts';
import { rules } from '../../../server/src/findings/registry.ts';
import { projectFileJsonSchema } from '../../../server/src/service/project-file-schema.ts';
import { settingsSchema } from '../../../server/src/service/settings.ts';

const root = path.resolve(import.meta.dirname, '../../..');
const { contributes, capabilities } = JSON.parse(fs.readFileSync(path.join(root, 'package.json'), 'utf8'));
const source = (file: string) => fs.readFileSync(path.join(root, 'client/src', file), 'utf8');

test('every command of the manifest has a handler, and every handler is in the manifest', () => {
  const handlers = [...source('commands.ts').matchAll(/^ {2}'(vermagic\.\w+)':/gm)].map(([, id]) => id);
  const offered = contributes.commands.map(({ command }: { command: string }) => command);
  assert.deepEqual(handlers.toSorted(), offered.toSorted());
});

test('menus name only commands that exist', () => {
  const offered = new Set(contributes.commands.map(({ command }: { command: string }) => command));
  const menus = Object.values<{ command: string }[]>(contributes.menus).flat();
  assert.deepEqual(
    menus.filter(({ command }) => !offered.has(command)),
    [],
  );
});

test('the editor opens exactly the files that are modules', () => {
  const [editor] = contributes.customEditors;
  assert.equal(editor.viewType, editorViewType);
  for (const { filenamePattern } of editor.selector) {
    assert.ok(isModulePath(`/w/${filenamePattern.replace('*', 'hello')}`), filenamePattern);
  }
  for (const name of ['hello.c', 'hello.ko.bak', 'hello.kojak', 'ko']) assert.ok(!isModulePath(`/w/${name}`), name);
});

test('the levels that settings take are those of the rules there are; `npm run manifest` writes them', () => {
  const setting = contributes.configuration.properties['vermagic.rules'];
  assert.deepEqual(Object.keys(setting.properties), Object.keys(rules));
  for (const [id, rule] of Object.entries(rules)) {
    assert.equal(setting.properties[id].markdownDescription, `${rule.summary}. Default: \`${rule.level}\`.`);
  }
});

test('the editor completes vermagic.json by the schema that the server reads it with; `npm run manifest` writes it', () => {
  const [{ fileMatch, url }] = contributes.jsonValidation;
  assert.equal(fileMatch, 'vermagic.json');
  assert.deepEqual(JSON.parse(fs.readFileSync(path.join(root, url), 'utf8')), projectFileJsonSchema());
});

test('`npm run manifest` writes both files as they are, in the form that the formatter wants', () => {
  const folder = fs.mkdtempSync(path.join(os.tmpdir(), 'vermagic-manifest-'));
  try {
    execFileSync(process.execPath, [path.join(root, 'scripts/generate-manifest.mjs'), folder]);
    for (const name of ['package.json', 'syntaxes/vermagic.schema.json'])
      assert.equal(fs.readFileSync(path.join(folder, name), 'utf8'), fs.readFileSync(path.join(root, name), 'utf8'));
  } finally {
    fs.rmSync(folder, { recursive: true });
  }
});

test('every setting of the manifest is read by the server, with the same default', () => {
  const editorOnly = ['vermagic.trace.server'];
  const defaults = settingsSchema.parse({}) as Record<string, unknown>;
  const properties = Object.entries<{ default: unknown }>(contributes.configuration.properties);
  const read = properties.filter(([name]) => !editorOnly.includes(name));
  assert.deepEqual(
    Object.fromEntries(read.map(([name, { default: value }]) => [name.replace('vermagic.', ''), value])),
    defaults,
  );
});

test('an untrusted folder cannot point the server outside itself', () => {
  assert.equal(capabilities.untrustedWorkspaces.supported, 'limited');
  assert.ok(capabilities.untrustedWorkspaces.restrictedConfigurations.includes('vermagic.targets'));
});
