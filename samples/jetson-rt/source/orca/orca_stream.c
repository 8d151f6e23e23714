// SPDX-License-Identifier: GPL-2.0-only
/* Feeds frames to the accelerator; imports the queues of orca_npu. */
#include <linux/module.h>
#include "orca.h"

static unsigned int depth = 4;
module_param(depth, uint, 0444);
MODULE_PARM_DESC(depth, "Jobs kept in flight, 1 to 16");

static struct orca_queue *queue;
static struct orca_job warmup;

static int __init orca_stream_init(void)
{
	int ret;

	if (depth < 1 || depth > 16)
		return -EINVAL;
	queue = orca_queue_open();
	if (!queue)
		return -ENOMEM;
	ret = orca_queue_submit(queue, &warmup);
	if (ret)
		orca_queue_close(queue);
	return ret;
}
module_init(orca_stream_init);

static void __exit orca_stream_exit(void)
{
	orca_queue_close(queue);
}
module_exit(orca_stream_exit);

MODULE_DESCRIPTION("Orca frame streaming");
MODULE_SOFTDEP("pre: orca_npu");
MODULE_LICENSE("GPL v2");
