// SPDX-License-Identifier: GPL-2.0-only
/* Imports nothing but one weak symbol that is nowhere. */
#include <linux/module.h>

extern int judge_maybe(int value) __attribute__((weak));

static int __init judge_weak_init(void)
{
	return judge_maybe ? judge_maybe(1) : 0;
}
module_init(judge_weak_init);

static void __exit judge_weak_exit(void)
{
}
module_exit(judge_weak_exit);

MODULE_LICENSE("GPL");
