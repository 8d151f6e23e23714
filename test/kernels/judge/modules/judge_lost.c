// SPDX-License-Identifier: GPL-2.0-only
/* Imports two symbols that nothing exports, and a third weakly. */
#include <linux/module.h>
#include "judge.h"

extern int judge_maybe(int value) __attribute__((weak));

static int __init judge_lost_init(void)
{
	if (judge_maybe)
		return judge_maybe(1);
	return judge_nowhere(1) + judge_nobody(1);
}
module_init(judge_lost_init);

static void __exit judge_lost_exit(void)
{
}
module_exit(judge_lost_exit);

MODULE_LICENSE("GPL");
