/** SARIF, annotations and exit statuses of the built command line: what fails a gate is told, at a file that is there. */
import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { cpSync, existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, describe, it } from 'node:test';

const root = join(import.meta.dirname, '../..');
const cli = join(root, 'server/dist/cli.cjs');
const modules = 'board/rootfs/lib/modules/6.1.0-56-rt-arm64/updates/skua';

interface Told {
  readonly path: string;
  readonly level: string;
  readonly rule: string;
  readonly message: string;
}

describe('SARIF, annotations and exit statuses', () => {
  let folder = '';
  before(() => {
    folder = mkdtempSync(join(tmpdir(), 'vermagic-formats-'));
    cpSync(join(root, 'samples/jetson-rt'), join(folder, 'board'), { recursive: true });
  });
  after(() => rmSync(folder, { recursive: true, force: true }));

  function vermagic(args: readonly string[], cwd = folder) {
    const env = { ...process.env, XDG_CACHE_HOME: join(folder, 'cache'), NO_COLOR: '1' };
    const { status, stdout, stderr } = spawnSync(process.execPath, [cli, ...args], { cwd, encoding: 'utf8', env });
    return { status, out: stdout, err: stderr };
  }

  function annotations(
    args: readonly string[],
    cwd = folder,
  ): { readonly status: number | null; readonly told: Told[] } {
    const { status, out } = vermagic([...args, '--format', 'github'], cwd);
    const plain = (text = '') => text.replaceAll('%3A', ':').replaceAll('%2C', ',').replaceAll('%25', '%');
    const told = out.split('\n').flatMap((line) => {
      const [, level = '', path, rule, message = ''] =
        /^::(\w+) file=([^,]*).*,title=vermagic%3A ([\w-]+)::(.*)$/.exec(line) ?? [];
      return line === '' ? [] : [{ level, path: plain(path), rule: plain(rule), message }];
    });
    return { status, told };
  }

  function sarif(args: readonly string[], cwd = folder): { readonly status: number | null; readonly told: Told[] } {
    const { status, out } = vermagic([...args, '--format', 'sarif'], cwd);
    const [run] = (
      JSON.parse(out) as {
        runs: {
          tool: { driver: { rules: { id: string }[] } };
          results: {
            ruleId: string;
            ruleIndex: number;
            level: string;
            message: { text: string };
            locations: { physicalLocation: { artifactLocation: { uri: string } } }[];
          }[];
        }[];
      }
    ).runs;
    const told = (run?.results ?? []).map(({ ruleId, ruleIndex, level, message, locations }) => {
      assert.equal(run?.tool.driver.rules[ruleIndex]?.id, ruleId);
      const path = decodeURIComponent(locations[0]?.physicalLocation.artifactLocation.uri ?? '');
      return { path, level, rule: ruleId, message: message.text };
    });
    return { status, told };
  }
  const faces = [annotations, sarif];
  const errors = (told: readonly Told[]) => told.filter(({ level }) => level === 'error');

  it('findings about a tree lead to files that are there, from whatever folder', () => {
    for (const face of faces) {
      for (const [cwd, rootfs] of [
        [folder, 'board/rootfs'],
        [join(folder, 'board/rootfs'), '.'],
        [folder, './board/rootfs/'],
        [join(folder, 'board/kernel'), '../rootfs/'],
      ] as const) {
        const { told } = face(['scan', '--rootfs', rootfs], cwd);
        const mixed = told.find(({ rule }) => rule === 'mixed-vermagic');
        assert.ok(mixed);
        assert.doesNotMatch(mixed.path, /^\.\//);
        for (const { path, rule } of told)
          if (rule !== 'modules-dep-stale') assert.ok(existsSync(join(cwd, path)), `${rule}: ${path} from ${cwd}`);
      }
      const { told } = face(['preflight', 'board']);
      assert.ok(
        told.some(({ path, rule }) => rule === 'mixed-vermagic' && path.startsWith(modules.replace('skua', ''))),
      );
    }
  });

  it('a status of 1 is never without an error: open verdicts name what is missing', () => {
    mkdirSync(join(folder, 'cfg'));
    writeFileSync(join(folder, 'cfg/.config'), readFileSync(join(folder, 'board/kernel/build-rt/.config')));
    for (const face of faces) {
      const { status, told } = face(['check', '-t', 'cfg/.config', `${modules}/skua_led.ko`]);
      assert.equal(status, 1);
      const [open] = errors(told);
      assert.equal(open?.rule, 'undetermined');
      assert.match(open?.message ?? '', /Missing: the release of the target|Missing: .*Module\.symvers/);
      const scan = face(['scan', '--rootfs', 'board/rootfs', '--target', 'cfg/.config']);
      const paths = new Set(errors(scan.told).map(({ path }) => path));
      assert.ok(paths.has(`${modules}/skua_led.ko`));
    }
  });

  it('every reason of "Do not flash" is an error, at vermagic.json where no other file is to blame', () => {
    const place = join(folder, 'gone');
    mkdirSync(place);
    writeFileSync(join(place, 'vermagic.json'), JSON.stringify({ targets: { spare: { sources: ['nosuch'] } } }));
    for (const face of faces) {
      const { status, told } = face(['preflight', 'gone']);
      assert.equal(status, 1);
      const reasons = errors(told).filter(({ path, rule }) => path === 'gone/vermagic.json' && rule === 'not-ready');
      assert.match(reasons.map(({ message }) => message).join('\n'), /nosuch: it is not there/);
      assert.match(reasons.map(({ message }) => message).join('\n'), /no root file system/);
    }
  });

  it('a packed module that is cut off is unreadable for every command: 2, also beside one that is refused', () => {
    const place = join(folder, 'cut/lib/modules/6.1.0-56-rt-arm64');
    mkdirSync(place, { recursive: true });
    const whole = readFileSync(join(folder, modules, 'skua_cam.ko.xz'));
    writeFileSync(join(place, 'cut.ko.xz'), whole.subarray(0, whole.length >> 1));
    cpSync(join(folder, modules, 'skua_imu.ko'), join(place, 'refused.ko'));
    const target = ['--target', 'board/kernel/build-rt'];
    const cut = 'cut/lib/modules/6.1.0-56-rt-arm64/cut.ko.xz';
    writeFileSync(
      join(folder, 'cut/vermagic.json'),
      JSON.stringify({ targets: { board: { sources: ['.', '../board/kernel/build-rt'] } } }),
    );
    const scan = ['scan', '--rootfs', 'cut', ...target];
    for (const args of [
      ['check', ...target, 'cut'],
      ['check', ...target, cut],
      ['inspect', cut],
      scan,
      ['preflight', 'cut'],
    ])
      assert.equal(vermagic(args).status, 2, args.join(' '));
    for (const face of faces) {
      const { told } = face(scan);
      assert.ok(errors(told).some(({ path, rule }) => path === cut && rule === 'unreadable'));
      assert.ok(errors(told).some(({ path }) => path.endsWith('refused.ko')));
    }
  });

  it('inspect and target know all formats: what could not be read is told, and nothing where all was', () => {
    for (const face of faces) {
      assert.deepEqual(face(['inspect', `${modules}/skua_led.ko`]), { status: 0, told: [] });
      assert.deepEqual(face(['target', 'board/kernel/build-rt']), { status: 0, told: [] });
      for (const field of [[], ['--field', 'license']]) {
        const bad = face(['inspect', ...field, `${modules}/skua_lens.ko`, `${modules}/skua_led.ko`, 'nowhere.ko']);
        assert.equal(bad.status, 2);
        const paths = errors(bad.told).map(({ path, rule }) => `${rule} ${path}`);
        assert.ok(paths.includes(`unreadable ${modules}/skua_lens.ko`), paths.join());
        assert.ok(paths.includes('unreadable nowhere.ko'), paths.join());
      }
      const none = face(['target', 'board/Makefile']);
      assert.equal(none.status, 2);
      assert.deepEqual(
        errors(none.told).map(({ path }) => path),
        ['board/Makefile'],
      );
    }
  });

  it('check tells of operands that lead nowhere, as it does of modules', () => {
    for (const face of faces) {
      const { status, told } = face(['check', '-t', 'board/kernel/build-rt', 'nowhere.ko', `${modules}/skua_led.ko`]);
      assert.equal(status, 2);
      assert.ok(errors(told).some(({ path, rule }) => path === 'nowhere.ko' && rule === 'unreadable'));
    }
  });
});
