import assert from 'node:assert/strict';
import { test } from 'node:test';
import { isImageName, runArguments } from '../../../server/src/pipeline/engine.ts';
import { explainFailure } from '../../../server/src/pipeline/explain-failure.ts';
import { planRun } from '../../../server/src/pipeline/plan.ts';
import { readPipeline } from '../../../server/src/pipeline/read-pipeline.ts';
import { runPlan } from '../../../server/src/pipeline/run-plan.ts';
import type { ProcessFailure } from '../../../server/src/ports/process-runner.ts';
import { pipelineStatus } from '../../../server/src/service/pipeline-status.ts';
import { MemoryFileSystem } from '../support/memory-file-system.ts';
import { ended, phase, pipeline, RecordedProcesses, writerOf } from './make.ts';

const file = 'file:///w/vermagic.json';
const options = { engine: 'podman', runId: 'r1', containerOnly: false } as const;

test('a phase in a container is one list of arguments that the engine takes as meant', async () => {
  const { pipeline: read } = readPipeline(
    {
      container: { image: 'registry.example:5000/kernel/build:1.2', mounts: ['/usr/src:/usr/src:ro', 'out:/out'] },
      phases: [{ name: 'modules', command: ['make', 'M=/src'], cwd: 'source/orca', env: { ARCH: 'arm64' } }],
    },
    file,
  );
  const { steps } = await planRun(read.phases, options);
  assert.deepEqual(steps[0]?.commands, [
    [
      'podman',
      'run',
      '--rm',
      '--name=vermagic-modules-r1',
      '--label=vermagic.run=r1',
      '--pull=never',
      '--security-opt=label=disable',
      '--mount=type=bind,source=/w,target=/src',
      '--mount=type=bind,source=/usr/src,target=/usr/src,readonly',
      '--mount=type=bind,source=/w/out,target=/out',
      '--workdir=/src/source/orca',
      '--env=ARCH=arm64',
      'registry.example:5000/kernel/build:1.2',
      'make',
      'M=/src',
    ],
  ]);
});

test('nothing a project writes becomes an option of the engine, or another mount', () => {
  const place = {
    kind: 'container',
    image: 'build',
    mounts: [{ hostPath: '/a,readonly,source=/etc "x', containerPath: '/src', readOnly: false }],
    workdir: '--privileged',
    user: '--volume=/:/host',
  } as const;
  const run = {
    engine: 'docker',
    place,
    name: 'n',
    runId: 'r1',
    env: { A: '--env=B', C: '$(id)' },
    command: ['--rm', ';id'],
  } as const;
  const words = runArguments(run);
  const image = words.indexOf('build');
  assert.deepEqual(words.slice(image + 1), ['--rm', ';id']);
  assert.ok(words.slice(2, image).every((word) => word.startsWith('--') && !/^--(?:privileged|volume)/.test(word)));
  assert.ok(words.includes('--mount=type=bind,"source=/a,readonly,source=/etc ""x",target=/src'));
  for (const name of ['--privileged', '-v/:/host', '', 'a b', '$(id)', 'a;id']) assert.ok(!isImageName(name), name);
});

test('a phase with an image that is an option, or a variable that is none, is not run so', () => {
  const { pipeline: read, problems } = readPipeline(
    {
      container: { image: '--privileged' },
      phases: [
        { name: 'a', command: ['make'] },
        { name: 'b', command: ['make'], container: { image: 'good' }, env: { 'LD_PRELOAD=x --privileged': '1' } },
      ],
    },
    file,
  );
  assert.deepEqual(
    read.phases.map(({ name, env }) => [name, env]),
    [['b', {}]],
  );
  assert.equal(problems.length, 2);
});

test('flashing is never run, under whichever name', async () => {
  const { pipeline: read } = readPipeline(
    {
      phases: [
        { name: 'flash', command: ['true'] },
        { name: 'deploy', command: ['scripts/04_flash.sh'] },
        { name: 'last', command: ['make', 'flash'] },
        { name: 'x', kind: 'flash', command: ['dd'] },
      ],
    },
    file,
  );
  const { steps, refused } = await planRun(read.phases, options);
  assert.deepEqual(steps, []);
  assert.equal(refused.length, 4);
});

