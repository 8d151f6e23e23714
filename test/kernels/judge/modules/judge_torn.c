// SPDX-License-Identifier: GPL-2.0-only
/* Uses a proprietary module's export and GPL-only ones of another: the order in the symbol table decides. */
#include <linux/module.h>
#include "judge.h"

static int __init judge_torn_init(void)
{
	return judge_gpl(1) + judge_closed(1) > 0 ? 0 : -EIO;
}
module_init(judge_torn_init);

static void __exit judge_torn_exit(void)
{
	judge_closed(2);
}
module_exit(judge_torn_exit);

MODULE_LICENSE("GPL");
