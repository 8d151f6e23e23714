import assert from 'node:assert/strict';
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { describe, it } from 'node:test';
import { rules } from '../../server/src/findings/registry.ts';

const root = path.resolve(import.meta.dirname, '../..');

describe('the registry of rules', () => {
  it('has a page for every rule that says what, why and how to silence it', () => {
    for (const id of Object.keys(rules)) {
      const file = path.join(root, 'docs/rules', `${id}.md`);
      assert.ok(existsSync(file), `docs/rules/${id}.md`);
      const page = readFileSync(file, 'utf8');
      assert.match(page, new RegExp(`^# ${id}\\n`), `${id}: the title is the id`);
      assert.match(page, /vermagic disable=|vermagic\.json|vermagic\.rules/, `${id}: how to silence it`);
    }
  });

  it('has no page without a rule', () => {
    for (const file of readdirSync(path.join(root, 'docs/rules'))) {
      if (file !== 'README.md') assert.ok(Object.hasOwn(rules, file.replace(/\.md$/, '')), file);
    }
  });
});
