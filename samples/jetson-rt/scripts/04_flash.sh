#!/usr/bin/env bash
# Phase 4: write the device named by DEVICE. `make flash` runs the audit first.
. "$(dirname "$0")/common.sh"

: "${DEVICE:?set DEVICE to the block device of the board}"
[ -b "$DEVICE" ] || { echo "04: $DEVICE is no block device" >&2; exit 1; }
image="$ROOT/out/rootfs.img"
[ -f "$image" ] || { echo "04: no $image: run 'make bake' and pack the image first" >&2; exit 1; }
dd if="$image" of="$DEVICE" bs=4M conv=fsync status=progress
