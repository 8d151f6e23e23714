import type { RuleExample } from '../rule-example.ts';

const path = '/w/boot.dmesg';

export const logExamples: readonly RuleExample[] = [
  {
    rule: 'load-refusal',
    shows: 'a vermagic that differs, with the words that do',
    path,
    text: "[   12.345678] metis: version magic '5.15.148-tegra SMP preempt mod_unload modversions aarch64' should be '5.15.148-tegra SMP preempt_rt mod_unload modversions aarch64'\n",
    finds: [
      {
        at: "metis: version magic '5.15.148-tegra SMP preempt mod_unload modversions aarch64' should be '5.15.148-tegra SMP preempt_rt mod_unload modversions aarch64'",
        says: 'built for another kernel: "preempt" against "preempt_rt" (ENOEXEC)',
      },
    ],
  },
  {
    rule: 'load-refusal',
    shows: 'the vendor kernel with other structures, as insmod and the kernel tell it',
    path,
    text: 'insmod: ERROR: could not insert module mydriver.ko: Invalid module format\n# mydriver: disagrees about version of symbol module_layout\n[    5.1] mydriver: disagrees about version of symbol dma_alloc_attrs\n[    5.1] mydriver: Unknown symbol dma_alloc_attrs (err -22)\n',
    finds: [
      {
        at: 'insmod: ERROR: could not insert module mydriver.ko: Invalid module format',
        says: 'modprobe "Exec format error"',
      },
      { at: 'mydriver: disagrees about version of symbol module_layout', says: 'compared before vermagic' },
      {
        at: 'mydriver: disagrees about version of symbol dma_alloc_attrs',
        says: 'Rebuild mydriver with the Module.symvers of this kernel build',
      },
      { at: 'mydriver: Unknown symbol dma_alloc_attrs (err -22)', says: 'another CRC or a namespace' },
    ],
  },
  {
    rule: 'load-refusal',
    shows: 'the same refusal from modprobe and from an old insmod',
    path,
    text: "modprobe: ERROR: could not insert 'metis': Exec format error\ninsmod: error inserting 'poet_atkm.ko': -1 Invalid module format\nsystemd-modules-load[321]: Failed to insert module 'zedx': Exec format error\n",
    finds: [
      {
        at: "modprobe: ERROR: could not insert 'metis': Exec format error",
        says: 'insmod says "Invalid module format"',
      },
      { at: "insmod: error inserting 'poet_atkm.ko': -1 Invalid module format", says: 'ENOEXEC' },
      { at: "Failed to insert module 'zedx': Exec format error", line: 3, says: 'ENOEXEC' },
    ],
  },
  {
    rule: 'load-refusal',
    shows: 'signatures: refused, locked down, or only tainting',
    path,
    text: "[ 1.0] Loading of unsigned module is rejected\nmodprobe: ERROR: could not insert 'mydriver': Required key not available\n[ 2.0] Lockdown: modprobe: unsigned module loading is restricted; see man kernel_lockdown.7\n[ 3.0] mydriver: module verification failed: signature and/or required key missing - tainting kernel\n",
    finds: [
      { at: 'Loading of unsigned module is rejected', says: 'a key enrolled with mokutil stays with the machine' },
      {
        at: "modprobe: ERROR: could not insert 'mydriver': Required key not available",
        says: 'one enrolled with mokutil is not',
      },
      { at: 'Lockdown: modprobe: unsigned module loading is restricted', says: 'Secure Boot' },
      {
        at: 'mydriver: module verification failed: signature and/or required key missing',
        says: 'carries E until it reboots',
      },
    ],
  },
  {
    rule: 'load-refusal',
    shows: 'symbols, namespaces, sizes and parameters',
    path,
    text: "[ 1.0] zedx: Unknown symbol max9296_write (err -2)\n[ 1.1] zedx: module uses symbol (dma_buf_get) from namespace DMA_BUF, but does not import it.\n[ 1.2] module zedx: .gnu.linkonce.this_module section size must match the kernel's built struct module size at run time\n[ 1.3] mydriver: `4294967295' invalid for parameter `mtu'\n[ 1.4] zedx: exports duplicate symbol max9296_write (owned by max9296)\n[ 1.5] Invalid architecture in ELF header: 183\n",
    finds: [
      { at: 'zedx: Unknown symbol max9296_write (err -2)', says: 'modprobe does, insmod does not' },
      {
        at: 'zedx: module uses symbol (dma_buf_get) from namespace DMA_BUF, but does not import it',
        says: 'MODULE_IMPORT_NS(DMA_BUF)',
      },
      { at: 'module zedx: .gnu.linkonce.this_module section size must match', says: 'Since Linux 6.4' },
      { at: "mydriver: `4294967295' invalid for parameter `mtu'", says: 'more than 2147483647 for an int' },
      { at: 'zedx: exports duplicate symbol max9296_write (owned by max9296)', says: 'Unload max9296' },
      { at: 'Invalid architecture in ELF header: 183', says: 'arm64' },
    ],
  },
  {
    rule: 'load-refusal',
    shows: 'names keep their letters, and nobody is told to unload the kernel',
    path,
    text: '[ 1.0] metis: exports duplicate symbol foo (owned by kernel)\n[ 1.1] x: module uses symbol (dma_buf_get) from namespace DMA_BUF, but does not import it.\n',
    finds: [
      {
        at: 'metis: exports duplicate symbol foo (owned by kernel)',
        says: 'foo is exported by the kernel itself already',
      },
      {
        at: 'x: module uses symbol (dma_buf_get) from namespace DMA_BUF, but does not import it',
        says: 'dma_buf_get is exported in the namespace DMA_BUF',
      },
    ],
  },
  {
    rule: 'load-refusal',
    shows: 'what modpost, depmod and busybox say',
    path,
    text: 'WARNING: Symbol version dump "/usr/src/linux/Module.symvers" is missing.\nERROR: modpost: "max9296_write" [/src/zedx.ko] undefined!\nWARNING: modpost: /src/zedx.o: section mismatch in reference: probe (section: .text) -> handler (section: .init.text)\nmodprobe: FATAL: Module sl_zedx not found in directory /lib/modules/5.15.148-tegra\ninsmod: can\'t insert \'x.ko\': invalid module format\n',
    finds: [
      { at: 'WARNING: Symbol version dump "/usr/src/linux/Module.symvers" is missing', says: 'no CRCs' },
      { at: 'ERROR: modpost: "max9296_write" [/src/zedx.ko] undefined!', says: 'the build of zedx reads' },
      {
        at: 'section mismatch in reference: probe (section: .text) -> handler (section: .init.text)',
        says: 'freed once the init function has returned',
      },
      {
        at: 'Module sl_zedx not found in directory /lib/modules/5.15.148-tegra',
        says: 'not installed for the kernel 5.15.148-tegra',
      },
      { at: "insmod: can't insert 'x.ko': invalid module format", says: 'refused the module x (ENOEXEC' },
    ],
  },
  {
    rule: 'load-refusal',
    shows: 'other lines are left alone',
    path,
    text: '[    0.000000] Linux version 6.1.0-56-amd64 (debian-kernel@lists.debian.org)\n[    1.0] usb 1-1: new high-speed USB device\n[    2.0] mymod: init done, format ok\n',
    finds: [],
  },
  {
    rule: 'tainted-trace',
    shows: 'the letters of an oops and the modules behind them',
    path,
    text: 'BUG: kernel NULL pointer dereference, address: 0000000000000008\nCPU: 3 PID: 77 Comm: kworker Tainted: P           OE     5.15.148-tegra #1\nModules linked in: nvidia(PO) mydriver(OE) ext4\n',
    finds: [
      {
        at: 'Tainted: P           OE',
        says: 'tainted, 12289 = POE. P: a module with a proprietary licence was loaded',
      },
    ],
  },
  {
    rule: 'tainted-trace',
    shows: 'the words of newer kernels, a number, and the short form; 4096 is O alone',
    path,
    text: 'Tainted: [O]=OOT_MODULE, [E]=UNSIGNED_MODULE\n$ cat /proc/sys/kernel/tainted\n4096\nkernel.tainted = 12288\nTainted: P OE\n',
    finds: [
      { at: 'Tainted: [O]=OOT_MODULE, [E]=UNSIGNED_MODULE', says: '12288 = OE' },
      { at: '4096', says: 'tainted, 4096 = O.' },
      { at: 'kernel.tainted = 12288', says: '12288 = OE' },
      { at: 'Tainted: P OE', says: '12289 = POE' },
    ],
  },
  {
    rule: 'tainted-trace',
    shows: 'a kernel that is not tainted',
    path,
    text: 'CPU: 0 PID: 1 Comm: swapper Not tainted 6.1.0-56-amd64 #1\nCPU: 0 PID: 1 Comm: swapper Tainted: G                 6.1.0 #1\nkernel.tainted = 0\n',
    finds: [],
  },
  {
    rule: 'tainted-trace',
    shows: 'a jump to freed memory, and the module that jumped',
    path,
    text: 'BUG: unable to handle kernel paging request at ffffffff81234567\n...\nCall Trace:\n [<ffffffff81234567>] ? 0xffffffff81234567\n [<ffffffffc0401f30>] my_device_event_handler+0x28/0x50 [mydriver]\n',
    finds: [
      {
        at: 'BUG: unable to handle kernel paging request at ffffffff81234567',
        says: 'my_device_event_handler of the module mydriver called a function at 0xffffffff81234567, where there is no code (any more)',
      },
    ],
  },
  {
    rule: 'tainted-trace',
    shows: 'the same with time stamps, as newer kernels write it',
    path,
    text: '[  100.1] BUG: unable to handle page fault for address: ffffffffc0a5d000\n[  100.1] #PF: supervisor instruction fetch in kernel mode\n[  100.1] Oops: 0010 [#1] PREEMPT SMP NOPTI\n[  100.1] CPU: 1 PID: 9 Comm: kworker\n[  100.1] RIP: 0010:0xffffffffc0a5d000\n[  100.1] Code: Unable to access opcode bytes at 0xffffffffc0a5cfd6.\n[  100.1] Call Trace:\n[  100.1]  <TASK>\n[  100.1]  ? __die+0x23/0x70\n[  100.1]  on_event+0x28/0x50 [my_driver 0123456789abcdef]\n[  100.1]  process_one_work+0x1e5/0x3b0\n[  100.1] RIP: 0033:0x7f0facd0\n',
    finds: [
      {
        at: 'BUG: unable to handle page fault for address: ffffffffc0a5d000',
        says: 'on_event of the module my_driver called a function at 0xffffffffc0a5d000',
      },
    ],
  },
  {
    rule: 'tainted-trace',
    shows: 'a NULL pointer in a module, on x86 and on arm64',
    path,
    text: 'BUG: kernel NULL pointer dereference, address: 0000000000000008\nRIP: 0010:mtu_set+0x12/0x40 [mydriver]\nCall Trace:\n dev_set_mtu+0x10/0x80\n---[ end trace 0 ]---\nUnable to handle kernel NULL pointer dereference at virtual address 0000000000000000\npc : probe+0x1c/0x80 [zedx]\nlr : really_probe+0x10/0x80\n',
    finds: [
      {
        at: 'BUG: kernel NULL pointer dereference, address: 0000000000000008',
        says: 'followed a NULL pointer in mtu_set of the module mydriver, to what lies 8 bytes into',
      },
      {
        at: 'Unable to handle kernel NULL pointer dereference at virtual address 0000000000000000',
        says: "in probe of the module zedx. The kernel's scripts/faddr2line zedx.ko probe+0x1c/0x80",
      },
    ],
  },
  {
    rule: 'tainted-trace',
    shows: 'an operation that was never set, and an address out of nowhere',
    path,
    text: 'BUG: kernel NULL pointer dereference, address: 0000000000000000\n#PF: supervisor instruction fetch in kernel mode\nRIP: 0010:0x0\nCall Trace:\n start_stream+0x44/0x90 [zedx]\n---[ end trace 1 ]---\nBUG: unable to handle kernel paging request at dead000000000100\nIP: [<ffffffffc0401f30>] drop+0x28/0x50 [zedx]\n',
    finds: [
      {
        at: 'BUG: kernel NULL pointer dereference, address: 0000000000000000',
        says: 'start_stream of the module zedx called a function through a NULL pointer',
      },
      {
        at: 'BUG: unable to handle kernel paging request at dead000000000100',
        says: 'used the address 0xdead000000000100, where there is no memory, in drop of the module zedx',
      },
    ],
  },
  {
    rule: 'tainted-trace',
    shows: 'the kernel itself failed: the modules below are not to blame',
    path,
    text: 'BUG: kernel NULL pointer dereference, address: 0000000000000008\nCall Trace:\n blk_mq_complete_request+0x42/0x90\n nvme_complete_rq+0x31/0x70 [nvme_core]\n---[ end trace 0 ]---\nBUG: kernel NULL pointer dereference, address: 0000000000000008\nRIP: 0010:kfree+0x12/0x40\nCall Trace:\n drop+0x1/0x2 [mydriver]\n---[ end trace 0 ]---\nBUG: unable to handle page fault for address: ffffffffc0a5d000\nRIP: 0010:0xffffffffc0a5d000\nCall Trace:\n ? old+0x1/0x2 [mydriver]\n process_one_work+0x1e5/0x3b0\n worker_thread+0x50/0x390 [mydriver]\nBUG: unable to handle page fault for address: 0000000000000010\nRIP: 0033:0x7f0facd0\n',
    finds: [],
  },
];
