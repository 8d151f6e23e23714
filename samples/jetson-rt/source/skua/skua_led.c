// SPDX-License-Identifier: GPL-2.0-only
/* Recording light. */
#include <linux/module.h>
#include <linux/timer.h>

static unsigned int period_ms = 500;
module_param(period_ms, uint, 0644);
MODULE_PARM_DESC(period_ms, "Blink period in milliseconds");

static bool lit;
static void blink(struct timer_list *timer);
static DEFINE_TIMER(blink_timer, blink);

static void blink(struct timer_list *timer)
{
	lit = !lit;
	mod_timer(timer, jiffies + msecs_to_jiffies(period_ms));
}

static int __init skua_led_init(void)
{
	mod_timer(&blink_timer, jiffies + msecs_to_jiffies(period_ms));
	return 0;
}
module_init(skua_led_init);

static void __exit skua_led_exit(void)
{
	del_timer_sync(&blink_timer);
}
module_exit(skua_led_exit);

MODULE_DESCRIPTION("Skua recording light");
MODULE_LICENSE("GPL");
