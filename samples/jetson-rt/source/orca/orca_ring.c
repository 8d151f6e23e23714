// SPDX-License-Identifier: GPL-2.0-only
/* A ring of accelerators; needs orca_fabric, which this image does not carry. */
#include <linux/module.h>
#include "orca.h"

static int __init orca_ring_init(void)
{
	return orca_fabric_attach(0);
}
module_init(orca_ring_init);

static void __exit orca_ring_exit(void)
{
}
module_exit(orca_ring_exit);

MODULE_DESCRIPTION("Orca ring topology");
MODULE_LICENSE("GPL");
