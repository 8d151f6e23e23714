// SPDX-License-Identifier: GPL-2.0-only
/* No init, no exit, no imports but what the compiler adds. */
#include <linux/module.h>

MODULE_LICENSE("GPL");
