// SPDX-License-Identifier: GPL-2.0-only
/* The module most cases edit: a parameter of each kind, some imports, room in .modinfo for another tag. */
#include <linux/module.h>
#include <linux/slab.h>

static int level;
module_param(level, int, 0444);
static unsigned char small;
module_param(small, byte, 0444);
static unsigned long wide;
module_param(wide, ulong, 0444);
static bool flag;
module_param(flag, bool, 0444);
static bool inverted;
module_param(inverted, invbool, 0444);
static char *word = "";
module_param(word, charp, 0444);
static char text[8];
module_param_string(text, text, sizeof(text), 0444);
static int list[3];
static int listed;
module_param_array(list, int, &listed, 0444);
static int danger;
module_param_unsafe(danger, int, 0444);

static void *memory;
static int counter = 7;

static int __init judge_plain_init(void)
{
	memory = kmalloc(64, GFP_KERNEL);
	counter += level;
	pr_info("judge_plain is here\n");
	return memory ? 0 : -ENOMEM;
}
module_init(judge_plain_init);

static void __exit judge_plain_exit(void)
{
	kfree(memory);
}
module_exit(judge_plain_exit);

MODULE_INFO(spare, "room for another tag of up to some forty bytes");
MODULE_LICENSE("Dual BSD/GPL");
