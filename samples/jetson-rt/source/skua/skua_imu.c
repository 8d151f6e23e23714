// SPDX-License-Identifier: GPL-2.0-only
/* Motion sensor of the camera; the image carries a copy that was built for the stock kernel. */
#include <linux/module.h>
#include <linux/mutex.h>

static DEFINE_MUTEX(lock);
static unsigned int samples;

static int __init skua_imu_init(void)
{
	mutex_lock(&lock);
	samples = 0;
	mutex_unlock(&lock);
	return 0;
}
module_init(skua_imu_init);

static void __exit skua_imu_exit(void)
{
}
module_exit(skua_imu_exit);

MODULE_DESCRIPTION("Skua motion sensor");
MODULE_LICENSE("GPL");
