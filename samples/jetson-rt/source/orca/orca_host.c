// SPDX-License-Identifier: GPL-2.0-only
/* The development host's side of the link. */
#include <linux/module.h>

static char *peer = "orca0";
module_param(peer, charp, 0444);
MODULE_PARM_DESC(peer, "Name of the device on the other side");

static int __init orca_host_init(void)
{
	pr_info("orca_host: peer %s\n", peer);
	return 0;
}
module_init(orca_host_init);

static void __exit orca_host_exit(void)
{
}
module_exit(orca_host_exit);

MODULE_DESCRIPTION("Orca host link");
MODULE_LICENSE("Dual BSD/GPL");
