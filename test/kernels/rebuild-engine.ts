import { execFileSync, spawnSync } from 'node:child_process';
import { existsSync, mkdirSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';

/** podman or docker, an image with make and gcc, and the headers of a stock and of a real-time kernel; or why there are none. */
export interface RebuildEngine {
  readonly problem: string | undefined;
  readonly name: 'podman' | 'docker';
  readonly image: string;
  /** What the engine's configuration is found by. */
  readonly env: Readonly<Record<string, string>>;
  readonly stock: string;
  readonly realtime: string;
}

const image = 'localhost/vermagic-kbuild:test';
const place = path.join(os.tmpdir(), `vermagic-podman-${process.getuid?.() ?? 0}`);

/**
 * Makes what is missing: VERMAGIC_KBUILD_IMAGE_ROOT names an unpacked Debian with make and gcc, else debootstrap makes one.
 * Settings are in files of our own: the machine's containers and images are left alone. VERMAGIC_REBUILD_ENGINE=docker uses
 * the Docker daemon that DOCKER_HOST names instead.
 */
export function rebuildEngine(): RebuildEngine {
  const headers = existsSync('/usr/src') ? readdirSync('/usr/src') : [];
  const stock = headers
    .filter((name) => /^linux-headers-6\.1\.0-\d+-amd64$/.test(name))
    .sort()
    .at(-1);
  const realtime = headers
    .filter((name) => /^linux-headers-6\.1\.0-\d+-rt-amd64$/.test(name))
    .sort()
    .at(-1);
  const name: RebuildEngine['name'] = process.env['VERMAGIC_REBUILD_ENGINE'] === 'docker' ? 'docker' : 'podman';
  const base = {
    name,
    image,
    env: name === 'docker' ? {} : configure(),
    stock: `/usr/src/${stock}`,
    realtime: `/usr/src/${realtime}`,
  };
  if (!stock || !realtime) return { ...base, problem: 'linux-headers for amd64 and rt-amd64 are not installed' };
  for (const program of name === 'docker' ? ['docker'] : ['podman', 'runc']) {
    if (spawnSync(program, ['--version']).error) return { ...base, problem: `${program} is not installed` };
  }
  return { ...base, problem: importImage(name, base.env) };
}

function configure(): Record<string, string> {
  mkdirSync(place, { recursive: true });
  const containers = path.join(place, 'containers.conf');
  const storage = path.join(place, 'storage.conf');
  const ulimits = '["nofile=1024:1024", "nproc=1024:1024"]';
  writeFileSync(containers, `[containers]\nnetns = "host"\ndefault_ulimits = ${ulimits}\n[engine]\nruntime = "runc"\n`);
  const roots = `graphroot = "${place}/storage"\nrunroot = "${place}/run"\n`;
  writeFileSync(storage, `[storage]\ndriver = "vfs"\n${roots}`);
  return { CONTAINERS_CONF: containers, CONTAINERS_STORAGE_CONF: storage };
}

function importImage(name: RebuildEngine['name'], env: Record<string, string>): string | undefined {
  const options = { env: { ...process.env, ...env }, stdio: 'pipe' } as const;
  if (spawnSync(name, ['image', 'inspect', image], options).status === 0) return undefined;
  let root = process.env['VERMAGIC_KBUILD_IMAGE_ROOT'];
  if (root === undefined) {
    if (spawnSync('debootstrap', ['--version']).error) return 'debootstrap is not installed';
    root = path.join(place, 'root');
    const made = spawnSync(
      'debootstrap',
      ['--variant=minbase', '--include=make,gcc,libelf1', 'bookworm', root],
      options,
    );
    if (made.status !== 0) {
      rmSync(root, { recursive: true, force: true });
      return `debootstrap failed: ${made.stdout.toString().trim().split('\n').at(-1)}`;
    }
  }
  const script = 'tar -C "$1" -c . | "$2" import - "$3"';
  const imported = spawnSync('sh', ['-c', script, 'sh', root, name, image], options);
  return imported.status === 0 ? undefined : `${name} import failed: ${imported.stderr.toString().trim()}`;
}

/** A workspace with one module, as a person has it; `files` besides or instead. */
export function moduleWorkspace(
  engine: RebuildEngine,
  files: Readonly<Record<string, string>> = {},
  name = 'ws',
): string {
  const folder = path.join(mkdtempSync(path.join(os.tmpdir(), 'vermagic-rebuild-')), name);
  const project = {
    targets: { rt: [engine.realtime] },
    pipeline: {
      container: {
        engine: engine.name,
        image: engine.image,
        mounts: ['/usr/src:/usr/src:ro', '/usr/lib/linux-kbuild-6.1:/usr/lib/linux-kbuild-6.1:ro'],
      },
      phases: [
        {
          name: 'modules',
          command: ['make', '-C', engine.realtime, 'M=/src', 'modules'],
          inputs: ['*.[ch]', 'Kbuild'],
          outputs: ['hello.ko'],
        },
      ],
    },
  };
  writeFiles(folder, { 'vermagic.json': JSON.stringify(project, null, 2), ...moduleFiles, ...files });
  return folder;
}

export function writeFiles(folder: string, files: Readonly<Record<string, string>>): void {
  for (const [file, text] of Object.entries(files)) {
    mkdirSync(path.dirname(path.join(folder, file)), { recursive: true });
    writeFileSync(path.join(folder, file), text);
  }
}

/** On this machine, against another kernel than the target: what a developer does by mistake. */
export function buildOnHost(folder: string, headers: string): void {
  execFileSync('make', ['-C', headers, `M=${folder}`, 'modules'], { stdio: 'pipe' });
}

export const helloC = `#include <linux/module.h>
#include <linux/slab.h>

static int __init hello_init(void)
{
	void *memory = kmalloc(16, GFP_KERNEL);

	kfree(memory);
	return 0;
}

static void __exit hello_exit(void)
{
}

module_init(hello_init);
module_exit(hello_exit);
MODULE_LICENSE("GPL");
`;

/** The sources of one module. */
export const moduleFiles = { Kbuild: 'obj-m := hello.o\n', 'hello.c': helloC } as const;