test('where the policy says container only, nothing is built on the host', async () => {
  const host = phase({ name: 'kernel', kind: 'kernel' });
  const starts = phase({ name: 'build', kind: 'kernel', place: { kind: 'host', drivesEngine: true } });
  const { steps, refused } = await planRun([host, starts], { ...options, containerOnly: true });
  assert.deepEqual(
    steps.map((step) => step.phase.name),
    ['build'],
  );
  assert.match(refused[0]?.reason ?? '', /containerOnly/);
});

test('a Makefile that starts the container itself is told which engine', async () => {
  const variable = { name: 'ENGINE', value: 'docker' };
  const make = phase({ name: 'build', place: { kind: 'host', drivesEngine: true, engineVariable: variable } });
  const build = phase({
    name: 'image',
    command: ['docker', 'build', '.'],
    place: { kind: 'host', drivesEngine: true },
  });
  const plan = async (engine: 'docker' | 'podman' | 'sudo docker') =>
    (await planRun([make, build], { ...options, engine })).steps.map(({ commands }) => commands[0]);
  assert.deepEqual(await plan('docker'), [
    ['make', 'build'],
    ['docker', 'build', '.'],
  ]);
  assert.deepEqual(await plan('podman'), [
    ['make', 'build', 'ENGINE=podman'],
    ['podman', 'build', '.'],
  ]);
  assert.deepEqual((await plan('sudo docker'))[1], ['sudo', '-n', 'docker', 'build', '.']);
});

test('the same commands have the same hash, other ones another', async () => {
  const one = phase({ name: 'a', place: { kind: 'container', image: 'i', mounts: [], workdir: '/', user: undefined } });
  const hash = async (runId: string, command: string[]) =>
    (await planRun([{ ...one, command }], { ...options, runId })).hash;
  assert.equal(await hash('r1', ['make']), await hash('r2', ['make']));
  assert.notEqual(await hash('r1', ['make']), await hash('r1', ['make', 'x']));
});

const context = { program: 'docker', image: 'kbuild', imageMaker: 'the phase image', command: ['make'] };
const told: [what: string, stderr: string, status: number, says: RegExp][] = [
  [
    'a daemon that does not run',
    'docker: Cannot connect to the Docker daemon at unix:///var/run/docker.sock. Is the docker daemon running?',
    125,
    /daemon does not run.*systemctl start docker/,
  ],
  [
    'no permission',
    'docker: permission denied while trying to connect to the Docker daemon socket at unix:///var/run/docker.sock',
    125,
    /No permission.*group docker/,
  ],
  [
    'a missing image (docker)',
    'Error: No such image: kbuild',
    1,
    /no image kbuild on this machine. Make it with the phase image/,
  ],
  ['a missing image (podman)', 'Error: kbuild: image not known', 125, /no image kbuild/],
  ['a full disk', '/tmp/ccX.s: fatal error: error writing: No space left on device', 2, /disk is full/],
  ['a password', 'sudo: a password is required', 1, /sudo wants a password/],
  ['rootless not set up', 'Error: cannot set up namespace using "/usr/bin/newuidmap"', 125, /subuid/],
  ['a killed container', '', 137, /killed \(SIGKILL\)/],
];
for (const [what, stderr, status, says] of told) {
  test(`${what} is told with what to do`, () =>
    assert.match(explainFailure(ended(status, stderr), context) ?? '', says));
}

test('an engine that is not there is told; a build that fails by its own judgement is left to its output', () => {
  const missing = { ...ended(0), status: undefined, failure: 'not-found' as ProcessFailure };
  assert.match(explainFailure(missing, context) ?? '', /no docker on this machine.*podman/);
  assert.equal(explainFailure(ended(2, 'make: *** Error 2'), context), undefined);
});

