// biome-ignore-all lint/suspicious/noTemplateCurlyInString: the examples are shell.
import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import type { RuleId } from '../../../../server/src/findings/registry.ts';
import { apply, lint, spanOf, unmark } from './lint-text.ts';

interface Case {
  readonly name: string;
  readonly path: string;
  readonly rule?: RuleId;
  readonly text: string;
  readonly fixed?: string;
}

const cases: readonly Case[] = [
  // Dockerfile
  {
    name: 'RUN',
    path: 'Dockerfile',
    text: 'FROM debian\nRUN insmod ⟦-f⟧ x.ko\n',
    fixed: 'FROM debian\nRUN insmod x.ko\n',
  },
  {
    name: 'RUN over several lines with a comment between',
    path: 'docker/Dockerfile.jetson',
    text: 'FROM debian\nRUN apt-get update && \\\n    # why\n    modprobe \\\n      ⟦--force⟧ \\\n      hello && \\\n\n    true\n',
    fixed: 'FROM debian\nRUN apt-get update && \\\n    # why\n    modprobe \\\n      hello && \\\n\n    true\n',
  },
  {
    name: 'RUN with CRLF',
    path: 'Dockerfile',
    text: 'FROM debian\r\nRUN apt-get update \\\r\n && insmod ⟦-f⟧ x.ko\r\n',
    fixed: 'FROM debian\r\nRUN apt-get update \\\r\n && insmod x.ko\r\n',
  },
  {
    name: 'RUN with the other escape character',
    path: 'Dockerfile',
    text: '# escape=`\nFROM debian\nRUN true && `\n  insmod ⟦-f⟧ x.ko\n',
  },
  {
    name: 'exec form',
    path: 'Dockerfile',
    text: 'FROM debian\nRUN ["insmod", ⟦"-f"⟧, "x.ko"]\n',
    fixed: 'FROM debian\nRUN ["insmod", "x.ko"]\n',
  },
  {
    name: 'exec form with sh -c and an escape before',
    path: 'Dockerfile',
    text: 'FROM debian\nRUN ["sh", "-c", "echo \\"a\\" && insmod ⟦-f⟧ x.ko"]\n',
  },
  { name: 'heredoc', path: 'Dockerfile', text: 'FROM debian\nRUN <<EOF\necho a\ninsmod ⟦-f⟧ x.ko\nEOF\nRUN true\n' },
  { name: 'heredoc into bash', path: 'Dockerfile', text: "FROM debian\nRUN bash <<'EOF'\ninsmod ⟦-f⟧ x.ko\nEOF\n" },
  {
    name: 'a flag of RUN',
    path: 'Dockerfile',
    text: 'FROM debian\nRUN --mount=type=cache,target=/x --network=none insmod ⟦-f⟧ x.ko\n',
  },
  { name: 'ONBUILD', path: 'Dockerfile', text: 'FROM debian\nONBUILD RUN insmod ⟦-f⟧ x.ko\n' },
  {
    name: 'CMD and ENTRYPOINT',
    path: 'x.dockerfile',
    text: 'FROM debian\nENTRYPOINT ["modprobe", ⟦"-f"⟧, "x"]\nCMD modprobe ⟦-f⟧ y\n',
  },
  {
    name: 'ENV is followed',
    path: 'Dockerfile',
    rule: 'forbidden-package',
    text: 'FROM debian\nENV PKGS="git nvidia-l4t-kernel"\nRUN apt-get install -y ⟦$PKGS⟧\n',
    fixed: 'FROM debian\nENV PKGS="git"\nRUN apt-get install -y $PKGS\n',
  },
  {
    name: 'a label or a comment is no command',
    path: 'Dockerfile',
    text: 'FROM debian\nLABEL x="insmod -f"\n# RUN insmod -f x.ko\nCOPY insmod -f /x\n',
  },
  {
    name: 'a package in the middle of a chain',
    path: 'Dockerfile',
    rule: 'forbidden-package',
    text: 'FROM debian\nRUN apt-get update \\\n && apt-get install -y ⟦nvidia-l4t-kernel⟧ \\\n && rm -rf /x\n',
    fixed: 'FROM debian\nRUN apt-get update \\\n && rm -rf /x\n',
  },
  {
    name: 'an upgrade where the vendor is named',
    path: 'Dockerfile',
    rule: 'unguarded-upgrade',
    text: 'FROM nvcr.io/nvidia/l4t-base\n# L4T\nRUN apt-get update && ⟦apt-get upgrade⟧ -y\n',
  },

  // GitHub workflows and actions
  {
    name: 'a plain run',
    path: '.github/workflows/ci.yml',
    text: 'jobs:\n  a:\n    steps:\n      - run: sudo insmod ⟦-f⟧ x.ko\n',
    fixed: 'jobs:\n  a:\n    steps:\n      - run: sudo insmod x.ko\n',
  },
  {
    name: 'a literal block',
    path: '.github/workflows/ci.yml',
    text: 'jobs:\n  a:\n    steps:\n      - name: x\n        run: |\n          make\n\n          if true; then\n            sudo modprobe \\\n              ⟦-f⟧ x\n          fi\n      - run: echo\n',
  },
  {
    name: 'a folded block',
    path: '.github/workflows/ci.yml',
    text: 'jobs:\n  a:\n    steps:\n      - run: >-\n          sudo\n          insmod\n          ⟦-f⟧\n          x.ko\n',
  },
  {
    name: 'a folded block with deeper lines',
    path: '.github/workflows/ci.yml',
    text: 'jobs:\n  a:\n    steps:\n      - run: >\n          echo a\n            echo b\n\n          insmod ⟦-f⟧ x.ko\n',
  },
  {
    name: 'double quotes with escapes',
    path: '.github/workflows/ci.yml',
    text: 'jobs:\n  a:\n    steps:\n      - run: "echo \\"\\u00e9\\"\\ninsmod ⟦-f⟧ x.ko"\n',
  },
  {
    name: 'single quotes',
    path: '.github/workflows/ci.yml',
    text: "jobs:\n  a:\n    steps:\n      - run: 'echo ''it'' && insmod ⟦-f⟧ x.ko'\n",
  },
  {
    name: 'a plain scalar over lines',
    path: '.github/workflows/ci.yml',
    text: 'jobs:\n  a:\n    steps:\n      - run: sudo insmod\n          ⟦-f⟧ x.ko\n',
  },
  {
    name: 'an expression before',
    path: '.github/workflows/ci.yml',
    text: "jobs:\n  a:\n    steps:\n      - run: |\n          echo ${{ github.event.inputs['x'] && 'a' || 'b' }}\n          insmod ⟦-f⟧ ${{ matrix.ko }}.ko\n",
  },
  {
    name: 'a literal block with CRLF',
    path: '.github/workflows/ci.yml',
    text: 'jobs:\r\n  a:\r\n    steps:\r\n      - run: |\r\n          echo a\r\n          insmod ⟦-f⟧ x.ko\r\n',
  },
  {
    name: 'an environment',
    path: '.github/workflows/ci.yml',
    rule: 'forbidden-package',
    text: 'env:\n  PKG: nvidia-l4t-kernel\njobs:\n  a:\n    steps:\n      - run: sudo apt-get install -y git ⟦$PKG⟧\n',
  },
  {
    name: 'an action that runs a script on another machine',
    path: '.github/workflows/ci.yml',
    text: 'jobs:\n  a:\n    steps:\n      - uses: appleboy/ssh-action@v1\n        with:\n          host: jetson\n          script: |\n            sudo insmod ⟦-f⟧ /tmp/x.ko\n',
  },
  {
    name: 'an action that runs a command on another machine',
    path: '.github/workflows/ci.yml',
    text: 'jobs:\n  a:\n    steps:\n      - uses: garygrossgarten/github-action-ssh@release\n        with:\n          command: modprobe ⟦--force⟧ x\n          host: ${{ secrets.HOST }}\n',
  },
  {
    name: 'an action of another kind that has a script',
    path: '.github/workflows/ci.yml',
    text: "jobs:\n  a:\n    steps:\n      - uses: actions/github-script@v7\n        with:\n          script: |\n            console.log('insmod -f x.ko')\n            insmod -f x.ko\n      - uses: webfactory/ssh-agent@v0.9.0\n        with:\n          ssh-private-key: insmod -f x\n",
  },
  {
    name: 'a composite action',
    path: 'load/action.yml',
    text: 'runs:\n  using: composite\n  steps:\n    - shell: bash\n      run: insmod ⟦-f⟧ x.ko\n',
  },
  {
    name: 'a step in another language',
    path: '.github/workflows/ci.yml',
    text: 'jobs:\n  a:\n    steps:\n      - shell: python\n        run: insmod -f x.ko\n      - name: insmod -f x.ko\n',
  },
  {
    name: 'a workflow that is broken further on',
    path: '.github/workflows/ci.yml',
    text: 'jobs:\n  a:\n    steps:\n      - run: insmod ⟦-f⟧ x.ko\n  b: [\n',
  },

  // GitLab CI
  {
    name: 'script and before_script',
    path: '.gitlab-ci.yml',
    text: 'build:\n  before_script:\n    - insmod ⟦-f⟧ a.ko\n  script:\n    - make\n    - |\n      echo\n      insmod ⟦-f⟧ b.ko\n',
  },
  {
    name: 'an anchor',
    path: '.gitlab-ci.yml',
    text: '.load: &load\n  - insmod ⟦-f⟧ a.ko\nbuild:\n  script:\n    - *load\n    - make\n',
  },
  {
    name: 'variables',
    path: '.gitlab-ci.yml',
    rule: 'forbidden-package',
    text: 'variables:\n  PKG: nvidia-l4t-kernel\nbuild:\n  script: apt-get install -y git ⟦$PKG⟧\n',
  },

  // Compose
  {
    name: 'a command as text',
    path: 'docker-compose.yml',
    text: 'services:\n  a:\n    command: sh -c "modprobe ⟦-f⟧ x && echo $$HOME"\n',
  },
  {
    name: 'a command as a list',
    path: 'compose.yaml',
    text: 'services:\n  a:\n    command: ["modprobe", ⟦"-f"⟧, "x"]\n',
    fixed: 'services:\n  a:\n    command: ["modprobe", "x"]\n',
  },
  {
    name: 'a command as a block list',
    path: 'compose.yaml',
    text: 'services:\n  a:\n    command:\n      - modprobe\n      - ⟦-f⟧\n      - x\n',
    fixed: 'services:\n  a:\n    command:\n      - modprobe\n      - x\n',
  },
  {
    name: 'entrypoint with sh -c',
    path: 'compose.yaml',
    text: 'services:\n  a:\n    entrypoint: ["sh", "-c", "echo $$X; insmod ⟦-f⟧ x.ko"]\n',
  },

  // systemd
  {
    name: 'ExecStart',
    path: 'load.service',
    text: '[Service]\nExecStart=/sbin/insmod ⟦-f⟧ /opt/x.ko\n',
    fixed: '[Service]\nExecStart=/sbin/insmod /opt/x.ko\n',
  },
  {
    name: 'a prefix and a shell',
    path: 'load.service',
    text: "[Service]\nExecStartPre=-/bin/sh -c 'modprobe ⟦-f⟧ x || true'\n",
  },
  {
    name: 'continuation lines',
    path: 'load.service',
    text: '[Service]\nExecStart=/sbin/modprobe \\\n  # comment\n  ⟦--force⟧ \\\n  x\n',
  },
  {
    name: 'several commands',
    path: 'load.service',
    text: '[Service]\nType=oneshot\nExecStart=/bin/true ; /sbin/rmmod x ; /sbin/insmod ⟦-f⟧ x.ko\n',
  },
  {
    name: 'Environment',
    path: 'load.service',
    text: '[Service]\nEnvironment=MODPROBE_OPTIONS=⟦-f⟧\nExecStart=/sbin/modprobe x\n',
  },
  {
    name: 'systemd is no shell',
    path: 'load.service',
    text: '[Service]\nExecStart=/bin/echo a && insmod -f x.ko\nDescription=insmod -f x.ko\n',
  },

  // Makefiles
  {
    name: 'a recipe',
    path: 'Makefile',
    text: 'load: all\n\t@sudo insmod ⟦-f⟧ $(MODULE).ko\n',
    fixed: 'load: all\n\t@sudo insmod $(MODULE).ko\n',
  },
  {
    name: 'dollars and a continuation',
    path: 'Makefile',
    text: 'load:\n\t-for m in a b; do \\\n\t  insmod ⟦-f⟧ $$m.ko; \\\n\tdone\n',
  },
  { name: 'a make variable', path: 'Makefile', text: 'FORCE := -f\nload:\n\tinsmod ⟦$(FORCE)⟧ x.ko\n' },
  { name: 'on the rule line', path: 'Makefile', text: 'load: x.ko ; insmod ⟦-f⟧ $<\n' },
  {
    name: 'a Kbuild file with a rule',
    path: 'Makefile',
    text: 'obj-m += hello.o\n\nall:\n\tmake -C $(KDIR) M=$(PWD) modules\n\ninstall:\n\tinsmod ⟦-f⟧ hello.ko\n',
  },
  {
    name: 'no recipe',
    path: 'Makefile',
    text: 'HELP = insmod -f x.ko\n# insmod -f x.ko\n$(info insmod -f x.ko)\nhelp:\n\t@echo "insmod -f x.ko"\n',
  },
  { name: 'CRLF', path: 'Makefile', text: 'load:\r\n\tinsmod ⟦-f⟧ x.ko\r\n' },
  { name: 'one shell', path: 'Makefile', text: '.ONESHELL:\nload:\n\tOPT=-f\n\tinsmod ⟦$$OPT⟧ x.ko\n' },

  // cloud-init
  {
    name: 'runcmd as text and as list',
    path: 'user-data',
    text: '#cloud-config\nruncmd:\n  - insmod ⟦-f⟧ a.ko\n  - [modprobe, ⟦-f⟧, b]\n',
  },
  {
    name: 'packages',
    path: 'user-data',
    rule: 'forbidden-package',
    text: '#cloud-config\npackages:\n  - git\n  - ⟦nvidia-l4t-kernel⟧\n',
    fixed: '#cloud-config\npackages:\n  - git\n',
  },
  {
    name: 'a script in write_files',
    path: 'user-data',
    text: '#cloud-config\nwrite_files:\n  - path: /usr/local/bin/load\n    content: |\n      #!/bin/sh\n      insmod ⟦-f⟧ x.ko\n  - path: /etc/motd\n    content: |\n      insmod -f x.ko\n',
  },
  {
    name: 'a preference in write_files',
    path: 'user-data',
    rule: 'pin-opens-kernel',
    text: '#cloud-config\nwrite_files:\n  - path: /etc/apt/preferences.d/nv\n    content: |\n      Package: nvidia-l4t-kernel\n      Pin: release *\n      Pin-Priority: ⟦1001⟧\n',
  },
  {
    name: 'package_upgrade',
    path: 'user-data',
    rule: 'unguarded-upgrade',
    text: '#cloud-config\n⟦package_upgrade⟧: true\n',
  },

  // The rest
  {
    name: 'a maintainer script',
    path: 'debian/postinst',
    text: '#!/bin/sh\ncase "$1" in\nconfigure)\n  modprobe ⟦-f⟧ x\n  ;;\nesac\n',
  },
  {
    name: 'install in modprobe.d',
    path: 'etc/modprobe.d/x.conf',
    text: '# install y insmod -f y.ko\noptions x force=1\ninstall x /sbin/modprobe --ignore-install ⟦--force⟧ x $CMDLINE_OPTS; true\n',
  },
  {
    name: 'a unit that a script writes',
    path: 'setup.sh',
    text: "cat > /etc/systemd/system/x.service <<'EOF'\n[Service]\nExecStart=/sbin/insmod ⟦-f⟧ x.ko\nEOF\n",
  },
  {
    name: 'a modprobe.d file that a script writes',
    path: 'setup.sh',
    text: "echo 'install x modprobe -i ⟦-f⟧ x' | sudo tee /etc/modprobe.d/x.conf\n",
  },
];

