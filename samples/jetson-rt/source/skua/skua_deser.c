// SPDX-License-Identifier: GPL-2.0-only
/* Serial-link deserializer in front of the cameras; its exports live in a namespace of their own. */
#include <linux/module.h>
#include "skua_deser.h"

static struct skua_deser deserializer = {
	.lock = __SPIN_LOCK_UNLOCKED(deserializer.lock),
};

struct skua_deser *skua_deser_get(void)
{
	return &deserializer;
}
EXPORT_SYMBOL_NS_GPL(skua_deser_get, SKUA_LINK);

int skua_deser_enable(struct skua_deser *deser, unsigned int link, u32 rate_kbps)
{
	unsigned long flags;

	if (link >= SKUA_LINKS)
		return -EINVAL;
	spin_lock_irqsave(&deser->lock, flags);
	deser->enabled |= BIT(link);
	deser->rate_kbps[link] = rate_kbps;
	spin_unlock_irqrestore(&deser->lock, flags);
	return 0;
}
EXPORT_SYMBOL_NS_GPL(skua_deser_enable, SKUA_LINK);

void skua_deser_disable(struct skua_deser *deser, unsigned int link)
{
	unsigned long flags;

	if (link >= SKUA_LINKS)
		return;
	spin_lock_irqsave(&deser->lock, flags);
	deser->enabled &= ~BIT(link);
	spin_unlock_irqrestore(&deser->lock, flags);
}
EXPORT_SYMBOL_NS_GPL(skua_deser_disable, SKUA_LINK);

MODULE_DESCRIPTION("Skua link deserializer");
MODULE_LICENSE("GPL");
