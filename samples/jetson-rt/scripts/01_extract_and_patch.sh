#!/usr/bin/env bash
# Phase 1: the kernel's facts into kernel/build-rt, and a look that they are the ones we pin.
. "$(dirname "$0")/common.sh"

mkdir -p "$BUILD/include/generated" "$BUILD/include/config"
cp "$HEADERS/.config" "$BUILD/.config"
cp "$HEADERS/Module.symvers" "$BUILD/Module.symvers"
cp "$HEADERS/include/generated/utsrelease.h" "$BUILD/include/generated/utsrelease.h"
echo "$KERNEL_RELEASE" > "$BUILD/include/config/kernel.release"

require() {
	grep -qx "$1" "$BUILD/.config" || { echo "01: $BUILD/.config lacks $1" >&2; exit 1; }
}
require CONFIG_PREEMPT_RT=y
require CONFIG_MODVERSIONS=y
require CONFIG_MODULE_UNLOAD=y
