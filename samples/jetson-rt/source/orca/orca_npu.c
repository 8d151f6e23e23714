// SPDX-License-Identifier: GPL-2.0-only
/* Queues of an inference accelerator. Exports them to the modules beside it. */
#include <linux/module.h>
#include <linux/mod_devicetable.h>
#include <linux/platform_device.h>
#include <linux/slab.h>
#include "orca.h"

struct orca_queue *orca_queue_open(void)
{
	struct orca_queue *queue = kzalloc(sizeof(*queue), GFP_KERNEL);

	if (queue)
		mutex_init(&queue->lock);
	return queue;
}
EXPORT_SYMBOL_GPL(orca_queue_open);

int orca_queue_submit(struct orca_queue *queue, struct orca_job *job)
{
	int ret = 0;

	mutex_lock(&queue->lock);
	if (queue->head - queue->tail == ARRAY_SIZE(queue->slots)) {
		ret = -EAGAIN;
	} else {
		init_completion(&job->done);
		queue->slots[queue->head++ % ARRAY_SIZE(queue->slots)] = job;
	}
	mutex_unlock(&queue->lock);
	return ret;
}
EXPORT_SYMBOL_GPL(orca_queue_submit);

void orca_queue_close(struct orca_queue *queue)
{
	kfree(queue);
}
EXPORT_SYMBOL_GPL(orca_queue_close);

static int orca_probe(struct platform_device *pdev)
{
	struct orca_queue *queue = orca_queue_open();

	if (!queue)
		return -ENOMEM;
	platform_set_drvdata(pdev, queue);
	return 0;
}

static int orca_remove(struct platform_device *pdev)
{
	orca_queue_close(platform_get_drvdata(pdev));
	return 0;
}

static const struct of_device_id orca_of_match[] = {
	{ .compatible = "vermagic,orca-npu" },
	{ }
};
MODULE_DEVICE_TABLE(of, orca_of_match);

static struct platform_driver orca_driver = {
	.probe = orca_probe,
	.remove = orca_remove,
	.driver = {
		.name = "orca-npu",
		.of_match_table = orca_of_match,
	},
};
module_platform_driver(orca_driver);

MODULE_DESCRIPTION("Orca inference accelerator");
MODULE_AUTHOR("Vermagic samples");
MODULE_VERSION("1.4.0");
MODULE_LICENSE("GPL");
