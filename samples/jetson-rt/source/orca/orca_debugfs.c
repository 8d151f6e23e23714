// SPDX-License-Identifier: GPL-2.0-only
/* A debugfs folder for bring-up. */
#include <linux/debugfs.h>
#include <linux/module.h>

static struct dentry *directory;

static int __init orca_debugfs_init(void)
{
	directory = debugfs_create_dir("orca", NULL);
	return PTR_ERR_OR_ZERO(directory);
}
module_init(orca_debugfs_init);

static void __exit orca_debugfs_exit(void)
{
	debugfs_remove(directory);
}
module_exit(orca_debugfs_exit);

MODULE_DESCRIPTION("Orca bring-up files");
MODULE_LICENSE("GPL");
