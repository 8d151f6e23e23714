// biome-ignore-all lint/suspicious/noTemplateCurlyInString: the examples are shell.
import type { RuleExample } from './script-rule.ts';

export const forbiddenPackageExamples: readonly RuleExample[] = [
  {
    name: 'a GitLab job with commands of another job',
    path: '.gitlab-ci.yml',
    text: '.setup:\n  script:\n    - export PKG=nvidia-l4t-kernel\nload:\n  script:\n    - !reference [.setup, script]\n    - apt-get install -y ⟦$PKG⟧\n',
  },
  { name: 'apt install', text: 'sudo apt install -y ⟦nvidia-l4t-kernel⟧\necho done\n', fixed: 'echo done\n' },
  {
    name: 'apt-get install among others',
    text: 'apt-get install -y git ⟦nvidia-l4t-kernel⟧ vim\n',
    fixed: 'apt-get install -y git vim\n',
  },
  {
    name: 'the last of several',
    text: 'apt-get install git ⟦nvidia-l4t-bootloader⟧\n',
    fixed: 'apt-get install git\n',
  },
  { name: 'a version', text: 'apt-get install git ⟦nvidia-l4t-kernel=5.15.148-tegra-36.4⟧\n' },
  { name: 'an unknown version', text: 'apt-get install git ⟦nvidia-l4t-kernel="$VERSION"⟧\n' },
  { name: 'an architecture', text: 'apt-get install ⟦nvidia-l4t-kernel:arm64⟧\n' },
  {
    name: 'device trees, modules, the RT kernel',
    text: 'apt install ⟦nvidia-l4t-kernel-dtbs⟧ ⟦nvidia-l4t-kernel-modules⟧ ⟦nvidia-l4t-rt-kernel⟧ ⟦nvidia-l4t-rt-kernel-oot-modules⟧\n',
  },
  {
    name: 'display kernel and initrd',
    text: 'apt install ⟦nvidia-l4t-display-kernel⟧ ⟦nvidia-l4t-display-rt-kernel⟧ ⟦nvidia-l4t-initrd⟧\n',
  },
  { name: 'headers', text: 'apt install ⟦nvidia-l4t-kernel-headers⟧\n' },
  { name: 'a glob that covers it', text: "apt-get install 'git' ⟦'nvidia-l4t-*'⟧\n" },
  { name: 'globs of apt, escaped or not', text: 'apt install -y ⟦nvidia-l4t-*⟧ ⟦nvidia-l4t-rt-kernel\\*⟧\n' },
  {
    name: 'expressions and search patterns of apt',
    text: "apt-get install ⟦'^nvidia-l4t-kernel.*'⟧ ⟦'nvidia-l4t-kernel$'⟧ ⟦'?name(nvidia-l4t-kernel)'⟧ ⟦'~nl4t-kernel'⟧ ⟦'?exact-name(nvidia-l4t-initrd)'⟧\n",
  },
  { name: 'braces', text: 'apt-get install ⟦nvidia-l4t-{kernel,core}⟧\n' },
  { name: 'aptitude and nala', text: 'aptitude -y install ⟦nvidia-l4t-kernel⟧\nnala install -y ⟦nvidia-l4t-kernel⟧\n' },
  { name: 'a package file', text: 'dpkg -i ⟦./nvidia-l4t-kernel_5.15.148-tegra-36.4.0_arm64.deb⟧\n' },
  { name: 'holds overridden for an unknown package file', text: 'sudo dpkg ⟦--force-all⟧ -i "$DIR"/x.deb\n' },
  { name: 'a package file by pattern', text: 'dpkg -i ⟦"$D"/nvidia-l4t-kernel_*.deb⟧\n' },
  {
    name: 'a package file that was fetched under another name',
    text: 'wget -qO /tmp/k.deb https://repo.example.org/n/nvidia-l4t-kernel_5.15.148_arm64.deb && sudo dpkg -i ⟦/tmp/k.deb⟧\ncd /tmp\ncurl -fsSLo k2.deb https://repo.example.org/nvidia-l4t-bootloader_5_arm64.deb\napt install -y ⟦./k2.deb⟧\n',
  },
  {
    name: 'a package file that was fetched from a variable address',
    text: 'wget "$REPO/nvidia-l4t-kernel_${V}_arm64.deb" -O k.deb\ndpkg -i ⟦k.deb⟧\n',
  },
  {
    name: 'other package files that were fetched',
    text: 'wget -O /tmp/k.deb https://repo.example.org/docker-ce_5_arm64.deb\ndpkg -i /tmp/k.deb\ncurl -o /tmp/n.deb https://repo.example.org/nvidia-l4t-kernel_5_arm64.deb\ndpkg -x /tmp/n.deb rootfs/\ndpkg -i /tmp/other.deb\n',
  },
  { name: 'apt with a path', text: 'apt install -y ⟦/tmp/nvidia-l4t-bootloader_36_arm64.deb⟧\n' },
  { name: 'download, then dpkg', text: 'apt-get download nvidia-l4t-kernel\nsudo dpkg -i ⟦*.deb⟧\n' },
  {
    name: 'a variable',
    text: 'PKGS="nvidia-l4t-kernel git"\napt-get install -y ⟦$PKGS⟧\n',
    fixed: 'PKGS="git"\napt-get install -y $PKGS\n',
  },
  {
    name: 'an array',
    text: 'PKGS=(git nvidia-l4t-kernel)\nPKGS+=(vim)\napt-get install -y ⟦"${PKGS[@]}"⟧\n',
    fixed: 'PKGS=(git)\nPKGS+=(vim)\napt-get install -y "${PKGS[@]}"\n',
  },
  {
    name: 'a loop',
    text: 'for p in git nvidia-l4t-kernel; do apt-get install -y ⟦$p⟧; done\n',
    fixed: 'for p in git; do apt-get install -y $p; done\n',
  },
  { name: 'a default', text: 'apt-get install -y ⟦"${KERNEL_PKG:-nvidia-l4t-kernel}"⟧\n' },
  {
    name: 'a function argument',
    text: 'inst() { apt-get install -y "$@"; }\ninst git ⟦nvidia-l4t-kernel⟧\n',
    fixed: 'inst() { apt-get install -y "$@"; }\ninst git\n',
  },
  { name: 'chroot into the root file system', text: 'sudo chroot "$ROOTFS" apt-get install -y ⟦nvidia-l4t-kernel⟧\n' },
  {
    name: 'a chain',
    text: 'apt-get update && apt-get install -y ⟦nvidia-l4t-kernel⟧ && rm -rf /x\n',
    fixed: 'apt-get update && rm -rf /x\n',
  },
  {
    name: 'the end of a chain',
    text: 'apt-get update && apt-get install -y ⟦nvidia-l4t-kernel⟧\n',
    fixed: 'apt-get update\n',
  },
  {
    name: 'continuation lines',
    text: 'apt-get install -y \\\n  git \\\n  ⟦nvidia-l4t-kernel⟧ \\\n  vim\n',
    fixed: 'apt-get install -y \\\n  git \\\n  vim\n',
  },
  {
    name: 'the last continuation line, CRLF',
    text: 'apt-get install -y \\\r\n  git \\\r\n  ⟦nvidia-l4t-kernel⟧\r\n',
    fixed: 'apt-get install -y \\\r\n  git\r\n',
  },
  {
    name: 'the only command of a branch',
    text: 'if true; then\n  apt-get install ⟦nvidia-l4t-kernel⟧\nfi\n',
    fixed: 'if true; then\n  true\nfi\n',
  },
  { name: 'reinstall', text: 'apt-get install --reinstall ⟦nvidia-l4t-kernel⟧\n' },
  {
    name: 'holds overridden in an upgrade',
    text: 'apt-mark hold nvidia-l4t-kernel\napt-get upgrade -y ⟦--allow-change-held-packages⟧\n',
  },
  {
    name: 'holds overridden by an option',
    text: 'apt-get install ⟦--allow-change-held-packages⟧ -y $X\n',
    fixed: 'apt-get install -y $X\n',
  },
  { name: 'installed by a removal', text: 'apt-get remove ⟦nvidia-l4t-kernel+⟧\n' },
  { name: 'xargs', text: 'echo git ⟦nvidia-l4t-kernel⟧ | xargs apt-get install -y\n' },
  {
    name: 'a policy of the project',
    text: 'apt-get install ⟦acme-kernel-rt⟧\n',
    policy: { forbid: [{ glob: 'acme-kernel-*', why: 'it is ours to build' }] },
  },
  {
    name: 'allowed by the project with a reason',
    text: 'apt-get install nvidia-l4t-kernel-headers\n',
    policy: { allowed: [{ rule: 'forbidden-package', match: 'nvidia-l4t-kernel-headers', reason: 'only unpacked' }] },
  },

  {
    name: 'other packages of the vendor',
    text: 'apt-get install nvidia-l4t-gstreamer nvidia-l4t-jetson-multimedia-api nvidia-l4t-jetson-io nvidia-l4t-core arducam-nvidia-l4t-kernel\n',
  },
  {
    name: 'globs that speak of other packages',
    text: "apt-get install '*gstreamer*' 'nvidia-*cuda*' 'arducam-*' 'linux-image-*'\n",
  },
  {
    name: 'simulation',
    text: 'apt-get -s install nvidia-l4t-kernel\napt-get install --dry-run nvidia-l4t-kernel\naptitude -s install nvidia-l4t-kernel\ndpkg --dry-run -i nvidia-l4t-kernel_1.deb\n',
  },
  { name: 'download only', text: 'apt-get install -d nvidia-l4t-kernel\napt-get download nvidia-l4t-kernel\n' },
  {
    name: 'removal',
    text: 'apt-get remove nvidia-l4t-kernel\napt-get purge nvidia-l4t-kernel\ndpkg -r arducam-nvidia-l4t-kernel\napt-get install git nvidia-l4t-kernel-\n',
  },
  { name: 'hold', text: 'apt-mark hold nvidia-l4t-kernel nvidia-l4t-bootloader\n' },
  {
    name: 'questions',
    text: 'apt-cache policy nvidia-l4t-kernel\ndpkg -l nvidia-l4t-kernel\napt list nvidia-l4t-kernel\napt show nvidia-l4t-kernel\n',
  },
  {
    name: 'extraction',
    text: 'dpkg -x nvidia-l4t-kernel_1_arm64.deb /tmp/x\ndpkg-deb -R nvidia-l4t-kernel_1_arm64.deb y\n',
  },
  { name: 'messages', text: 'echo "never apt install nvidia-l4t-kernel"\n# apt install nvidia-l4t-kernel\n' },
  {
    name: 'expressions that speak of other packages, or are no simple ones',
    text: "apt-get install '^nvidia-l4t-core$' 'docker-ce=5:24.*' '?name(gstreamer)' '~ndocker' '^arducam-.*' '^(a|nvidia-l4t-x)+$'\n",
  },
  { name: 'an unknown list', text: 'apt-get install -y $PKGS\ndpkg -i /tmp/*.deb\n' },
];