// A finding inside an embedded script points at exactly the characters in the host file, and its fix edits those.
describe('positions inside embedded scripts', () => {
  for (const item of cases) {
    it(`${item.path}: ${item.name}`, async () => {
      const { text, marks } = unmark(item.text);
      const rule = item.rule ?? 'force-load';
      const findings = (await lint(text, item.path)).filter((finding) => finding.rule === rule);
      assert.deepEqual(
        findings.map((finding) => ({
          ...spanOf(text, finding),
          text: text.slice(spanOf(text, finding).start, spanOf(text, finding).end),
        })),
        marks.map((mark) => ({ ...mark, text: text.slice(mark.start, mark.end) })),
      );
      if (item.fixed === undefined) return;
      const fix = findings[0]?.fixes?.find((candidate) => candidate.kind === 'edit');
      assert.ok(fix !== undefined, 'there is a fix');
      assert.equal(apply(text, fix), item.fixed);
    });
  }

  it('looks into Markdown only when asked to', async () => {
    const { text, marks } = unmark(
      '# Load\n\n```sh\ninsmod ⟦-f⟧ x.ko\n```\n\n```console\n$ insmod ⟦-f⟧ y.ko\ninsmod -f output\n```\n\n`insmod -f`\n',
    );
    assert.deepEqual(await lint(text, 'README.md'), []);
    const found = await lint(text, 'README.md', {}, { markdownFences: true });
    assert.deepEqual(
      found.map((finding) => spanOf(text, finding)),
      marks,
    );
  });
});
