#!/usr/bin/env bash
# The gate before any device is written. A hand-written walk over modinfo stood here before; this one also sees
# CRCs, missing providers, namespaces and licences, and says what to run.
. "$(dirname "$0")/common.sh"

cd "$ROOT"
vermagic preflight
vermagic scan --rootfs "$ROOTFS" --target orin-rt
