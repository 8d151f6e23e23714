// SPDX-License-Identifier: GPL-2.0-only
/* Frame clock; the image carries a copy whose second half is missing. */
#include <linux/hrtimer.h>
#include <linux/module.h>

static struct hrtimer frame_clock;

static enum hrtimer_restart tick(struct hrtimer *timer)
{
	hrtimer_forward_now(timer, ms_to_ktime(33));
	return HRTIMER_RESTART;
}

static int __init skua_sync_init(void)
{
	hrtimer_init(&frame_clock, CLOCK_MONOTONIC, HRTIMER_MODE_REL);
	frame_clock.function = tick;
	hrtimer_start(&frame_clock, ms_to_ktime(33), HRTIMER_MODE_REL);
	return 0;
}
module_init(skua_sync_init);

static void __exit skua_sync_exit(void)
{
	hrtimer_cancel(&frame_clock);
}
module_exit(skua_sync_exit);

MODULE_DESCRIPTION("Skua frame clock");
MODULE_LICENSE("GPL");
