// SPDX-License-Identifier: GPL-2.0-only
/* Focus motor; the image carries an unfinished copy: the right size, but only zeros. */
#include <linux/module.h>
#include <linux/workqueue.h>

static void focus(struct work_struct *work)
{
	pr_debug("skua_lens: in focus\n");
}
static DECLARE_WORK(focus_work, focus);

static int __init skua_lens_init(void)
{
	schedule_work(&focus_work);
	return 0;
}
module_init(skua_lens_init);

static void __exit skua_lens_exit(void)
{
	cancel_work_sync(&focus_work);
}
module_exit(skua_lens_exit);

MODULE_DESCRIPTION("Skua focus motor");
MODULE_LICENSE("GPL");
