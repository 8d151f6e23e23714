import assert from 'node:assert/strict';
import { test } from 'node:test';
import { withFollowers } from '../../../server/src/pipeline/dependencies.ts';
import { phasesToRun, planRun } from '../../../server/src/pipeline/plan.ts';
import { runPlan } from '../../../server/src/pipeline/run-plan.ts';
import { pipelineFindings } from '../../../server/src/service/pipeline-findings.ts';
import { pipelineStatus } from '../../../server/src/service/pipeline-status.ts';
import { MemoryFileSystem } from '../support/memory-file-system.ts';
import { ended, phase, pipeline, RecordedProcesses, root, writerOf } from './make.ts';

/** The board's project: image, sources, kernel, root file system, flash; one phase a step. */
const board = pipeline(
  phase({ name: 'docker-build', kind: 'image', inputs: ['Dockerfile'], makesImage: 'board-build' }),
  phase({
    name: 'extract',
    kind: 'source',
    inputs: ['scripts/01.sh', 'patches/*.patch'],
    outputs: ['src/patched'],
    after: [],
  }),
  phase({
    name: 'kernel',
    kind: 'kernel',
    inputs: ['versions.env', 'kernel/.config', 'src/patched'],
    outputs: ['kernel/Module.symvers'],
    after: ['docker-build', 'extract'],
    place: { kind: 'container', image: 'board-build', mounts: [], workdir: '/src', user: undefined },
  }),
  phase({
    name: 'bake',
    kind: 'rootfs',
    inputs: ['kernel/Module.symvers', 'scripts/03.sh'],
    outputs: ['rootfs/lib/modules'],
  }),
  phase({ name: 'flash', kind: 'flash', after: ['bake'] }),
);

const sources = {
  '/w/Dockerfile': 'FROM debian:12\nRUN apt-get install -y gcc\n',
  '/w/versions.env': '# pins\nLOCALVERSION=-tegra\nTOOLCHAIN=bootlin-2022.08\n',
  '/w/kernel/.config': 'CONFIG_PREEMPT_RT=y\nCONFIG_HZ=250\n# CONFIG_DEBUG_FS is not set\n',
  '/w/scripts/01.sh': 'tar -xf kernel.tar\n',
  '/w/scripts/03.sh': 'depmod -b rootfs\n',
  '/w/patches/0001-rt.patch': '+a\n',
};

/** Everything built once, by programs that make what their phase says. */
async function built() {
  const files = new MemoryFileSystem(sources);
  let imageId = 'sha256:one';
  let build = 0;
  const processes = new RecordedProcesses((argv) => {
    if (argv.includes('inspect')) return ended(0, '', `${imageId}\n`);
    if (argv.includes('extract')) files.write('/w/src/patched', `sources ${++build}`);
    if (argv.includes('kernel')) files.write('/w/kernel/Module.symvers', `0x${++build}\tprintk\n`);
    if (argv.includes('bake')) files.write('/w/rootfs/lib/modules/modules.dep', '');
    return ended(0);
  });
  const ports = { files, processes, writer: writerOf(files) };
  const rebuild = async (...names: string[]) => {
    const phases = board.phases.filter(({ name }) => names.includes(name));
    const plan = await planRun(phases, { engine: 'docker', runId: 'r', containerOnly: false });
    const outcome = await runPlan(ports, board, plan);
    assert.equal(outcome.status, 'done', outcome.cause);
  };
  await rebuild('docker-build', 'extract', 'kernel', 'bake');
  const status = () => pipelineStatus(files, board, { engine: { name: 'docker', processes } });
  const stale = async () =>
    (await status()).phases.filter(({ state }) => state === 'stale').map((one) => one.phase.name);
  const setImage = (id: string): void => {
    imageId = id;
  };
  return { files, processes, rebuild, status, stale, setImage };
}

test('what was just built is fresh, and stays so when a comment or the order of values changes', async () => {
  const { files, stale } = await built();
  assert.deepEqual(await stale(), []);
  files.write('/w/versions.env', 'TOOLCHAIN=bootlin-2022.08\n# LOCALVERSION=-old\nLOCALVERSION=-tegra\n');
  files.write('/w/kernel/.config', '# generated\nCONFIG_HZ=250\nCONFIG_PREEMPT_RT=y\n');
  assert.deepEqual(await stale(), []);
});

