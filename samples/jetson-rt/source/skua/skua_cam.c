// SPDX-License-Identifier: GPL-2.0-only
/* Stereo camera behind the deserializer. */
#include <linux/module.h>
#include "skua_deser.h"

static bool stereo = true;
module_param(stereo, bool, 0444);
MODULE_PARM_DESC(stereo, "Use both sensors");

static unsigned int rate_kbps = 2500000;
module_param(rate_kbps, uint, 0444);
MODULE_PARM_DESC(rate_kbps, "Link rate in kbit/s, 1000 to 6000000");

static int gain[2] = { 16, 16 };
static int gain_count;
module_param_array(gain, int, &gain_count, 0444);
MODULE_PARM_DESC(gain, "Analogue gain per sensor, 1/16 steps");

static char *mode = "1080p30";
module_param(mode, charp, 0444);

static struct skua_deser *deser;

static int __init skua_cam_init(void)
{
	int ret;

	if (rate_kbps < 1000 || rate_kbps > 6000000)
		return -EINVAL;
	deser = skua_deser_get();
	ret = skua_deser_enable(deser, 0, rate_kbps);
	if (!ret && stereo)
		ret = skua_deser_enable(deser, 1, rate_kbps);
	if (!ret)
		pr_info("skua_cam: %s, %s\n", mode, stereo ? "stereo" : "mono");
	return ret;
}
module_init(skua_cam_init);

static void __exit skua_cam_exit(void)
{
	skua_deser_disable(deser, 1);
	skua_deser_disable(deser, 0);
}
module_exit(skua_cam_exit);

MODULE_IMPORT_NS(SKUA_LINK);
MODULE_DESCRIPTION("Skua stereo camera");
MODULE_VERSION("0.9.2");
MODULE_ALIAS("of:N*T*Cvermagic,skua-cam");
MODULE_FIRMWARE("skua/cam.fw");
MODULE_LICENSE("Dual BSD/GPL");
