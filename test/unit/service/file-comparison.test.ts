import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { gzipSync } from 'node:zlib';
import { NodeDecompressor } from '../../../server/src/node/node-decompressor.ts';
import { silentLogger } from '../../../server/src/ports/logger.ts';
import type { Ports } from '../../../server/src/ports/ports.ts';
import { compareFiles } from '../../../server/src/service/file-comparison.ts';
import { MemoryFileSystem } from '../support/memory-file-system.ts';

function portsOver(files: Readonly<Record<string, string | Uint8Array>>): Ports {
  const ports: Pick<Ports, 'files' | 'logger' | 'decompressor'> = {
    files: new MemoryFileSystem(files),
    logger: silentLogger,
    decompressor: new NodeDecompressor(),
  };
  return ports as Ports;
}

describe('two files of the build side in a diff editor', () => {
  const own = {
    uri: 'file:///w/.config',
    text: 'CONFIG_SMP=y\n# CONFIG_GONE is not set\nCONFIG_A="n"\nCONFIG_HZ=250\n',
  };

  test('configurations differ only where their kernels do', async () => {
    const ports = portsOver({ '/w/config-5.15': '# CONFIG_PREEMPT_RT is not set\nCONFIG_HZ=1000\nCONFIG_SMP=y\n' });
    const compared = await compareFiles(ports, own, 'file:///w/config-5.15');
    assert.ok(typeof compared !== 'string', String(compared));
    assert.equal(compared.title, 'w/.config ↔ w/config-5.15');
    assert.equal(compared.left.text, 'CONFIG_A="n"\nCONFIG_HZ=250\nCONFIG_SMP=y\n');
    assert.equal(compared.right.text, 'CONFIG_HZ=1000\nCONFIG_SMP=y\n');
  });

  test('the running kernel packs its configuration into /proc/config.gz', async () => {
    const text = '#\n# Linux/x86 6.1.0 Kernel Configuration\n#\nCONFIG_X86_64=y\nCONFIG_SMP=y\nCONFIG_HZ=100\n';
    const ports = portsOver({
      '/proc/version': 'Linux version 6.1.0-run (a@b) (gcc) #1 SMP Mon Jan 1 00:00:00 UTC 2024\n',
      '/proc/config.gz': gzipSync(text),
    });
    const compared = await compareFiles(ports, own, null);
    assert.ok(typeof compared !== 'string', String(compared));
    assert.equal(compared.title, 'w/.config ↔ the running kernel');
    assert.match(compared.right.text, /^CONFIG_HZ=100$/m);
  });

  test('what cannot be compared is told', async () => {
    const ports = portsOver({ '/w/notes.txt': 'hello\n' });
    assert.match(String(await compareFiles(ports, own, null)), /configuration of the running kernel was not found/);
    assert.match(
      String(await compareFiles(ports, own, 'file:///w/notes.txt')),
      /notes\.txt is no kernel configuration/,
    );
    assert.match(String(await compareFiles(ports, own, 'file:///w/gone')), /gone cannot be read/);
    const symvers = { uri: 'file:///w/Module.symvers', text: '' };
    assert.match(String(await compareFiles(ports, symvers, 'file:///w/notes.txt')), /is no Module\.symvers/);
  });

  test('of two Module.symvers only the symbols that differ are shown, in columns', async () => {
    const ports = portsOver({
      '/a/Module.symvers':
        '0x00000001\tsame\tvmlinux\tEXPORT_SYMBOL\t\n0x00000002\tcrc\tvmlinux\tEXPORT_SYMBOL\t\n0x00000003\tgone\tm\tEXPORT_SYMBOL\t\n',
      '/b/Module.symvers':
        '0x00000001\tsame\tvmlinux\tEXPORT_SYMBOL\t\n0x00000022\tcrc\tvmlinux\tEXPORT_SYMBOL_GPL\tNS\n',
    });
    const compared = await compareFiles(
      ports,
      { uri: 'file:///a/Module.symvers', text: '' },
      'file:///b/Module.symvers',
    );
    assert.ok(typeof compared !== 'string', String(compared));
    assert.equal(compared.left.text, 'crc   0x00000002  open  vmlinux\ngone  0x00000003  open  m\n');
    assert.equal(compared.right.text, 'crc   0x00000022  GPL   vmlinux  NS\n');
    assert.equal(compared.title, 'Module.symvers: 4 changes, 4 break modules, 1 symbol the same');
  });
});
