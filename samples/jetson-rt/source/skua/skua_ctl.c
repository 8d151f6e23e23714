// SPDX-License-Identifier: GPL-2.0-only
/*
 * Control file of the camera. Its const operations point at an __init function, whose memory is free once the
 * module is loaded: reading /proc/skua later calls into nothing. modpost is silent because of the name *_ops.
 */
#include <linux/module.h>
#include <linux/proc_fs.h>

static ssize_t __init skua_ctl_read(struct file *file, char __user *to, size_t length, loff_t *offset)
{
	return simple_read_from_buffer(to, length, offset, "idle\n", 5);
}

static const struct proc_ops skua_ctl_ops = {
	.proc_read = skua_ctl_read,
};

static int __init skua_ctl_init(void)
{
	return proc_create("skua", 0400, NULL, &skua_ctl_ops) ? 0 : -ENOMEM;
}
module_init(skua_ctl_init);

static void __exit skua_ctl_exit(void)
{
	remove_proc_entry("skua", NULL);
}
module_exit(skua_ctl_exit);

MODULE_DESCRIPTION("Skua control file");
MODULE_LICENSE("GPL");
