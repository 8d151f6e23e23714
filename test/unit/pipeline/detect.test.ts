import assert from 'node:assert/strict';
import { test } from 'node:test';
import { dependenciesOf } from '../../../server/src/pipeline/dependencies.ts';
import { detectPipeline } from '../../../server/src/pipeline/detect/detect-pipeline.ts';
import { readPipeline } from '../../../server/src/pipeline/read-pipeline.ts';
import { writeProjectPipeline } from '../../../server/src/service/pipeline-project-edit.ts';
import { parseProjectFile } from '../../../server/src/service/project-file.ts';
import { MemoryFileSystem } from '../support/memory-file-system.ts';

const detect = (files: Record<string, string>, options = {}) =>
  detectPipeline(new MemoryFileSystem(files), 'file:///w/board', options);

const makefile = `include versions.env
ENGINE ?= docker
KERNEL_RELEASE := $(BASE)$(LOCALVERSION)
IN_CONTAINER = $(ENGINE) run --rm -v "$(CURDIR)":/src -w /src $(IMAGE)
.PHONY: docker-build build bake audit flash clean
docker-build:
	$(ENGINE) build --build-arg R=$(KERNEL_RELEASE) -t $(IMAGE) .
build: docker-build
	$(IN_CONTAINER) scripts/01_extract_and_patch.sh
	$(IN_CONTAINER) scripts/02_build_kernel.sh
bake: build
	$(IN_CONTAINER) scripts/03_bake_rootfs.sh
audit:
	scripts/pre_flash_audit.sh
flash: audit
	scripts/04_flash.sh
clean:
	rm -rf out
`;

const board = {
  '/w/board/Makefile': makefile,
  '/w/board/versions.env': 'BASE=5.15\nLOCALVERSION=-tegra\nIMAGE=board-build\nORCA=1\n',
  '/w/board/Dockerfile': 'FROM debian:12\n',
  '/w/board/patches/0001-rt.patch': '',
  '/w/board/scripts/01_extract_and_patch.sh': '. "$(dirname "$0")/common.sh"\n',
  '/w/board/scripts/02_build_kernel.sh': '. "$(dirname "$0")/common.sh"\necho x > "$ROOT/EXPECTED_VERMAGIC"\n',
  '/w/board/scripts/03_bake_rootfs.sh': '',
  '/w/board/scripts/04_flash.sh': 'dd if=a of=b\n',
  '/w/board/scripts/pre_flash_audit.sh': '',
  '/w/board/scripts/common.sh': '',
  '/w/board/source/orca/Kbuild': 'obj-m += orca.o\n',
  '/w/board/source/orca/orca.c': '',
};

test('the targets of a Makefile become phases in the order in which an image comes about', async () => {
  const { phases } = await detect(board);
  assert.deepEqual(
    phases.map(({ name, kind, command }) => [name, kind, command.join(' ')]),
    [
      ['docker-build', 'image', 'make docker-build'],
      ['build', 'kernel', 'make build'],
      ['bake', 'rootfs', 'make bake'],
      ['audit', 'audit', 'make audit'],
      ['flash', 'flash', 'make flash'],
    ],
  );
  assert.equal(phases[0]?.makesImage, 'board-build');
  assert.deepEqual(phases[1]?.place, {
    kind: 'host',
    drivesEngine: true,
    engineVariable: { name: 'ENGINE', value: 'docker' },
  });
  assert.equal(phases[1]?.where.range.start.line, 7);
  assert.deepEqual(Object.fromEntries(dependenciesOf(phases)), {
    'docker-build': [],
    build: ['docker-build'],
    bake: ['build'],
    audit: ['bake'],
    flash: ['audit'],
  });
});

