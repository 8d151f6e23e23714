# Sourced by every phase: strict shell, the pins, and where things lie.
set -euo pipefail
ROOT=$(cd "$(dirname "${BASH_SOURCE[0]}")/.." && pwd)
# shellcheck source=../versions.env
. "$ROOT/versions.env"
KERNEL_RELEASE="${KERNEL_BASE_VERSION}${LOCALVERSION}"
HEADERS="/usr/src/linux-headers-${KERNEL_RELEASE}"
BUILD="$ROOT/kernel/build-rt"
ROOTFS="$ROOT/rootfs"
UPDATES="$ROOTFS/lib/modules/${KERNEL_RELEASE}/updates"
