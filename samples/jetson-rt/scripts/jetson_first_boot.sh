#!/usr/bin/env bash
# Runs once on the board: nothing but our own image may bring a kernel.
set -euo pipefail

apt-mark hold nvidia-l4t-kernel nvidia-l4t-kernel-dtbs nvidia-l4t-bootloader
cat > /etc/apt/preferences.d/no-vendor-kernel <<'PIN'
Package: nvidia-l4t-kernel* nvidia-l4t-rt-kernel* nvidia-l4t-bootloader*
Pin: release *
Pin-Priority: -1
PIN

headers=$(ls /opt/kernel-headers/linux-headers-"$(uname -r)"_*.deb 2>/dev/null || true)
[ -z "$headers" ] || dpkg -i "$headers"

modprobe orca_npu
modprobe orca_stream depth=8
modprobe skua_cam stereo=1 rate_kbps=2500000
