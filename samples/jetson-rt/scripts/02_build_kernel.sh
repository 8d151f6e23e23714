#!/usr/bin/env bash
# Phase 2: our modules against exactly the kernel we ship.
. "$(dirname "$0")/common.sh"

module_make() {
	make -C "$HEADERS" M="$ROOT/source/$1" ARCH=arm64 CROSS_COMPILE="$CROSS_COMPILE" modules
}
module_make orca
module_make skua

modinfo -F vermagic "$ROOT/source/orca/orca_npu.ko" > "$ROOT/EXPECTED_VERMAGIC"
cat > "$ROOT/BUILD_MANIFEST.json" <<JSON
{
  "kernel_release": "$KERNEL_RELEASE",
  "vermagic": "$(cat "$ROOT/EXPECTED_VERMAGIC")",
  "container": "$IMAGE",
  "toolchain": "$TOOLCHAIN",
  "modules": { "orca": "$ORCA_VERSION", "skua": "$SKUA_VERSION" }
}
JSON
