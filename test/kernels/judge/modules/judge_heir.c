// SPDX-License-Identifier: GPL-2.0-only
/* A GPL module that leans on a proprietary one and on nothing else that matters. */
#include <linux/module.h>
#include "judge.h"

static int __init judge_heir_init(void)
{
	return judge_closed(1) > 0 ? 0 : -EIO;
}
module_init(judge_heir_init);

static void __exit judge_heir_exit(void)
{
}
module_exit(judge_heir_exit);

MODULE_LICENSE("GPL");
