/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef SKUA_DESER_H
#define SKUA_DESER_H

#include <linux/spinlock.h>
#include <linux/types.h>

#define SKUA_LINKS 4

struct skua_deser {
	spinlock_t lock;
	u8 enabled;
	u32 rate_kbps[SKUA_LINKS];
};

struct skua_deser *skua_deser_get(void);
int skua_deser_enable(struct skua_deser *deser, unsigned int link, u32 rate_kbps);
void skua_deser_disable(struct skua_deser *deser, unsigned int link);

#endif
