import type { RuleExample } from './script-rule.ts';

const path = 'etc/apt/preferences.d/nvidia';

export const pinOpensKernelExamples: readonly RuleExample[] = [
  {
    name: "everything from the vendor's archive",
    path,
    text: 'Package: *\nPin: origin repo.download.nvidia.com\nPin-Priority: ⟦1001⟧\n',
    fixed: 'Package: *\nPin: origin repo.download.nvidia.com\nPin-Priority: -1\n',
  },
  { name: 'the kernel by name', path, text: 'Package: nvidia-l4t-kernel*\nPin: release *\nPin-Priority: ⟦990⟧\n' },
  {
    name: 'the second paragraph, CRLF',
    path,
    text: 'Package: git\r\nPin: release *\r\nPin-Priority: 900\r\n\r\nPackage: nvidia-l4t-*\r\nPin: release o=NVIDIA\r\nPin-Priority: ⟦999⟧\r\n',
  },
  {
    name: 'a file that a script writes',
    text: "cat <<'EOF' | sudo tee /etc/apt/preferences.d/nv >/dev/null\nPackage: nvidia-l4t-kernel\nPin: release *\nPin-Priority: ⟦1001⟧\nEOF\n",
  },
  {
    name: 'a file that printf writes',
    text: "printf 'Package: nvidia-l4t-kernel\\nPin: release *\\nPin-Priority: ⟦1001⟧\\n' > /etc/apt/preferences.d/nv\n",
  },
  {
    name: 'a file that is written line by line',
    text: 'echo "Package: nvidia-l4t-kernel" > /etc/apt/preferences.d/z\necho "Pin: release *" >> /etc/apt/preferences.d/z\necho "Pin-Priority: ⟦1001⟧" >> /etc/apt/preferences.d/z\n',
  },
  {
    name: 'a file that is appended to twice',
    text: "cat > /etc/apt/preferences.d/z <<'EOF'\nPackage: nvidia-l4t-kernel\nPin: release *\nPin-Priority: ⟦1001⟧\nEOF\necho >> /etc/apt/preferences.d/z\necho '# end' >> /etc/apt/preferences.d/z\n",
  },
  {
    name: 'a file that apt passes over',
    text: "printf 'Package: nvidia-l4t-kernel\\nPin: release *\\nPin-Priority: 1001\\n' > /etc/apt/preferences.d/nv.bak\n",
  },
  { name: 'an expression', path, text: 'Package: /^nvidia-l4t-/\nPin: release *\nPin-Priority: ⟦1001⟧\n' },
  {
    name: 'echo -e into tee, and into a file',
    text: 'echo -e "Package: nvidia-l4t-kernel\\nPin: release *\\nPin-Priority: ⟦1001⟧" | sudo tee /etc/apt/preferences.d/x\necho -ne "Package: nvidia-l4t-kernel\\nPin: release *\\nPin-Priority: ⟦900⟧\\n" > /etc/apt/preferences.d/y\n',
    fixed:
      'echo -e "Package: nvidia-l4t-kernel\\nPin: release *\\nPin-Priority: -1" | sudo tee /etc/apt/preferences.d/x\necho -ne "Package: nvidia-l4t-kernel\\nPin: release *\\nPin-Priority: 900\\n" > /etc/apt/preferences.d/y\n',
  },
  {
    name: 'a Dockerfile, whose echo expands escapes, and its COPY',
    path: 'Dockerfile',
    text: 'FROM ubuntu:22.04\nRUN echo "Package: nvidia-l4t-kernel\\nPin: release *\\nPin-Priority: ⟦1001⟧" > /etc/apt/preferences.d/y\nCOPY --chmod=644 <<EOF /etc/apt/preferences.d/z\nPackage: nvidia-l4t-kernel\nPin: release *\nPin-Priority: ⟦1001⟧\nEOF\n',
  },
  {
    name: 'a script for /bin/sh',
    text: '#!/bin/sh\necho "Package: nvidia-l4t-kernel\\nPin: release *\\nPin-Priority: ⟦1001⟧" > /etc/apt/preferences.d/y\n',
  },
  {
    name: 'bash, whose echo writes a backslash and an n',
    text: '#!/bin/bash\necho "Package: nvidia-l4t-kernel\\nPin: release *\\nPin-Priority: 1001" > /etc/apt/preferences.d/y\n',
  },
  {
    name: 'a Dockerfile with bash',
    path: 'Dockerfile',
    text: 'FROM ubuntu:22.04\nSHELL ["/bin/bash", "-c"]\nRUN echo "Package: nvidia-l4t-kernel\\nPin: release *\\nPin-Priority: 1001" > /etc/apt/preferences.d/y\n',
  },
  {
    name: 'a glob of other packages',
    path,
    text: 'Package: *cuda* nvidia-l4t-*multimedia*\nPin: release *\nPin-Priority: 600\n',
  },
  { name: 'forbidden', path, text: 'Package: nvidia-l4t-kernel*\nPin: release *\nPin-Priority: -1\n' },
  {
    name: 'frozen at a version',
    path,
    text: 'Package: nvidia-l4t-kernel\nPin: version 5.15.148-tegra-36.4\nPin-Priority: 1001\n',
  },
  {
    name: 'frozen at what is installed',
    path,
    text: 'Package: nvidia-l4t-kernel*\nPin: origin ""\nPin-Priority: 1001\n',
  },
  { name: 'another package', path, text: 'Package: docker-ce\nPin: release *\nPin-Priority: 1001\n' },
  {
    name: 'everything from elsewhere',
    path,
    text: 'Package: *\nPin: release a=bookworm-backports\nPin-Priority: 900\n',
  },
  { name: 'a comment', path, text: '# Package: nvidia-l4t-kernel\n# Pin: release *\n# Pin-Priority: 1001\n' },
];
