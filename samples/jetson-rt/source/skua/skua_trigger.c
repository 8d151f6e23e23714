// SPDX-License-Identifier: GPL-2.0-only
/*
 * Frame trigger. It was last built before skua_deser moved its exports into the namespace SKUA_LINK, so it lacks
 * MODULE_IMPORT_NS(SKUA_LINK).
 */
#include <linux/module.h>
#include "skua_deser.h"

static int __init skua_trigger_init(void)
{
	return skua_deser_get() ? 0 : -ENODEV;
}
module_init(skua_trigger_init);

static void __exit skua_trigger_exit(void)
{
}
module_exit(skua_trigger_exit);

MODULE_DESCRIPTION("Skua frame trigger");
MODULE_LICENSE("GPL");
