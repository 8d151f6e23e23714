// SPDX-License-Identifier: GPL-2.0-only
/* Imports all that judge_provider exports, the namespace declared. */
#include <linux/module.h>
#include "judge.h"

static int __init judge_user_init(void)
{
	return judge_open(1) + judge_gpl(1) + judge_spaced(1) > 0 ? 0 : -EIO;
}
module_init(judge_user_init);

static void __exit judge_user_exit(void)
{
}
module_exit(judge_user_exit);

MODULE_IMPORT_NS(JUDGE);
MODULE_INFO(spare, "room for another tag of up to some forty bytes");
MODULE_LICENSE("GPL and additional rights");
