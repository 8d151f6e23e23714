#!/usr/bin/env bash
# A bring-up script that was never cleaned up. Every line of it is why a gate is needed.
sudo apt-get install -y nvidia-l4t-kernel
sudo insmod --force /tmp/skua_imu.ko
sudo modprobe -f orca_dma || true