const changes: [what: string, path: string, text: string, stale: string[], line: number, says: RegExp][] = [
  [
    'LOCALVERSION',
    'versions.env',
    '# pins\nLOCALVERSION=-mine\nTOOLCHAIN=bootlin-2022.08\n',
    ['kernel', 'bake', 'flash'],
    1,
    /LOCALVERSION was '-tegra', is '-mine'/,
  ],
  [
    'the toolchain',
    'versions.env',
    '# pins\nLOCALVERSION=-tegra\nTOOLCHAIN=bootlin-2024.02\n',
    ['kernel', 'bake', 'flash'],
    2,
    /TOOLCHAIN was 'bootlin-2022.08', is 'bootlin-2024.02'/,
  ],
  [
    'one CONFIG_ value',
    'kernel/.config',
    'CONFIG_PREEMPT_RT=y\nCONFIG_HZ=1000\n# CONFIG_DEBUG_FS is not set\n',
    ['kernel', 'bake', 'flash'],
    1,
    /CONFIG_HZ was '250', is '1000'/,
  ],
  [
    'the Dockerfile',
    'Dockerfile',
    'FROM debian:13\nRUN apt-get install -y gcc\n',
    ['docker-build', 'kernel', 'bake', 'flash'],
    0,
    /FROM was 'debian:12', is 'debian:13'/,
  ],
  ['a patch', 'patches/0001-rt.patch', '+b\n', ['extract', 'kernel', 'bake', 'flash'], 0, /0001-rt\.patch changed/],
  ['the bake script', 'scripts/03.sh', 'depmod -a -b rootfs\n', ['bake', 'flash'], 0, /03\.sh changed/],
];

for (const [what, path, text, expected, line, says] of changes) {
  test(`${what} makes exactly ${expected.join(', ')} stale, with a finding at the changed line, until they are run`, async () => {
    const { files, rebuild, status, stale } = await built();
    files.write(`/w/${path}`, text);
    assert.deepEqual(await stale(), expected);
    const findings = await pipelineFindings(files, board, (await status()).phases);
    const [finding] = findings.filter(({ where }) => where?.uri === `${root}/${path}`);
    assert.match(finding?.message ?? '', says);
    assert.equal(finding?.where?.range.start.line, line);
    for (const name of expected) assert.ok(finding?.message.includes(name), `${name} is named: ${finding?.message}`);
    await rebuild(...expected.filter((name) => name !== 'flash'));
    assert.deepEqual(await stale(), []);
  });
}

test('a new patch and a removed one make the sources stale', async () => {
  const { files, stale } = await built();
  files.write('/w/patches/0002-more.patch', '+c\n');
  assert.deepEqual(await stale(), ['extract', 'kernel', 'bake', 'flash']);
  files.remove('/w/patches/0002-more.patch');
  assert.deepEqual(await stale(), []);
  files.remove('/w/patches/0001-rt.patch');
  assert.deepEqual(await stale(), ['extract', 'kernel', 'bake', 'flash']);
});

test('another image under the same name makes what was built in it stale', async () => {
  const { setImage, stale } = await built();
  setImage('sha256:two');
  assert.deepEqual(await stale(), ['kernel', 'bake', 'flash']);
});

test('a kernel that was built again leaves the root file system stale: it holds the old modules', async () => {
  const { files, rebuild, status, stale } = await built();
  await rebuild('kernel');
  assert.deepEqual(await stale(), ['bake', 'flash']);
  const findings = await pipelineFindings(files, board, (await status()).phases);
  assert.ok(findings.some(({ rule }) => rule === 'stale-rootfs'));
});

test('an output that someone replaced or removed is noticed', async () => {
  const { files, stale } = await built();
  files.write('/w/kernel/Module.symvers', 'built on the host');
  assert.deepEqual(await stale(), ['kernel', 'bake', 'flash']);
  files.remove('/w/kernel/Module.symvers');
  assert.deepEqual(await stale(), ['kernel', 'bake', 'flash']);
});

test('a file edited while the phase ran is still stale afterwards', async () => {
  const files = new MemoryFileSystem(sources);
  const processes = new RecordedProcesses((argv) => {
    if (argv.includes('bake')) {
      files.write('/w/scripts/03.sh', 'edited in the middle\n');
      files.write('/w/rootfs/lib/modules/modules.dep', '');
    }
    return ended(0);
  });
  const only = pipeline(...board.phases.filter(({ name }) => name === 'bake'));
  const plan = await planRun(only.phases, { engine: 'docker', runId: 'r', containerOnly: false });
  assert.equal((await runPlan({ files, processes, writer: writerOf(files) }, only, plan)).status, 'done');
  const { phases } = await pipelineStatus(files, only);
  assert.equal(phases[0]?.state, 'stale');
});

