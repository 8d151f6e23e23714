// SPDX-License-Identifier: GPL-2.0-only
/* As judge_torn, the other way round. */
#include <linux/module.h>
#include "judge.h"

static int __init judge_torn_late_init(void)
{
	return judge_closed(1) + judge_gpl(1) > 0 ? 0 : -EIO;
}
module_init(judge_torn_late_init);

static void __exit judge_torn_late_exit(void)
{
	judge_gpl(2);
}
module_exit(judge_torn_late_exit);

MODULE_LICENSE("GPL");
