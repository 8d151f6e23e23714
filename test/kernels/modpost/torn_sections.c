// Section mismatches on purpose, one of each kind; built by modpost-agreement.test.ts with KBUILD_MODPOST warnings.
#include <linux/fs.h>
#include <linux/init.h>
#include <linux/module.h>
#include <linux/notifier.h>
#include <linux/platform_device.h>

static int __init torn_event(struct notifier_block *block, unsigned long event, void *data)
{
	return NOTIFY_OK;
}

/* data -> .init.text */
static struct notifier_block torn_notifier = { .notifier_call = torn_event };

static int __init torn_probe(struct platform_device *device)
{
	return 0;
}

static int torn_remove(struct platform_device *device)
{
	return 0;
}

/* a driver's probe function */
static struct platform_driver torn_driver = {
	.probe = torn_probe,
	.remove = torn_remove,
	.driver = { .name = "torn" },
};

static int __init torn_open(struct inode *inode, struct file *file)
{
	return 0;
}

/* an object named *_ops: modpost looks away */
static struct file_operations torn_file_ops = { .owner = THIS_MODULE, .open = torn_open };

static int __init torn_release(struct inode *inode, struct file *file)
{
	return 0;
}

/* constant data: modpost does not look */
static const struct file_operations torn_constant = { .owner = THIS_MODULE, .release = torn_release };

static int __init torn_late_step(void)
{
	return 0;
}

/* data that is read-only after init: modpost does not look */
static int (*torn_step)(void) __ro_after_init = torn_late_step;

static int torn_numbers[8] __initdata = { 3, 1, 4, 1, 5, 9, 2, 6 };

/* data -> .init.data */
static int *torn_first = &torn_numbers[2];

static noinline int __init torn_start(int value)
{
	return value + torn_numbers[value & 7];
}

/* code that stays -> .init.text */
noinline int torn_again(int value)
{
	return torn_start(value);
}

/* code that stays -> .init.data */
noinline int torn_number(int value)
{
	return torn_numbers[value & 7];
}

static noinline void __exit torn_clean(void)
{
	pr_info("torn: cleaned %d\n", torn_again(1));
}

/* data -> .exit.text */
static void (*torn_cleaner)(void) = torn_clean;

/* code that stays -> .exit.text */
noinline void torn_stop(void)
{
	torn_clean();
}

static int __init torn_init(void)
{
	/* init code -> .exit.text */
	if (torn_number(2) == 77)
		torn_clean();
	/* What nothing uses the compiler leaves out. */
	barrier_data(&torn_notifier);
	barrier_data(&torn_driver);
	barrier_data(&torn_file_ops);
	barrier_data(&torn_constant);
	barrier_data(&torn_step);
	barrier_data(&torn_first);
	barrier_data(&torn_cleaner);
	return 0;
}
module_init(torn_init);

static void __exit torn_exit(void)
{
	/* exit code -> .init.text */
	torn_start(3);
	barrier_data(&torn_constant);
}
module_exit(torn_exit);
MODULE_LICENSE("GPL");