test('asked for nothing in particular, what is stale is run and flashing is left to a person', async () => {
  const { files, status } = await built();
  files.write('/w/versions.env', 'LOCALVERSION=-mine\nTOOLCHAIN=bootlin-2022.08\n');
  const { phases, images } = await status();
  const names = phasesToRun(board, phases, {}, images).map(({ name }) => name);
  assert.deepEqual(names, ['kernel', 'bake']);
  // Asked for the last one, what it stands on comes first.
  assert.deepEqual(
    phasesToRun(board, phases, { phase: 'bake' }, images).map(({ name }) => name),
    ['kernel', 'bake'],
  );
});

test('without a record, the manifest of the project itself tells what changed since', async () => {
  const manifest = { kernel_release: '5.15.148-tegra', toolchain: 'bootlin-2022.08', container: 'board-build' };
  const files = new MemoryFileSystem({
    '/w/BUILD_MANIFEST.json': JSON.stringify(manifest),
    '/w/versions.env':
      'KERNEL_BASE_VERSION=5.15.148\nLOCALVERSION=-tegra\nTOOLCHAIN=bootlin-2022.08\nIMAGE=board-build\n',
  });
  const one = pipeline(
    phase({ name: 'kernel', kind: 'kernel', inputs: ['versions.env'], outputs: ['BUILD_MANIFEST.json'] }),
  );
  const state = async () => (await pipelineStatus(files, one)).phases[0];
  assert.equal((await state())?.state, 'fresh');
  files.write(
    '/w/versions.env',
    'KERNEL_BASE_VERSION=5.15.148\nLOCALVERSION=-mine\nTOOLCHAIN=bootlin-2024.02\nIMAGE=board-build\n',
  );
  const { state: now, reasons = [] } = (await state()) ?? {};
  assert.equal(now, 'stale');
  assert.deepEqual(reasons.map(({ key }) => key).toSorted(), ['LOCALVERSION', 'TOOLCHAIN']);
});

test('single values of a file can be an input; the others then change nothing', async () => {
  const files = new MemoryFileSystem({ '/w/versions.env': 'LOCALVERSION=-a\nORCA_VERSION=1\n' });
  const one = pipeline(phase({ name: 'kernel', inputs: ['versions.env#LOCALVERSION'] }));
  const ports = { files, processes: new RecordedProcesses(() => ended(0)), writer: writerOf(files) };
  await runPlan(ports, one, await planRun(one.phases, { engine: 'docker', runId: 'r', containerOnly: false }));
  files.write('/w/versions.env', 'LOCALVERSION=-a\nORCA_VERSION=2\n');
  assert.equal((await pipelineStatus(files, one)).phases[0]?.state, 'fresh');
  files.write('/w/versions.env', 'LOCALVERSION=-b\nORCA_VERSION=2\n');
  assert.equal((await pipelineStatus(files, one)).phases[0]?.state, 'stale');
});

test('followers are found through outputs, and phases beside them are not', () => {
  const fork = [
    phase({ name: 'kernel', outputs: ['Module.symvers'] }),
    phase({ name: 'orca', inputs: ['Module.symvers'], outputs: ['orca.ko'] }),
    phase({ name: 'skua', inputs: ['Module.symvers'], outputs: ['skua.ko'] }),
    phase({ name: 'bake', inputs: ['*.ko'] }),
  ];
  assert.deepEqual(
    withFollowers(fork, new Set(['orca'])).map(({ name }) => name),
    ['orca', 'bake'],
  );
});

test('a phase that was run again makes those after it stale, also where no file between them is named', async () => {
  const files = new MemoryFileSystem({ '/w/versions.env': 'LOCALVERSION=-a\n' });
  const two = pipeline(
    phase({ name: 'kernel', kind: 'kernel', inputs: ['versions.env'] }),
    phase({ name: 'bake', kind: 'rootfs' }),
  );
  const ports = { files, processes: new RecordedProcesses(() => ended(0)), writer: writerOf(files) };
  const run = async (...names: string[]) => {
    const phases = two.phases.filter(({ name }) => names.includes(name));
    await runPlan(ports, two, await planRun(phases, { engine: 'docker', runId: 'r', containerOnly: false }));
  };
  const bake = async () => (await pipelineStatus(files, two)).phases[1];
  await run('kernel', 'bake');
  assert.equal((await bake())?.state, 'fresh');
  await run('kernel');
  assert.deepEqual(
    (await bake())?.reasons.map(({ message }) => message),
    ['kernel was run again after it'],
  );
  const [finding] = await pipelineFindings(files, two, (await pipelineStatus(files, two)).phases);
  assert.equal(finding?.rule, 'stale-rootfs');
  await run('bake');
  assert.equal((await bake())?.state, 'fresh');
});
