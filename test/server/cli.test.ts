import assert from 'node:assert/strict';
import { spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { cpSync, mkdirSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { describe, it } from 'node:test';
import type { CheckReport, InspectReport, SymversDiffReport } from '@vermagic/shared';
import { root } from './lsp-client.ts';

const sample = path.join(root, 'samples/jetson-rt');

function vermagic(args: readonly string[], cwd = sample, env: NodeJS.ProcessEnv = process.env) {
  const { status, stdout, stderr } = spawnSync(
    process.execPath,
    [path.join(root, 'server/bin/vermagic.mjs'), ...args],
    {
      cwd,
      env,
      encoding: 'utf8',
      maxBuffer: 64 * 1024 * 1024,
    },
  );
  return { status, stdout, stderr };
}

interface Expectation {
  readonly module: string;
  readonly target: string;
  readonly verdict: string;
  readonly errno: string | null;
  readonly line: string | null;
  readonly taint?: string;
  readonly with?: readonly string[];
}
const expectations: readonly Expectation[] = JSON.parse(
  readFileSync(path.join(root, 'samples/expectations.json'), 'utf8'),
);

describe('vermagic check', () => {
  it('says of every sample module what the booted kernels said', () => {
    for (const expected of expectations) {
      const before = (expected.with ?? []).flatMap((module) => ['--with', path.join(root, 'samples', module)]);
      const run = vermagic([
        'check',
        '-t',
        expected.target,
        ...before,
        '--format',
        'json',
        path.join(root, 'samples', expected.module),
      ]);
      const [report]: CheckReport[] = JSON.parse(run.stdout);
      const where = `${expected.module} on ${expected.target}`;
      assert.ok(report, `${where}: ${run.stderr}`);
      if (report.missing.length > 0) {
        // The one signed module: whether the target knows the key is not among the sample's facts.
        assert.match(expected.module, /skua_led/);
        assert.match(report.missing.join(), /^the keys that the target trusts for modules/);
        assert.notEqual(report.verdict, expected.verdict === 'loads' ? 'refused' : 'loads', where);
        continue;
      }
      assert.equal(report.verdict, expected.verdict, where);
      assert.equal(report.errno, expected.errno, where);
      if (expected.line !== null) assert.equal(report.dmesg.at(-1), expected.line, where);
      if (expected.taint !== undefined) assert.equal(report.taint, expected.taint, where);
      assert.equal(
        run.status,
        report.verdict === 'loads' && report.findings.every((f) => f.severity !== 'error') ? 0 : 1,
        where,
      );
    }
  });

  it('names the target that does not exist and those that do, with exit status 2', () => {
    const run = vermagic(['check', '-t', 'nowhere', 'rootfs']);
    assert.equal(run.status, 2);
    assert.match(run.stderr, /nowhere.*no such file or folder/);
    assert.match(run.stderr, /orin-rt, orin-stock/);
    assert.equal(run.stdout, '');
  });

  it('asks for a target where there is none to be found', () => {
    const folder = mkdtempSync(path.join(os.tmpdir(), 'vermagic-cli-'));
    const run = vermagic(['check', path.join(root, 'samples', expectations[0]?.module ?? '')], folder);
    rmSync(folder, { recursive: true });
    assert.equal(run.status, 2);
    assert.match(run.stderr, /--target/);
  });

  it('writes annotations and SARIF of the same findings as JSON', () => {
    const module = path.join(root, 'samples', expectations.find((entry) => entry.errno === 'EINVAL')?.module ?? '');
    const args = ['check', '-t', 'orin-rt', module, '--format'];
    const json: CheckReport[] = JSON.parse(vermagic([...args, 'json']).stdout);
    const rules = json.flatMap((report) => report.findings.map((finding) => finding.rule)).sort();
    assert.ok(rules.includes('crc-mismatch'));
    const annotations = vermagic([...args, 'github'])
      .stdout.trim()
      .split('\n');
    assert.deepEqual(annotations.map((line) => /vermagic%3A ([\w-]+)/.exec(line)?.[1]).sort(), rules);
    const sarif = JSON.parse(vermagic([...args, 'sarif']).stdout);
    assert.equal(sarif.version, '2.1.0');
    assert.deepEqual(sarif.runs[0].results.map((result: { ruleId: string }) => result.ruleId).sort(), rules);
    for (const result of sarif.runs[0].results) {
      assert.equal(sarif.runs[0].tool.driver.rules[result.ruleIndex].id, result.ruleId);
    }
  });

  it('keeps control characters of a hostile file off the terminal', () => {
    const folder = mkdtempSync(path.join(os.tmpdir(), 'vermagic-cli-'));
    const source = readFileSync(path.join(root, 'samples', expectations[0]?.module ?? ''));
    const at = source.indexOf('vermagic=') + 'vermagic='.length;
    source[at] = 0x1b;
    writeFileSync(path.join(folder, 'evil.ko'), source);
    const run = vermagic(['check', '-v', '-t', 'orin-stock', path.join(folder, 'evil.ko')]);
    rmSync(folder, { recursive: true });
    assert.doesNotMatch(run.stdout, /\u001b/);
    assert.match(run.stdout, /\\x1b/);
  });
});

describe('the command line as a whole', () => {
  it('answers --help and --version with every command', () => {
    const [version] = vermagic(['--version']).stdout.split('\n');
    const names = [...vermagic(['--help']).stdout.matchAll(/^ {2}(\w+) {2,}/gm)].map(([, name]) => name ?? '');
    for (const contracted of ['check', 'scan', 'lint', 'inspect', 'target', 'preflight', 'taint', 'server']) {
      assert.ok(names.includes(contracted), contracted);
    }
    for (const name of names) {
      const [help, own] = [vermagic([name, '--help']), vermagic([name, '--version'])];
      assert.deepEqual([name, help.status, own.status, own.stdout], [name, 0, 0, `${version}\n`]);
      assert.match(help.stdout, new RegExp(`Usage: vermagic ${name} `));
    }
  });

  it('runs the language server for other editors', async () => {
    const params = { processId: null, rootUri: null, capabilities: {} };
    const message = JSON.stringify({ jsonrpc: '2.0', id: 1, method: 'initialize', params });
    const server = spawn(process.execPath, [path.join(root, 'server/bin/vermagic.mjs'), 'server', '--stdio']);
    server.stdin.write(`Content-Length: ${message.length}\r\n\r\n${message}`);
    const [answer] = await once(server.stdout, 'data', { signal: AbortSignal.timeout(30_000) });
    server.kill();
    assert.match(String(answer), /"serverInfo"|^Content-Length/);
    assert.equal(vermagic(['server']).status, 2);
  });

  it('finds the kernels of a folder that has no vermagic.json', () => {
    const folder = mkdtempSync(path.join(os.tmpdir(), 'vermagic-cli-'));
    const modules = path.join(folder, 'rootfs/lib/modules');
    const empty = path.join(folder, 'empty');
    for (const made of [modules, empty]) mkdirSync(made, { recursive: true });
    cpSync(path.join(sample, 'rootfs/lib/modules'), modules, { recursive: true });
    const module = path.join(sample, 'kernel/build-rt/reference.ko');
    const run = vermagic(['check', '--format', 'json', module], folder);
    const [report]: CheckReport[] = JSON.parse(run.stdout);
    assert.equal(report?.target.release, '6.1.0-56-rt-arm64');
    assert.match(vermagic(['check', module], empty).stderr, /no target, and none found/);
    rmSync(folder, { recursive: true });
  });

  it('ends with status 2 where a module cannot be read or a target is none, and still tells of the others', () => {
    const folder = mkdtempSync(path.join(os.tmpdir(), 'vermagic-cli-'));
    symlinkSync('loop.ko', path.join(folder, 'loop.ko'));
    const good = path.join(sample, 'kernel/build-stock/reference.ko');
    const run = vermagic(['check', '-t', 'orin-stock', '--format', 'json', path.join(folder, 'loop.ko'), good]);
    const verdicts = JSON.parse(run.stdout).map(({ verdict }: CheckReport) => verdict);
    assert.deepEqual([run.status, verdicts[0], verdicts.length], [2, 'undetermined', 2]);
    const none = vermagic(['check', '-t', path.join(sample, 'Makefile'), good]);
    assert.deepEqual([none.status, none.stdout], [2, '']);
    assert.match(none.stderr, /Makefile is none of the things that describe a kernel/);
    const before = vermagic(['check', '-t', 'orin-stock', '--with', path.join(sample, 'Makefile'), good]);
    assert.deepEqual([before.status, before.stdout], [2, '']);
    assert.match(before.stderr, /--with .*Makefile: Not an ELF file/);
    rmSync(folder, { recursive: true });
  });
});

describe('vermagic inspect', () => {
  it('follows the contract for a plain and a compressed module', () => {
    const packed = expectations.find((entry) => entry.module.endsWith('.ko.xz'))?.module ?? '';
    const run = vermagic(['inspect', '--format', 'json', path.join(root, 'samples', packed)]);
    assert.equal(run.status, 0);
    const [report]: InspectReport[] = JSON.parse(run.stdout);
    assert.ok(report);
    assert.deepEqual([report.compression, report.class, report.endian, report.machine], ['xz', 64, 'little', 'arm64']);
    assert.equal(report.versionsFormat, 'classic');
    assert.ok(report.modinfo.some(([key, value]) => key === 'import_ns' && value === 'SKUA_LINK'));
    assert.ok(report.parameters.some(({ name, type }) => name === 'gain' && type === 'array of int'));
    assert.ok(report.versions.every(({ crc }) => /^0x[0-9a-f]{8}$/.test(crc)));
    assert.deepEqual(report.problems, []);
  });

  it('prints one field of modules and folders, one value a line, as modinfo -F does', () => {
    const packed = expectations.find((entry) => entry.module.endsWith('.ko.xz'))?.module ?? '';
    const one = vermagic(['inspect', '-F', 'import_ns', path.join(root, 'samples', packed)]);
    assert.deepEqual([one.status, one.stdout], [0, 'SKUA_LINK\n']);
    const folder = 'rootfs/lib/modules/6.1.0-56-rt-arm64/updates/skua';
    const shown: InspectReport[] = JSON.parse(vermagic(['inspect', '--format', 'json', folder]).stdout);
    const licences = shown.flatMap(({ modinfo }) =>
      modinfo.flatMap(([key, value]) => (key === 'license' ? [value] : [])),
    );
    assert.ok(licences.length > 5);
    assert.equal(vermagic(['inspect', '--field', 'license', folder]).stdout, `${licences.join('\n')}\n`);
    const none = vermagic(['inspect', '--field', 'license', '--format', 'json', folder, 'vermagic.json']);
    assert.equal(none.status, 2);
    assert.match(none.stderr, /vermagic\.json: /);
    const listed: { path: string; field: string; values: string[] }[] = JSON.parse(none.stdout);
    assert.deepEqual(
      listed.flatMap(({ values }) => values),
      licences,
    );
  });

  it('says what is wrong with a file that is no module, with exit status 2', () => {
    const zero = expectations.find((entry) => entry.line?.startsWith('Invalid ELF header magic'))?.module ?? '';
    const run = vermagic(['inspect', path.join(root, 'samples', zero)]);
    assert.equal(run.status, 2);
    assert.match(run.stdout, /problem/);
  });
});

describe('vermagic target', () => {
  it('shows facts with their origins', () => {
    const run = vermagic(['target', 'orin-rt']);
    assert.equal(run.status, 0);
    assert.match(run.stdout, /release: +6\.1\.0-\d+-rt-arm64 +\(utsrelease\.h of kernel\/build-rt\)/);
    assert.match(run.stdout, /vermagic: +'6\.1\.0-\d+-rt-arm64 SMP preempt_rt mod_unload modversions aarch64'/);
  });
});

describe('vermagic taint', () => {
  it('knows that 4096 is O alone and 12288 O and E', () => {
    assert.match(vermagic(['taint', '4096']).stdout, /^4096 = O\n/);
    assert.match(vermagic(['taint', '12288']).stdout, /^12288 = OE\n/);
    assert.equal(JSON.parse(vermagic(['taint', 'POE', '--format', 'json']).stdout).value, 12289);
  });
  it('refuses what is no taint', () => {
    assert.equal(vermagic(['taint', 'hello']).status, 2);
  });
});

describe('vermagic lint', () => {
  it('points at the flag, in a script without extension and inside a Dockerfile', () => {
    const folder = mkdtempSync(path.join(os.tmpdir(), 'vermagic-cli-'));
    writeFileSync(path.join(folder, 'load_it'), '#!/bin/sh\nsudo insmod ./my.ko -f\n');
    writeFileSync(
      path.join(folder, 'Dockerfile'),
      'FROM debian\nRUN apt-get update \\\n && modprobe --force-vermagic my\n',
    );
    const run = vermagic(['lint', '--format', 'json', '.'], folder);
    rmSync(folder, { recursive: true });
    assert.equal(run.status, 1, run.stderr);
    const found: { path: string; line: number; column: number; endColumn: number; rule: string }[] = JSON.parse(
      run.stdout,
    );
    assert.deepEqual(
      found
        .filter(({ rule }) => rule === 'force-load')
        .map(({ path: file, line, column, endColumn }) => [file, line, column, endColumn]),
      [
        ['Dockerfile', 3, 14, 30],
        ['load_it', 2, 21, 23],
      ],
    );
  });

  it('sees a byte order mark where Kconfig stumbles over it', () => {
    const folder = mkdtempSync(path.join(os.tmpdir(), 'vermagic-cli-'));
    writeFileSync(path.join(folder, '.config'), '\ufeffCONFIG_A=y\n');
    writeFileSync(path.join(folder, 'versions.env'), '\ufeffKERNEL=1\n');
    const run = vermagic(['lint', '--format', 'json', '.'], folder);
    rmSync(folder, { recursive: true });
    const found: { path: string; rule: string; message: string }[] = JSON.parse(run.stdout);
    assert.deepEqual(
      found.map(({ path: file, rule }) => [file, rule]),
      [['.config', 'config-syntax']],
    );
    assert.match(found[0]?.message ?? '', /byte order mark/);
  });

  it('leaves out what .gitignore leaves out', () => {
    const folder = mkdtempSync(path.join(os.tmpdir(), 'vermagic-cli-'));
    writeFileSync(path.join(folder, '.gitignore'), 'old.sh\n');
    writeFileSync(path.join(folder, 'old.sh'), 'insmod -f x.ko\n');
    const run = vermagic(['lint', '--format', 'json', '.'], folder);
    rmSync(folder, { recursive: true });
    assert.deepEqual(JSON.parse(run.stdout), []);
  });
});

describe('the command line', () => {
  it('explains itself, and every command', () => {
    const run = vermagic(['--help']);
    assert.equal(run.status, 0);
    for (const [, name] of run.stdout.matchAll(/^ {2}(\w+) {2,}/gm)) {
      const help = vermagic([name ?? '', '--help']);
      assert.equal(help.status, 0, name);
      assert.match(help.stdout, new RegExp(`^Usage: vermagic ${name} `));
    }
  });
  it('says its version', () => {
    assert.match(vermagic(['--version']).stdout, /^vermagic \d+\.\d+\.\d+\n$/);
  });
  it('has exit status 2 for a command or option that is not there', () => {
    assert.equal(vermagic(['frobnicate']).status, 2);
    assert.equal(vermagic(['check', '--frobnicate']).status, 2);
  });
});

describe('vermagic symvers diff', () => {
  const one = path.join(sample, 'kernel/build-rt/Module.symvers');
  const two = path.join(sample, 'kernel/build-stock/Module.symvers');

  it('tells what breaks modules, by the exit status too', () => {
    const { status, stdout } = vermagic(['symvers', 'diff', one, two]);
    assert.equal(status, 1);
    assert.match(stdout, /^Export '__ethtool_get_link_ksettings' changed CRC from '0x28b0625e' to '0x9756629c'$/m);
    assert.match(stdout, /^Export '__mutex_rt_init' has been removed \(vmlinux\)$/m);
    assert.equal(vermagic(['symvers', 'diff', one, one]).status, 0);
  });

  it('heeds a file of tolerated changes, and has all of it as JSON', () => {
    const folder = mkdtempSync(path.join(os.tmpdir(), 'vermagic-symvers-'));
    const rules = path.join(folder, 'rules');
    writeFileSync(rules, '# ours\n* PASS\n');
    const { status, stdout } = vermagic(['symvers', 'diff', '--tolerate', rules, '--format', 'json', one, two]);
    assert.equal(status, 0);
    const report: SymversDiffReport = JSON.parse(stdout);
    assert.equal(report.breaking, 0);
    const change = report.changes.find(({ symbol }) => symbol === '__ethtool_get_link_ksettings');
    assert.equal(change?.toleratedBy, '* PASS');
    assert.deepEqual([change?.before?.crc, change?.after?.crc], ['0x28b0625e', '0x9756629c']);
    writeFileSync(rules, 'no rule\n');
    assert.equal(vermagic(['symvers', 'diff', '--tolerate', rules, one, two]).status, 2);
    rmSync(folder, { recursive: true });
  });

  it('refuses what is no Module.symvers', () => {
    const { status, stderr } = vermagic(['symvers', 'diff', one, path.join(sample, 'Makefile')]);
    assert.equal(status, 2);
    assert.match(stderr, /Makefile is no Module\.symvers/);
  });
});

describe('files that cannot be read', () => {
  it('are open when they cannot be opened, and refused when they cannot be unpacked; never a claim about the kernel', () => {
    const folder = mkdtempSync(path.join(os.tmpdir(), 'vermagic-cli-'));
    symlinkSync('two.ko', path.join(folder, 'one.ko'));
    symlinkSync('one.ko', path.join(folder, 'two.ko'));
    const packed = expectations.find((entry) => entry.module.endsWith('.ko.xz'))?.module ?? '';
    const whole = readFileSync(path.join(root, 'samples', packed));
    writeFileSync(path.join(folder, 'cut.ko.xz'), whole.subarray(0, whole.length >> 1));
    const names = ['one.ko', 'cut.ko.xz'].map((name) => path.join(folder, name));
    const run = vermagic(['check', '-t', 'orin-rt', '--format', 'json', ...names]);
    const alone = vermagic(['check', '-t', 'orin-rt', ...names.slice(1)]);
    rmSync(folder, { recursive: true });
    const [loop, cut]: CheckReport[] = JSON.parse(run.stdout);
    assert.deepEqual([run.status, alone.status], [2, 2]);
    assert.deepEqual([loop?.verdict, loop?.errno, loop?.dmesg], ['undetermined', null, []]);
    assert.match(loop?.findings[0]?.message ?? '', /circle/);
    assert.deepEqual([cut?.verdict, cut?.errno, cut?.dmesg], ['refused', null, []]);
    assert.match(cut?.findings[0]?.message ?? '', /before the kernel sees anything/);
  });
});
