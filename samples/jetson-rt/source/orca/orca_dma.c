// SPDX-License-Identifier: GPL-2.0-only
/* Scratch memory for the accelerator, taken from the page allocator. */
#include <linux/module.h>
#include <linux/gfp.h>

static unsigned long scratch;

static int __init orca_dma_init(void)
{
	scratch = __get_free_pages(GFP_KERNEL | __GFP_ZERO, 2);
	return scratch ? 0 : -ENOMEM;
}
module_init(orca_dma_init);

static void __exit orca_dma_exit(void)
{
	free_pages(scratch, 2);
}
module_exit(orca_dma_exit);

MODULE_DESCRIPTION("Orca scratch memory");
MODULE_LICENSE("GPL");
