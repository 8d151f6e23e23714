// SPDX-License-Identifier: GPL-2.0-only
/* Exports: for all, for GPL modules only, and in a namespace. */
#include <linux/module.h>
#include "judge.h"

int judge_open(int value)
{
	return value + 1;
}
EXPORT_SYMBOL(judge_open);

int judge_gpl(int value)
{
	return value + 2;
}
EXPORT_SYMBOL_GPL(judge_gpl);

int judge_spaced(int value)
{
	return value + 3;
}
EXPORT_SYMBOL_NS(judge_spaced, JUDGE);

MODULE_LICENSE("GPL");
