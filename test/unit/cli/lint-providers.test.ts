/** `vermagic lint` knows the Module.symvers files of the project, as the editor does. */
import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import type { CliIo } from '../../../server/src/cli/cli-io.ts';
import { lintFiles } from '../../../server/src/cli/lint-command.ts';
import { findProject } from '../../../server/src/cli/project.ts';
import type { Ports } from '../../../server/src/ports/ports.ts';
import { MemoryFileSystem } from '../support/memory-file-system.ts';

const project = {
  '/w/deser/Makefile': 'obj-m += max9296.o\n',
  '/w/deser/max9296.c': 'int max9296_write(int a) { return a; }\n',
  '/w/deser/Module.symvers': '0x12345678\tmax9296_write\tdeser/max9296\tEXPORT_SYMBOL_GPL\t\n',
  '/w/zedx/Makefile': 'obj-m += zedx.o\n',
  '/w/zedx/zedx.c': 'int zedx(void) { return max9296_write(1); }\n',
};

async function lint(cwd: string, operand: string, files: Readonly<Record<string, string>> = project) {
  const io: CliIo = { out: () => {}, err: () => {}, colour: false, progress: false, columns: 120, cwd };
  const logger = { error: () => {}, warn: () => {}, info: () => {}, debug: () => {} };
  const ports = {
    files: new MemoryFileSystem(files),
    decompressor: {},
    grammars: { bytes: () => Promise.reject(new Error('none')) },
    logger,
  } as unknown as Ports;
  const { reports } = await lintFiles([operand], [], await findProject(io, ports), io, ports);
  return reports.map(({ path, rule, line }) => `${path}:${line} ${rule}`);
}

describe('vermagic lint and the providers of a project', () => {
  it('finds one that KBUILD_EXTRA_SYMBOLS does not name', async () => {
    assert.deepEqual(await lint('/w', '.'), ['zedx/Makefile:1 extra-symbols-missing']);
  });

  it('finds it when one file or one folder is named', async () => {
    assert.deepEqual(await lint('/w', 'zedx/Makefile'), ['zedx/Makefile:1 extra-symbols-missing']);
    assert.deepEqual(await lint('/w', 'zedx'), ['zedx/Makefile:1 extra-symbols-missing']);
  });

  it('finds it in a folder that lies elsewhere', async () => {
    assert.deepEqual(await lint('/home', '/w', { ...project, '/home/a': '' }), [
      '/w/zedx/Makefile:1 extra-symbols-missing',
    ]);
  });

  it('looks into the folder of vermagic.json from below it', async () => {
    const files = { ...project, '/w/vermagic.json': '{}' };
    assert.deepEqual(await lint('/w/zedx', 'Makefile', files), ['Makefile:1 extra-symbols-missing']);
  });

  it("says nothing of a kernel's own Module.symvers", async () => {
    const kernel = {
      '/w/k/Makefile': '',
      '/w/k/Kconfig': '',
      '/w/k/include/generated/utsrelease.h': '#define UTS_RELEASE "6.1.0"\n',
      '/w/k/scripts/x': '',
      '/w/k/arch/x': '',
      '/w/k/Module.symvers': '0x12345678\tprintk\tvmlinux\tEXPORT_SYMBOL\t\n',
      '/w/m/Makefile': 'obj-m += m.o\n',
      '/w/m/m.c': 'int m(void) { return printk("m"); }\n',
    };
    assert.deepEqual(await lint('/w', 'm', kernel), []);
  });
});
