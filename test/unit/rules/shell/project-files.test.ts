// biome-ignore-all lint/suspicious/noTemplateCurlyInString: the scripts are shell.
import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { MemoryFileSystem } from '../../support/memory-file-system.ts';
import { lint } from './lint-text.ts';

const keep = 'keep_kernel() { apt-mark hold nvidia-l4t-kernel nvidia-l4t-bootloader; }\n';
const pin = 'Package: nvidia-l4t-kernel*\nPin: release *\nPin-Priority: -1\n';

/** Lines with an unguarded upgrade, in a script of a project with other files. */
async function unguarded(text: string, others: Readonly<Record<string, string>>, path = 'scripts/setup.sh') {
  const inProject = Object.entries(others).map(([name, content]) => [`/project/${name}`, content]);
  const files = new MemoryFileSystem({ ...Object.fromEntries(inProject), [`/project/${path}`]: text });
  const findings = await lint(text, path, { packs: ['jetson-l4t'] }, { files });
  return findings.filter(({ rule }) => rule === 'unguarded-upgrade').map(({ where }) => where?.range.start.line);
}

describe('holds in a script that is sourced', () => {
  const sourced = {
    'beside it': ['source ./common.sh', 'scripts/common.sh'],
    'by the folder of the script': [
      'DIR="$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)"\n. "$DIR/lib/common.sh"',
      'scripts/lib/common.sh',
    ],
    'by dirname': ['. "$(dirname "$0")/../lib/common.sh"', 'lib/common.sh'],
    'from the root of the project': ['source lib/common.sh', 'lib/common.sh'],
    'with a test before it': ['[ -f lib/common.sh ] && . lib/common.sh', 'lib/common.sh'],
  } as const;
  for (const [name, [line, path]] of Object.entries(sourced)) {
    it(`counts them ${name}`, async () => {
      assert.deepEqual(await unguarded(`${line}\nkeep_kernel\napt upgrade -y\n`, { [path]: keep }), []);
    });
  }

  it('follows a sourced script that sources another, beside itself', async () => {
    const others = {
      'scripts/lib/all.sh': '. "$(dirname "${BASH_SOURCE[0]}")/hold.sh"\n',
      'scripts/lib/hold.sh': keep,
    };
    assert.deepEqual(await unguarded('. ./lib/all.sh\nkeep_kernel\napt upgrade\n', others), []);
  });

  it('still finds the upgrade before the call, and that of a script that never calls', async () => {
    const others = { 'scripts/common.sh': keep };
    assert.deepEqual(await unguarded('. ./common.sh\napt upgrade\nkeep_kernel\napt upgrade\n', others), [1]);
    const own = 'up() { apt upgrade; }\n. ./common.sh\nup\nkeep_kernel\nup\n';
    assert.deepEqual(await unguarded(own, others), [0]);
  });

  it('finds an upgrade after a script that holds nothing, or that sets variables', async () => {
    assert.deepEqual(await unguarded('. ./log.sh\napt upgrade\n', { 'scripts/log.sh': 'log() { echo "$@"; }\n' }), [1]);
    for (const settings of ['/etc/os-release', './versions.env', '"$HOME/.bashrc"', 'venv/bin/activate']) {
      assert.deepEqual(await unguarded(`source ${settings}\napt upgrade\n`, {}), [1], settings);
    }
  });

  it('says nothing after a script that cannot be read', async () => {
    for (const path of ['./missing.sh', '"$LIB"', '/opt/stack/lib/common.sh', '"$X/$Y.sh"']) {
      assert.deepEqual(await unguarded(`source ${path}\napt upgrade\n`, {}), [], path);
    }
    assert.deepEqual(await unguarded('apt upgrade\nsource ./missing.sh\n', {}), [0], 'one that comes later');
  });

  it('places nothing that is found in the sourced script in this one', async () => {
    const text = '. ./common.sh\n';
    const files = new MemoryFileSystem({ '/project/common.sh': 'apt-get install nvidia-l4t-kernel\napt upgrade\n' });
    assert.deepEqual(await lint(`${text}# upgrade\n`, 'setup.sh', {}, { files }), []);
  });
});

describe('preferences that are copied into place', () => {
  const others = {
    'scripts/files/99-kernel.pref': pin,
    'scripts/files/docker.pref': pin.replace(/nvidia\S+/, 'docker-ce'),
  };
  const good = [
    'cp files/99-kernel.pref /etc/apt/preferences.d/',
    'sudo install -m 0644 -o root files/99-kernel.pref /etc/apt/preferences.d/kernel',
    'cp -t /etc/apt/preferences.d files/99-kernel.pref',
    'cp "$(dirname "$0")/files/99-kernel.pref" "$ROOTFS/etc/apt/preferences.d/"',
    'D=/etc/apt/preferences.d\nrsync -a files/99-kernel.pref "$D/"',
    `printf '${pin.replaceAll('\n', '\\n')}' > /tmp/k\nsudo mv /tmp/k /etc/apt/preferences.d/k`,
    'cp "$PIN" /etc/apt/preferences.d/',
    'curl -fsSLo /etc/apt/preferences.d/k https://example.org/k',
  ];
  for (const line of good) {
    it(`counts ${line}`, async () => assert.deepEqual(await unguarded(`${line}\napt upgrade\n`, others), []));
  }
  const useless = [
    'cp files/docker.pref /etc/apt/preferences.d/',
    'cp files/99-kernel.pref /etc/apt/preferences.d/kernel.conf',
    'cp files/99-kernel.pref /etc/apt/backup/',
  ];
  for (const line of useless) {
    it(`does not count ${line}`, async () => assert.deepEqual(await unguarded(`${line}\napt upgrade\n`, others), [1]));
  }

  it('reads COPY in a Dockerfile, with a file and with a text', async () => {
    const upgrade = '\nRUN apt-get update && apt-get upgrade -y\n';
    const from = 'FROM nvcr.io/nvidia/l4t-base:r36\n';
    const copies = [
      'COPY --chown=root:root files/99-kernel.pref /etc/apt/preferences.d/kernel',
      'ADD ["files/99-kernel.pref", "/etc/apt/preferences.d/"]',
      `COPY <<EOF /etc/apt/preferences.d/k\n${pin}EOF`,
    ];
    for (const copy of copies) {
      assert.deepEqual(await unguarded(from + copy + upgrade, others, 'scripts/Dockerfile'), [], copy);
    }
    const other = 'COPY files/docker.pref /etc/apt/preferences.d/';
    assert.deepEqual(await unguarded(from + other + upgrade, others, 'scripts/Dockerfile'), [2]);
  });
});
