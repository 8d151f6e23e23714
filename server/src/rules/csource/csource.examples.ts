import type { RuleExample } from '../rule-example.ts';
import { initPointerEscapeExamples } from './init-pointer-escape.examples.ts';

const tail = 'module_init(x_init);\nMODULE_LICENSE("GPL");\n';

export const csourceExamples: readonly RuleExample[] = [
  ...initPointerEscapeExamples,
  {
    rule: 'init-pointer-escape',
    shows: 'a probe function keeps the address of an __init function that comes later in the file',
    path: '/w/mydriver.c',
    text: `static int __init mydriver_probe(struct platform_device *pdev)
{
	struct my_device *dev = /* ... */;
	/* BUG: __init function pointer stored in persistent structure */
	dev->error_handler = mydriver_init_error_handler;
	platform_set_drvdata(pdev, dev);
	return 0;
}
static void __init mydriver_init_error_handler(struct my_device *dev)
{
	/* handles errors that can only occur during initialization */
}
`,
    finds: [
      {
        at: 'mydriver_init_error_handler',
        line: 5,
        says: 'is stored in dev->error_handler, which stays',
        fixed: `static int __init mydriver_probe(struct platform_device *pdev)
{
	struct my_device *dev = /* ... */;
	/* BUG: __init function pointer stored in persistent structure */
	dev->error_handler = mydriver_init_error_handler;
	platform_set_drvdata(pdev, dev);
	return 0;
}
static void mydriver_init_error_handler(struct my_device *dev)
{
	/* handles errors that can only occur during initialization */
}
`,
      },
    ],
  },
  {
    rule: 'init-pointer-escape',
    shows: 'operations, work items, timers, interrupts, globals, and a way through a local',
    path: '/w/x.c',
    text: `static int __init x_open(struct inode *i, struct file *f) { return 0; }
static void __init x_work(struct work_struct *w) { }
static irqreturn_t __init x_irq(int irq, void *d) { return IRQ_HANDLED; }
static void (*hook)(struct work_struct *w);
static const struct file_operations x_fops = {
	.owner = THIS_MODULE,
	.open = x_open,
};
static int __init x_init(void)
{
	void (*cb)(struct work_struct *) = x_work;

	INIT_WORK(&dev->work, x_work);
	timer_setup(&timer, (void *)&x_work, 0);
	if (request_irq(7, x_irq, 0, "x", NULL))
		return -EBUSY;
	hook = cb;
	return 0;
}
${tail}`,
    finds: [
      { at: 'x_open', says: 'is stored in x_fops.open' },
      { at: 'x_work', line: 13, says: 'is handed to INIT_WORK(), which calls it later' },
      { at: '(void *)&x_work', says: 'timer_setup()' },
      { at: 'x_irq', line: 15, says: 'request_irq()' },
      { at: 'cb', line: 17, says: 'x_work() is __init' },
    ],
  },
  {
    rule: 'init-pointer-escape',
    shows: 'calls, tables that are freed with init, callbacks that are done before init returns, locals',
    path: '/w/x.c',
    text: `static int __init one(void) { return 0; }
static int (*table[])(void) __initdata = { one };
static struct platform_driver drv __refdata = { .probe = one };
static int __init x_init(void)
{
	struct cmp ops;

	ops.fn = one;
	sort(a, 3, 4, one, NULL);
	bus_for_each_dev(&b, NULL, NULL, one);
	return one();
}
${tail}`,
    finds: [],
  },
  {
    rule: 'param-signedness',
    shows: 'an MTU as int: 4294967295 is refused, -1 becomes 4294967295 in the device',
    path: '/w/mydriver.c',
    text: `static int mtu = 1500;
module_param(mtu, int, 0644);
MODULE_PARM_DESC(mtu, "Maximum Transmission Unit in bytes");
MODULE_LICENSE("GPL");
`,
    finds: [
      {
        at: 'int',
        line: 2,
        says: '"-1" is accepted and becomes 4294967295',
        fixed: `static unsigned int mtu = 1500;
module_param(mtu, uint, 0644);
MODULE_PARM_DESC(mtu, "Maximum Transmission Unit in bytes");
MODULE_LICENSE("GPL");
`,
      },
    ],
  },
  {
    rule: 'param-signedness',
    shows: 'amounts where a negative value means something, and parameters that are no amounts',
    path: '/w/x.c',
    text: `static int timeout = -1;
module_param(timeout, int, 0444);
static int ring_size;
module_param(ring_size, int, 0444);
MODULE_PARM_DESC(ring_size, "ring size (-1 = automatic)");
static int debug;
module_param(debug, int, 0644);
static int count;
module_param(count, int, 0444);
static int __init x_init(void) { if (count < 0) return -EINVAL; return 0; }
${tail}`,
    finds: [],
  },
  {
    rule: 'param-unchecked',
    shows: 'the MTU goes to the firmware as it came; the check is written from the documented range',
    path: '/w/mydriver.c',
    text: `static unsigned int mtu = 1500;
module_param(mtu, uint, 0644);
MODULE_PARM_DESC(mtu, "Maximum Transmission Unit in bytes (68-9000)");
static int __init x_init(void)
{
	int ret;

	ret = nic_set_mtu(nic, mtu);
	return ret;
}
${tail}`,
    finds: [
      {
        at: 'mtu',
        line: 8,
        says: 'can be written in /sys at any time',
        fixed: `static unsigned int mtu = 1500;
module_param(mtu, uint, 0644);
MODULE_PARM_DESC(mtu, "Maximum Transmission Unit in bytes (68-9000)");
static int __init x_init(void)
{
	int ret;
	if (mtu < 68 || mtu > 9000) {
		pr_err("invalid mtu %u\\n", mtu);
		return -EINVAL;
	}


	ret = nic_set_mtu(nic, mtu);
	return ret;
}
${tail}`,
      },
    ],
  },
  {
    rule: 'param-unchecked',
    shows: 'allocations, array indexes and products',
    path: '/w/x.c',
    text: `static uint n;
module_param(n, uint, 0444);
static uint slot;
module_param_named(index, slot, uint, 0444);
static int x(void)
{
	buf = kmalloc(n * sizeof(*buf), GFP_KERNEL);
	return buf[slot];
}
${tail}`,
    finds: [
      { at: 'n', line: 7, says: 'sizes an allocation' },
      { at: 'slot', line: 8, says: 'indexes an array' },
    ],
  },
  {
    rule: 'param-unchecked',
    shows: 'checked, limited, printed or only tested',
    path: '/w/x.c',
    text: `static uint n, m, verbose, mtu;
module_param(n, uint, 0444);
module_param(m, uint, 0444);
module_param(verbose, uint, 0444);
module_param(mtu, uint, 0444);
static int __init x_init(void)
{
	if (n < 1 || n > 16)
		return -EINVAL;
	buf = kmalloc(n * 4, GFP_KERNEL);
	len = clamp(m, 1u, 64u) * 2;
	if (verbose)
		pr_info("mtu %u\\n", mtu);
	return 0;
}
${tail}`,
    finds: [],
  },
  {
    rule: 'module-license-missing',
    shows: 'no licence',
    path: '/w/x.c',
    text: 'static int __init x_init(void) { return 0; }\nmodule_init(x_init);\nMODULE_AUTHOR("A");\n',
    finds: [
      {
        at: 'module_init(x_init);',
        says: 'No MODULE_LICENSE',
        fixed:
          'static int __init x_init(void) { return 0; }\nmodule_init(x_init);\nMODULE_AUTHOR("A");\nMODULE_LICENSE("GPL");\n',
      },
    ],
  },
  {
    rule: 'module-license-missing',
    shows: 'the licence stands in another source of the same module',
    path: '/w/x.c',
    text: 'static int __init x_init(void) { return 0; }\nmodule_init(x_init);\n',
    files: { '/w/Kbuild': 'obj-m := all.o\nall-y := x.o y.o\n', '/w/y.c': 'MODULE_LICENSE("GPL");\n' },
    finds: [],
  },
  {
    rule: 'module-license-missing',
    shows: 'a spelling that the kernel does not know',
    path: '/w/x.c',
    text: 'module_init(x_init);\nMODULE_LICENSE("GPL-2.0");\n',
    finds: [
      { at: '"GPL-2.0"', says: 'Expected exactly "GPL"', fixed: 'module_init(x_init);\nMODULE_LICENSE("GPL");\n' },
    ],
  },
  {
    rule: 'namespace-import-missing',
    shows: 'quotes before 6.13 become a part of the name',
    path: '/w/x.c',
    text: 'module_init(x_init);\nMODULE_LICENSE("GPL");\nMODULE_IMPORT_NS("DMA_BUF");\n',
    target: { name: 'orin-rt', vermagic: '5.15.148-tegra SMP preempt_rt mod_unload modversions aarch64' },
    finds: [
      {
        at: '"DMA_BUF"',
        says: 'the quotes become a part of the name',
        fixed: 'module_init(x_init);\nMODULE_LICENSE("GPL");\nMODULE_IMPORT_NS(DMA_BUF);\n',
      },
    ],
  },
  {
    rule: 'namespace-import-missing',
    shows: 'since 6.13 a text is wanted',
    path: '/w/x.c',
    text: 'MODULE_LICENSE("GPL");\nMODULE_IMPORT_NS(DMA_BUF);\n',
    target: { name: 'new', vermagic: '6.14.0-37-generic SMP preempt mod_unload modversions ' },
    finds: [
      { at: 'DMA_BUF', says: 'does not compile', fixed: 'MODULE_LICENSE("GPL");\nMODULE_IMPORT_NS("DMA_BUF");\n' },
    ],
  },
  {
    rule: 'namespace-import-missing',
    shows: 'a symbol of a namespace is used, once imported and once not',
    path: '/w/x.c',
    text: 'static int f(void)\n{\n\treturn dma_buf_get(1) + crypto_one();\n}\nMODULE_LICENSE("GPL");\nMODULE_IMPORT_NS(CRYPTO_INTERNAL);\n',
    target: {
      name: 'orin',
      vermagic: '6.1.0-56-arm64 SMP preempt mod_unload modversions aarch64',
      symbols: ['dma_buf_get@DMA_BUF', 'crypto_one@CRYPTO_INTERNAL'],
    },
    finds: [
      {
        at: 'dma_buf_get',
        says: 'in the namespace DMA_BUF, which this module does not import',
        fixed:
          'static int f(void)\n{\n\treturn dma_buf_get(1) + crypto_one();\n}\nMODULE_LICENSE("GPL");\nMODULE_IMPORT_NS(CRYPTO_INTERNAL);\nMODULE_IMPORT_NS(DMA_BUF);\n',
      },
    ],
  },
];
