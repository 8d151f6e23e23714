import type { RuleExample } from '../rule-example.ts';

const rule = 'localversion-drift';
const files = { '/w/versions.env': 'KERNEL_BASE_VERSION=5.15.148\nLOCALVERSION=-tegra\n' };
const is = (value: string) => ({ at: value, says: `says LOCALVERSION is "${value}", but LOCALVERSION is "-tegra"` });

// biome-ignore lint/suspicious/noTemplateCurlyInString: the workflow's, not JavaScript's
const filledIn = '${{ matrix.suffix }}';

/** LOCALVERSION in files that hold scripts of others: workflows, GitLab CI, compose, units, cloud-init, Dockerfiles. */
export const hostExamples: readonly RuleExample[] = [
  {
    rule,
    shows: 'a workflow sets it at each level, exports it and gives it to make',
    path: '/w/.github/workflows/ci.yml',
    text: [
      'env:',
      '  LOCALVERSION: -gh',
      'jobs:',
      '  a:',
      '    env: { LOCALVERSION: "-job" }',
      '    steps:',
      '      - uses: actions/checkout@v4',
      '      - run: |',
      '          export LOCALVERSION=-run',
      '          make LOCALVERSION=-make Image',
      '        env:',
      "          LOCALVERSION: '-step'",
      '',
    ].join('\n'),
    files,
    finds: [is('-gh'), is('-job'), is('-run'), is('-make'), is('-step')],
  },
  {
    rule,
    shows: 'the value is replaced within its quotes',
    path: '/w/.github/workflows/ci.yml',
    text: 'env: { LOCALVERSION: "-gh" }\n',
    files,
    finds: [{ ...is('-gh'), fixed: 'env: { LOCALVERSION: "-tegra" }\n' }],
  },
  {
    rule,
    shows: 'GitLab: variables of all and of a job, and a script',
    path: '/w/.gitlab-ci.yml',
    text: 'variables:\n  LOCALVERSION: "-ci"\nb:\n  variables: { LOCALVERSION: -job }\n  script:\n    - export LOCALVERSION=-gl\n    - make LOCALVERSION=-gl2 modules\n',
    files,
    finds: [is('-ci'), is('-job'), is('-gl'), is('-gl2')],
  },
  {
    rule,
    shows: 'compose: lists, maps, arguments of the build, and commands of both forms',
    path: '/w/docker-compose.yml',
    text: 'services:\n  b:\n    environment:\n      - LOCALVERSION=-list\n    command: make LOCALVERSION=-line\n  c:\n    build: { args: { LOCALVERSION: -arg } }\n    environment: { LOCALVERSION: -map }\n    command: ["make", "LOCALVERSION=-word"]\n',
    files,
    finds: [is('-list'), is('-line'), is('-arg'), is('-map'), is('-word')],
  },
  {
    rule,
    shows: 'a systemd unit',
    path: '/w/k.service',
    text: '[Service]\nEnvironment=A=b LOCALVERSION=-unit\nExecStart=/usr/bin/make LOCALVERSION=-exec modules\n',
    files,
    finds: [is('-unit'), is('-exec')],
  },
  {
    rule,
    shows: 'cloud-init',
    path: '/w/user-data',
    text: '#cloud-config\nruncmd:\n  - make LOCALVERSION=-run Image\n  - [make, LOCALVERSION=-word]\n',
    files,
    finds: [is('-run'), is('-word')],
  },
  {
    rule,
    shows: 'RUN of a Dockerfile',
    path: '/w/Dockerfile',
    text: 'FROM debian:12\nENV LOCALVERSION=-env\nRUN export LOCALVERSION=-run && make LOCALVERSION=-make Image\n',
    files,
    finds: [is('-env'), is('-run'), is('-make')],
  },
  {
    rule,
    shows: 'the pinned value, what the host fills in, comments, and names that only look alike',
    path: '/w/.github/workflows/ci.yml',
    text: [
      '# LOCALVERSION: -old',
      'env:',
      '  LOCALVERSION: -tegra',
      '  MY_LOCALVERSION_SUFFIX: -x',
      'jobs:',
      '  a:',
      '    name: "LOCALVERSION: -x"',
      '    env:',
      `      LOCALVERSION: ${filledIn}`,
      '    steps:',
      '      - run: |',
      '          # make LOCALVERSION=-old',
      `          make LOCALVERSION=${filledIn} LOCALVERSION="$LOCALVERSION" Image`,
      '          echo "make LOCALVERSION=-x"',
      '      - with:',
      '          LOCALVERSION: -input',
      '        uses: some/action@v1',
      '',
    ].join('\n'),
    files,
    finds: [],
  },
  {
    rule,
    shows: 'what compose fills in, and a file that is no YAML',
    path: '/w/compose.yaml',
    text: 'services:\n  b:\n    environment:\n      - LOCALVERSION=$SUFFIX\n      - LOCALVERSION\n    command: [make, "LOCALVERSION=$SUFFIX"]\n  : [\n',
    files,
    finds: [],
  },
  {
    rule: 'pins-inconsistent',
    shows: 'another version of what versions.env pins',
    path: '/w/.github/workflows/ci.yml',
    text: 'env:\n  TOOLCHAIN_VERSION: 2021.11-1\n  NODE_VERSION: 22\n',
    files: { '/w/versions.env': 'TOOLCHAIN_VERSION="2022.08-1"\n' },
    finds: [{ at: '2021.11-1', says: 'TOOLCHAIN_VERSION is "2022.08-1" in versions.env' }],
  },
  {
    rule: 'extra-symbols-missing',
    shows: 'a workflow names the provider',
    path: '/w/cam/Kbuild',
    text: 'obj-m := cam.o\n',
    files: {
      '/w/cam/cam.c': 'int f(void) { return deser_init(1); }\n',
      '/w/deser/Module.symvers': '0x12345678\tdeser_init\tdeser\tEXPORT_SYMBOL\t\n',
      '/w/.github/workflows/ci.yml':
        'jobs:\n  a:\n    steps:\n      - run: make M=cam KBUILD_EXTRA_SYMBOLS=$PWD/deser/Module.symvers\n',
    },
    finds: [],
  },
];