test('the inputs are what the recipes name: pins, patches, scripts and what they source, sources of modules', async () => {
  const { phases } = await detect(board);
  const inputs = (name: string) => phases.find((phase) => phase.name === name)?.inputs.map((input) => input.name) ?? [];
  for (const path of [
    'versions.env',
    'patches/*.{patch,diff}',
    'scripts/01_extract_and_patch.sh',
    'scripts/02_build_kernel.sh',
    'scripts/common.sh',
    'source/orca/**/*.{c,h,S}',
  ]) {
    assert.ok(inputs('build').includes(path), `${path} in ${inputs('build')}`);
  }
  assert.ok(inputs('docker-build').includes('Dockerfile'));
  // Of the pins, the image takes only those that its recipe uses; another module version makes no new image.
  const [pins = ''] = inputs('docker-build').filter((name) => name.startsWith('versions.env'));
  assert.match(pins, /^versions\.env#.*LOCALVERSION/);
  assert.doesNotMatch(pins, /ORCA/);
  assert.deepEqual(inputs('bake'), ['scripts/03_bake_rootfs.sh']);
  assert.deepEqual(phases[1]?.outputs, ['EXPECTED_VERMAGIC']);
});

test('numbered scripts are phases in the container that the Dockerfile makes', async () => {
  const { Makefile: _, ...rest } = Object.fromEntries(
    Object.entries(board).map(([path, text]) => [path === '/w/board/Makefile' ? 'Makefile' : path, text]),
  );
  const { phases } = await detect(rest);
  assert.deepEqual(
    phases.map(({ name, kind, place }) => [name, kind, place.kind === 'container' ? place.image : place.kind]),
    [
      ['image', 'image', 'host'],
      ['01_extract_and_patch', 'source', 'board-build'],
      ['02_build_kernel', 'kernel', 'board-build'],
      ['03_bake_rootfs', 'rootfs', 'board-build'],
      ['04_flash', 'flash', 'host'],
    ],
  );
  assert.deepEqual(phases[0]?.command, ['docker', 'build', '--file', 'Dockerfile', '--tag', 'board-build', '.']);
});

const kernel = { path: '/usr/src/linux-headers-6.1-rt', relative: undefined, release: '6.1-rt' };
const plain = {
  '/w/board/Makefile': 'obj-m := a.o\nmodules:\n\t$(MAKE) -C $(KDIR) M=$(CURDIR) modules\nclean:\n\trm -f *.o\n',
  '/w/board/a.c': '',
};

test('a plain module is built against the target, on this machine without a container', async () => {
  const { phases } = await detect(plain, { kernelFolders: [kernel] });
  assert.deepEqual(
    phases.map(({ name, command, outputs, place }) => [name, command, outputs, place.kind]),
    [['modules', ['make', '-C', kernel.path, 'M=/w/board', 'modules'], ['a.ko'], 'host']],
  );
  assert.deepEqual((await detect(plain)).phases, [], 'and not at all when no kernel to build against is known');
});

test('with a devcontainer or a compose file it is built in there, and sees the headers read-only', async () => {
  const images = {
    '/w/board/.devcontainer/devcontainer.json':
      '{ // comment\n "image": "ghcr.io/me/kbuild:1", "workspaceFolder": "/work" }',
    '/w/board/compose.yaml': 'services:\n  build:\n    image: ghcr.io/me/kbuild:1\n',
  };
  for (const [path, text] of Object.entries(images)) {
    const { phases } = await detect({ ...plain, [path]: text }, { kernelFolders: [kernel] });
    const place = phases[0]?.place;
    assert.ok(place?.kind === 'container' && place.image === 'ghcr.io/me/kbuild:1', path);
    assert.deepEqual(place.mounts[1], { hostPath: kernel.path, containerPath: kernel.path, readOnly: true });
  }
});

test('a DKMS tree is known as such', async () => {
  const { phases } = await detect(
    { ...plain, '/w/board/dkms.conf': 'PACKAGE_NAME="a"\n' },
    { kernelFolders: [kernel] },
  );
  assert.match(phases[0]?.why ?? '', /dkms\.conf/);
  assert.ok(phases[0]?.inputs.some(({ name }) => name === 'dkms.conf'));
});

test('an image whose name is an option of the engine is not taken from a project', async () => {
  const hostile = { '/w/board/.devcontainer/devcontainer.json': '{ "image": "--privileged" }' };
  const { phases } = await detect({ ...plain, ...hostile }, { kernelFolders: [kernel] });
  for (const { place } of phases) assert.ok(place.kind !== 'container');
});

test('written into vermagic.json, a detected pipeline reads back the same, and comments stay', async () => {
  const detected = await detect(board);
  const before = '{\n  // the board\n  "targets": { "rt": "kernel" }\n}\n';
  const text = writeProjectPipeline(before, detected);
  assert.match(text, /\/\/ the board/);
  const uri = 'file:///w/board/vermagic.json';
  const { value, problems } = parseProjectFile(text, uri);
  assert.deepEqual(problems, []);
  const { pipeline } = readPipeline(value.pipeline ?? {}, uri);
  const facts = ({ name, kind, command, inputs, outputs, makesImage }: (typeof detected.phases)[number]) => ({
    name,
    kind,
    command,
    inputs,
    outputs,
    makesImage,
  });
  assert.deepEqual(pipeline.phases.map(facts), detected.phases.map(facts));
});
