// SPDX-License-Identifier: GPL-2.0-only
/* Says that it is alive. */
#include <linux/module.h>
#include <linux/timer.h>

static int interval_ms = 1000;
module_param(interval_ms, int, 0644);
MODULE_PARM_DESC(interval_ms, "Milliseconds between two beats");

static void beat(struct timer_list *timer);
static DEFINE_TIMER(beat_timer, beat);

static void beat(struct timer_list *timer)
{
	pr_info("heartbeat\n");
	mod_timer(timer, jiffies + msecs_to_jiffies(interval_ms));
}

static int __init heartbeat_init(void)
{
	mod_timer(&beat_timer, jiffies + msecs_to_jiffies(interval_ms));
	return 0;
}

static void __exit heartbeat_exit(void)
{
	del_timer_sync(&beat_timer);
}

module_init(heartbeat_init);
module_exit(heartbeat_exit);
MODULE_LICENSE("GPL");