test('a run that says success without making its output is not done, and what follows is not run', async () => {
  const files = new MemoryFileSystem({ '/w/a.c': '' });
  const both = pipeline(phase({ name: 'one', inputs: ['a.c'], outputs: ['a.ko'] }), phase({ name: 'two' }));
  const processes = new RecordedProcesses(() => ended(0));
  const plan = await planRun(both.phases, options);
  const outcome = await runPlan({ files, processes, writer: writerOf(files) }, both, plan);
  assert.equal(outcome.status, 'failed');
  assert.match(outcome.cause ?? '', /did not make a\.ko/);
  assert.deepEqual(processes.runs, [['make', 'one']]);
  assert.equal((await pipelineStatus(files, both)).phases[0]?.state, 'stale');
});

test('a gate that does not pass fails the phase', async () => {
  const files = new MemoryFileSystem();
  const one = pipeline(phase({ name: 'bake', gate: ['scan --rootfs rootfs'] }));
  const ports = { files, processes: new RecordedProcesses(() => ended(0)), writer: writerOf(files) };
  const outcome = await runPlan(ports, one, await planRun(one.phases, options), { runGate: async () => '1 refused' });
  assert.equal(outcome.status, 'failed');
  assert.match(outcome.cause ?? '', /scan --rootfs rootfs.*1 refused/);
});

test('stopping ends the container by its name, and outputs that were touched count as broken off', async () => {
  const files = new MemoryFileSystem({ '/w/a.ko': 'old' });
  const place = { kind: 'container', image: 'i', mounts: [], workdir: '/', user: undefined } as const;
  const one = pipeline(phase({ name: 'modules', outputs: ['a.ko'], place }));
  const controller = new AbortController();
  const processes = new RecordedProcesses((argv) => {
    if (argv.includes('inspect')) return ended(0, '', 'sha256:1');
    if (!argv.includes('run')) return ended(0);
    files.write('/w/a.ko', 'half');
    controller.abort();
    return { ...ended(0), status: undefined, failure: 'cancelled' };
  });
  const ports = { files, processes, writer: writerOf(files) };
  const outcome = await runPlan(ports, one, await planRun(one.phases, options), { signal: controller.signal });
  assert.equal(outcome.status, 'cancelled');
  assert.ok(processes.runs.some((argv) => argv.join(' ') === 'podman kill vermagic-modules-r1'));
  assert.ok(processes.runs.some((argv) => argv.join(' ') === 'podman rm --force vermagic-modules-r1'));
  const { state, reasons } = (await pipelineStatus(files, one)).phases[0] ?? {};
  assert.equal(state, 'stale');
  assert.match(reasons?.[0]?.message ?? '', /was stopped/);
});

test('in a devcontainer the values of a phase arrive inside, and what it runs can be told and ended there', async () => {
  const container = { engine: 'devcontainer', workdir: '/workspaces/w' };
  const phases = [{ name: 'modules', command: ['make'], env: { ARCH: 'arm64; id' } }];
  const { pipeline: read } = readPipeline({ container, phases }, file);
  const { steps } = await planRun(read.phases, options);
  const values = ['--remote-env', 'ARCH=arm64; id', '--remote-env', 'VERMAGIC_RUN=r1'];
  assert.deepEqual(steps[0]?.commands, [
    ['devcontainer', 'up', '--workspace-folder', '/w'],
    ['devcontainer', 'exec', '--workspace-folder', '/w', ...values, 'make'],
  ]);
  const controller = new AbortController();
  const processes = new RecordedProcesses((argv) => {
    if (argv.includes('make')) controller.abort();
    return ended(0);
  });
  const files = new MemoryFileSystem({});
  const plan = await planRun(read.phases, options);
  const outcome = await runPlan({ files, processes, writer: writerOf(files) }, read, plan, {
    signal: controller.signal,
  });
  assert.equal(outcome.status, 'cancelled');
  const stop = processes.runs.at(-1) ?? [];
  assert.deepEqual(stop.slice(0, 5), ['devcontainer', 'exec', '--workspace-folder', '/w', 'sh']);
  assert.equal(stop.at(-1), 'r1');
});
