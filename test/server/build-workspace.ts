import { copyFileSync, cpSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { pathToFileURL } from 'node:url';
import { root } from './lsp-client.ts';

const files = {
  'kernel/src/Makefile': 'VERSION = 6\nPATCHLEVEL = 1\nSUBLEVEL = 192\nEXTRAVERSION =\nNAME = Test\n',
  'kernel/src/Kconfig':
    'mainmenu "Linux/$(ARCH) $(KERNELVERSION) Kernel Configuration"\nconfig MODULES\n\tbool "Enable loadable module support"\n\tmodules\nsource "net/Kconfig"\nconfig ARM64\n\tdef_bool y\nconfig 64BIT\n\tdef_bool y\nconfig SMP\n\tdef_bool y\nconfig PREEMPT_RT\n\tbool "Fully Preemptible Kernel (Real-Time)"\n\thelp\n\t  This option turns the kernel into a real-time kernel.\nconfig MODULE_UNLOAD\n\tbool "Module unloading"\n\tdepends on MODULES\nconfig MODVERSIONS\n\tbool "Module versioning support"\n\tdepends on MODULES\n',
  'kernel/src/net/Kconfig':
    'config NET\n\tbool "Networking support"\n\nconfig NET_DSA\n\ttristate "Switches"\n\tdepends on NET\n',
  'kernel/src/net/Makefile': 'obj-$(CONFIG_NET_DSA) += dsa.o\n',
  'kernel/src/.config':
    '#\n# Automatically generated file; DO NOT EDIT.\n# Linux/arm64 6.1.192 Kernel Configuration\n#\nCONFIG_MODULES=y\n# CONFIG_NET is not set\nCONFIG_NET_DSA=m\nCONFIG_ARM64=y\nCONFIG_64BIT=y\nCONFIG_SMP=y\nCONFIG_PREEMPT_RT=y\nCONFIG_MODULE_UNLOAD=y\nCONFIG_MODVERSIONS=y\n',
  'kernel/src/include/generated/utsrelease.h': '#define UTS_RELEASE "6.1.0-56-rt-arm64"\n',
  'source/mine/Kbuild': 'obj-m += mine.o\nobj-m += orca_dma.o\nobj-m += absent.o\n',
  'source/mine/mine.c': 'int orca_queue_open(void);\nint init_module(void) { return orca_queue_open(); }\n',
  'source/mine/orca_dma.c': '',
  'source/mine/absent.c': '',
  'boot.dmesg': '[    1.000000] orca_dma: disagrees about version of symbol __get_free_pages\n',
} as const;

const installed = 'rootfs/lib/modules/6.1.0-56-rt-arm64/updates/orca';

/** A copy of the sample project with a small kernel source and a module of its own beside it. */
export class BuildWorkspace {
  readonly folder = mkdtempSync(path.join(os.tmpdir(), 'vermagic-build-'));

  constructor() {
    cpSync(path.join(root, 'samples/jetson-rt'), this.folder, { recursive: true });
    for (const [name, text] of Object.entries(files)) this.write(name, text);
    copyFileSync(path.join(this.folder, installed, 'orca_npu.ko'), path.join(this.folder, 'source/mine/mine.ko'));
  }

  get uri(): string {
    return pathToFileURL(this.folder).href;
  }

  uriOf(name: string): string {
    return pathToFileURL(path.join(this.folder, name)).href;
  }

  write(name: string, text: string): void {
    mkdirSync(path.dirname(path.join(this.folder, name)), { recursive: true });
    writeFileSync(path.join(this.folder, name), text);
  }

  remove(): void {
    rmSync(this.folder, { recursive: true });
  }
}
