#!/usr/bin/env bash
# Phase 3: the modules into the root file system.
. "$(dirname "$0")/common.sh"

install -d "$UPDATES/orca" "$UPDATES/skua"
install -m 644 "$ROOT"/source/orca/*.ko "$UPDATES/orca/"
install -m 644 "$ROOT"/source/skua/*.ko "$UPDATES/skua/"
xz --force --check=crc32 "$UPDATES/skua/skua_cam.ko"
install -D -m 755 "$ROOT/scripts/jetson_first_boot.sh" "$ROOTFS/opt/jetson/first_boot.sh"
depmod -b "$ROOTFS" "$KERNEL_RELEASE"
