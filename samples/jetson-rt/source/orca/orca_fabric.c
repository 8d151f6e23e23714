// SPDX-License-Identifier: GPL-2.0-only
/* Links accelerators; not in the image of this board. */
#include <linux/module.h>
#include "orca.h"

static unsigned long nodes;

int orca_fabric_attach(u32 node)
{
	return node < BITS_PER_LONG && !test_and_set_bit(node, &nodes) ? 0 : -EBUSY;
}
EXPORT_SYMBOL_GPL(orca_fabric_attach);

void orca_fabric_detach(u32 node)
{
	if (node < BITS_PER_LONG)
		clear_bit(node, &nodes);
}
EXPORT_SYMBOL_GPL(orca_fabric_detach);

MODULE_DESCRIPTION("Orca fabric");
MODULE_LICENSE("GPL");
