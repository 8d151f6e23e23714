/*
 * Counters for a closed monitoring agent. It was built when orca_npu still exported its queues to everyone;
 * since then they are EXPORT_SYMBOL_GPL.
 */
#include <linux/module.h>
#include "orca.h"

static struct orca_queue *queue;

static int __init orca_telemetry_init(void)
{
	queue = orca_queue_open();
	return queue ? 0 : -ENOMEM;
}
module_init(orca_telemetry_init);

static void __exit orca_telemetry_exit(void)
{
}
module_exit(orca_telemetry_exit);

MODULE_DESCRIPTION("Orca telemetry agent");
MODULE_LICENSE("Proprietary");
