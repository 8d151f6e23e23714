/* A proprietary provider. */
#include <linux/module.h>
#include "judge.h"

int judge_closed(int value)
{
	return value + 4;
}
EXPORT_SYMBOL(judge_closed);

MODULE_LICENSE("Proprietary");
