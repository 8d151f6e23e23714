/**
 * Two external modules, one of which uses the other, built by Kbuild with and without KBUILD_EXTRA_SYMBOLS: what is said of
 * the Kbuild file against what modpost says. VERMAGIC_REAL_HEADERS names a headers folder that builds for this machine
 * (default: the first of /usr/src that does).
 */
import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { existsSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, describe, test } from 'node:test';
import { pathToFileURL } from 'node:url';
import type { Finding } from '../../server/src/findings/finding.ts';
import { nodePorts } from '../../server/src/node/platform.ts';
import { silentLogger } from '../../server/src/ports/logger.ts';
import { Session } from '../../server/src/service/session.ts';
import { TextWorkspace } from '../../server/src/service/text-workspace.ts';
import { LineIndex } from '../../server/src/text/line-index.ts';

const architecture = process.arch === 'arm64' ? 'arm64' : 'amd64';
const headers = process.env['VERMAGIC_REAL_HEADERS'] ?? installedHeaders();
const skip = headers === undefined && `no headers in /usr/src that build for ${architecture}`;

function installedHeaders(): string | undefined {
  const names = existsSync('/usr/src') ? readdirSync('/usr/src') : [];
  const fitting = names.filter((name) => new RegExp(`^linux-headers-\\d.*\\d-${architecture}$`).test(name));
  return fitting.map((name) => join('/usr/src', name)).find((folder) => existsSync(join(folder, 'Module.symvers')));
}

const source = (body: string) =>
  `#include <linux/module.h>\n${body}\nMODULE_LICENSE("GPL");\nMODULE_DESCRIPTION("test");\n`;

describe('an external module that uses another one', { skip }, () => {
  const folder = mkdtempSync(join(tmpdir(), 'vermagic-pair-'));
  after(() => rmSync(folder, { recursive: true }));
  const write = (name: string, text: string) => writeFileSync(join(folder, name), text);
  mkdirSync(join(folder, 'provider'));
  mkdirSync(join(folder, 'user'));
  write('provider/Kbuild', 'obj-m := pair_provider.o\n');
  write(
    'provider/pair_provider.c',
    source('int pair_answer(void);\nint pair_answer(void) { return 42; }\nEXPORT_SYMBOL_GPL(pair_answer);'),
  );
  write('user/Kbuild', 'obj-m := pair_user.o\n');
  write(
    'user/pair_user.c',
    source(
      'int pair_answer(void);\nstatic int __init start(void) { return pair_answer() == 42 ? 0 : -EINVAL; }\nmodule_init(start);',
    ),
  );

  const build = (name: string) =>
    spawnSync('make', ['-C', headers ?? '', `M=${join(folder, name)}`, 'modules'], { encoding: 'utf8' });

  async function told(): Promise<readonly Finding[]> {
    const ports = nodePorts(silentLogger);
    const session = new Session(ports);
    await session.open([pathToFileURL(folder).href]);
    const texts = new TextWorkspace(ports, () => session.surroundings());
    const uri = pathToFileURL(join(folder, 'user/Kbuild')).href;
    const findings = await texts.findings({ uri, text: readFileSync(join(folder, 'user/Kbuild'), 'utf8') });
    return findings.filter(({ rule }) => rule === 'extra-symbols-missing');
  }

  test('modpost misses what the finding says that it will miss, and its fix makes both content', {
    timeout: 300_000,
  }, async () => {
    const provider = build('provider');
    assert.equal(provider.status, 0, provider.stderr);

    const [finding, ...others] = await told();
    assert.deepEqual(others, []);
    assert.equal(finding?.symbol, 'pair_answer');
    const without = build('user');
    assert.notEqual(without.status, 0);
    assert.match(without.stderr, /"pair_answer" \[.*pair_user\.ko\] undefined!/);

    const fix = finding?.fixes?.find(({ title }) => title.startsWith('Add '));
    assert.ok(fix && fix.kind !== 'command');
    let text = readFileSync(join(folder, 'user/Kbuild'), 'utf8');
    for (const { range, newText } of fix.edits) {
      const lines = new LineIndex(text);
      text = text.slice(0, lines.offsetAt(range.start)) + newText + text.slice(lines.offsetAt(range.end));
    }
    write('user/Kbuild', text);
    assert.deepEqual(await told(), []);
    const fixed = build('user');
    assert.equal(fixed.status, 0, fixed.stderr);
    assert.doesNotMatch(fixed.stderr, /undefined/);
  });
});
