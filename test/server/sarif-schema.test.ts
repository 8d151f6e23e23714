/** Code hosts throw away a SARIF file that breaks the schema: what the commands print is held against it. */
import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { cpSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, describe, it } from 'node:test';

const root = join(import.meta.dirname, '../..');
const cli = join(root, 'server/dist/cli.cjs');

interface Validate {
  (value: unknown): boolean;
  readonly errors?: readonly { readonly dataPath: string; readonly message?: string }[] | null;
}
interface SarifLog {
  readonly runs: readonly {
    readonly results: readonly {
      readonly level: string;
      readonly locations: readonly {
        readonly physicalLocation: { readonly artifactLocation: { readonly uri: string } };
      }[];
    }[];
  }[];
}

/** OASIS's schema, as the package that Microsoft publishes for tests has it, with formats checked. */
function schemaCheck(): Validate {
  const require = createRequire(import.meta.url);
  const Ajv = require('ajv') as new (
    options: object,
  ) => { addMetaSchema(schema: unknown): void; compile(schema: unknown): Validate };
  const folder = join(root, 'node_modules/@microsoft/jest-sarif/lib/schemas');
  const schema: unknown = JSON.parse(readFileSync(join(folder, 'sarif-2.1.0-rtm.5.json'), 'utf8'));
  // It is written in draft 4, in which a schema's own name is `id`.
  const ajv = new Ajv({ schemaId: 'id', meta: false, allErrors: true, format: 'full' });
  ajv.addMetaSchema(require('ajv/lib/refs/json-schema-draft-04.json'));
  return ajv.compile(schema);
}

describe('SARIF of every command keeps to the official schema', () => {
  const validate = schemaCheck();
  let folder = '';
  before(() => {
    folder = mkdtempSync(join(tmpdir(), 'vermagic-sarif-'));
    cpSync(join(root, 'samples/jetson-rt'), join(folder, 'board'), { recursive: true });
    // Names that need escaping, also one that reads like the scheme of a URI.
    mkdirSync(join(folder, 'c:odd 100%#[ü]'));
    writeFileSync(join(folder, 'c:odd 100%#[ü]', 'broken ?.ko'), '\0'.repeat(4096));
    writeFileSync(join(folder, 'c:odd 100%#[ü]', 'load it.sh'), '#!/bin/sh\ninsmod -f ./a.ko\nmodprobe -f b\n');
  });
  after(() => rmSync(folder, { recursive: true, force: true }));

  function sarifOf(...args: string[]): SarifLog {
    const env = { ...process.env, XDG_CACHE_HOME: join(folder, 'cache') };
    const { stdout, stderr, status } = spawnSync(process.execPath, [cli, ...args], {
      cwd: folder,
      encoding: 'utf8',
      env,
    });
    assert.notEqual(stdout, '', stderr);
    assert.ok(status === 0 || status === 1, `${status}: ${stderr}`);
    const log = JSON.parse(stdout) as SarifLog;
    const valid = validate(log);
    assert.ok(valid, (validate.errors ?? []).map(({ dataPath, message }) => `${dataPath} ${message}`).join('\n'));
    return log;
  }
  const results = (log: SarifLog) => log.runs.flatMap((run) => run.results);
  const uris = (log: SarifLog) =>
    results(log).flatMap(({ locations }) =>
      locations.map(({ physicalLocation }) => physicalLocation.artifactLocation.uri),
    );

  it('the schema tells a broken log from a whole one', () => {
    assert.ok(!validate({ version: '2.1.0', runs: [{ tool: { driver: {} }, results: [] }] }));
    assert.ok(
      !validate({ version: '2.1.0', runs: [{ tool: { driver: { name: 'x' } }, results: [{ level: 'bad' }] }] }),
    );
  });

  it('check, also of files with odd names', () => {
    const log = sarifOf(
      'check',
      '--target',
      'board/kernel/build-stock',
      '--format',
      'sarif',
      'board/rootfs',
      'c:odd 100%#[ü]',
    );
    assert.ok(results(log).some(({ level }) => level === 'error'));
    const odd = uris(log).find((uri) => uri.includes('broken'));
    assert.equal(decodeURIComponent(odd ?? ''), 'c:odd 100%#[ü]/broken ?.ko');
  });

  it('scan, its parts, and the parts merged', () => {
    for (const part of ['1', '2'])
      writeFileSync(
        join(folder, `${part}.sarif`),
        JSON.stringify(sarifOf('scan', '--rootfs', 'board/rootfs', '--shard', `${part}/2`, '--format', 'sarif')),
      );
    const whole = results(sarifOf('scan', '--rootfs', 'board/rootfs', '--format', 'sarif'));
    const merged = results(sarifOf('merge', '1.sarif', '2.sarif'));
    assert.ok(whole.length > 0);
    assert.equal(merged.length, whole.length);
  });

  it('lint, with places in texts', () => {
    const log = sarifOf('lint', '--format', 'sarif', 'board', 'c:odd 100%#[ü]');
    assert.ok(uris(log).some((uri) => uri.endsWith('load%20it.sh')));
  });

  it('preflight, with findings of both kinds; and a folder where there is nothing to find', () => {
    assert.ok(results(sarifOf('preflight', '--format', 'sarif', 'board')).length > 0);
    writeFileSync(join(folder, 'fine.sh'), '#!/bin/sh\necho fine\n');
    assert.deepEqual(results(sarifOf('lint', '--format', 'sarif', 'fine.sh')), []);
  });

  it('inspect and target, which have nothing to find', () => {
    const module = 'board/rootfs/lib/modules/6.1.0-56-rt-arm64/updates/skua/skua_led.ko';
    assert.deepEqual(results(sarifOf('inspect', '--format', 'sarif', module)), []);
    assert.deepEqual(results(sarifOf('target', '--format', 'sarif', 'board/kernel/build-rt')), []);
  });

  it('open verdicts, and reasons that no rule has', () => {
    mkdirSync(join(folder, 'gone'));
    writeFileSync(join(folder, 'gone/vermagic.json'), JSON.stringify({ targets: { spare: { sources: ['nosuch'] } } }));
    assert.ok(results(sarifOf('preflight', '--format', 'sarif', 'gone')).length > 0);
    const open = sarifOf('check', '-t', 'board/kernel/build-rt/.config', '--format', 'sarif', 'board/rootfs');
    assert.ok(JSON.stringify(open).includes('"ruleId":"undetermined"'));
  });
});
