import type { RuleExample } from '../rule-example.ts';

const rule = 'localversion-drift';
const env = 'KERNEL_BASE_VERSION=5.15.148\nLOCALVERSION=-tegra\n';

/** What a script says of LOCALVERSION, and what only looks like it. */
export const scriptPinExamples: readonly RuleExample[] = [
  {
    rule,
    shows: 'text that is shown is no assignment',
    path: '/w/build.sh',
    text: "#!/bin/bash\nusage() { cat <<-EOF\n\tLOCALVERSION=-rt ./build.sh\n\texport LOCALVERSION=-custom\n\tEOF\n}\n: <<'DOC'\nLOCALVERSION=-none\nDOC\n",
    files: { '/w/versions.env': env },
    finds: [],
  },
  {
    rule,
    shows: 'what a shell reads from a here-document is one',
    path: '/w/build.sh',
    text: '#!/bin/bash\nssh builder bash <<EOF\nexport LOCALVERSION=-custom\nmake Image\nEOF\n',
    files: { '/w/versions.env': env },
    finds: [{ at: '-custom', says: 'LOCALVERSION is "-tegra" in versions.env', severity: 'error' }],
  },
  {
    rule,
    shows: 'a value under a condition, in a subshell or of a function alone is only warned of',
    path: '/w/build.sh',
    text: '#!/bin/bash\nif [ "$DEBUG" = 1 ]; then LOCALVERSION=-debug; fi\nf() { local LOCALVERSION=-own; make; }\n( export LOCALVERSION=-sub; make Image )\n',
    files: { '/w/versions.env': env },
    finds: [
      { at: '-debug', says: 'LOCALVERSION is "-debug"', severity: 'warning' },
      { at: '-own', says: 'LOCALVERSION is "-own"', severity: 'warning' },
      { at: '-sub', says: 'LOCALVERSION is "-sub"', severity: 'warning' },
    ],
  },
  {
    rule,
    shows: 'one of the flavours that the project names',
    path: '/w/build.sh',
    text: '#!/bin/bash\nsource versions.env\ncase "$1" in\n  rt) LOCALVERSION=$LOCALVERSION_RT ;;\nesac\nexport LOCALVERSION\nmake LOCALVERSION=$LOCALVERSION\n',
    files: { '/w/versions.env': `${env}LOCALVERSION_RT=-rt-tegra\n` },
    finds: [],
  },
  {
    rule,
    shows: 'a value made from itself, and a quoted default',
    path: '/w/build.sh',
    // biome-ignore lint/suspicious/noTemplateCurlyInString: the shell's, not JavaScript's
    text: '#!/bin/bash\nLOCALVERSION="${LOCALVERSION:-"-tegra"}"\nLOCALVERSION="${LOCALVERSION#-}"\nLOCALVERSION="-${LOCALVERSION}"\nmake Image\n',
    files: { '/w/versions.env': env },
    finds: [],
  },
  {
    rule,
    shows: 'a boot loader and a tool of the image have a LOCALVERSION of their own',
    path: '/w/build.sh',
    text: '#!/bin/bash\nmake -C u-boot LOCALVERSION=-uboot all\nmake -C "$UBOOT_DIR" LOCALVERSION="-ub" u-boot.bin\nmake -C busybox LOCALVERSION=-bb\nmake -C linux LOCALVERSION=-lx Image\n',
    files: { '/w/versions.env': env },
    finds: [{ at: '-lx', says: 'LOCALVERSION is "-lx"', severity: 'error' }],
  },
];
