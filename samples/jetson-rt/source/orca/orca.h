/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef ORCA_H
#define ORCA_H

#include <linux/types.h>
#include <linux/mutex.h>
#include <linux/completion.h>

struct orca_job {
	u64 input;
	u64 output;
	u32 length;
	struct completion done;
};

struct orca_queue {
	struct mutex lock;
	struct orca_job *slots[16];
	unsigned int head;
	unsigned int tail;
};

struct orca_queue *orca_queue_open(void);
int orca_queue_submit(struct orca_queue *queue, struct orca_job *job);
void orca_queue_close(struct orca_queue *queue);

/* Shared-memory fabric between accelerators; a module of its own. */
int orca_fabric_attach(u32 node);
void orca_fabric_detach(u32 node);

#endif
