/** Everything that writes a kernel's version down: told the same by the server and by `vermagic lint`, found and renamed across files. */
import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { after, before, describe, it } from 'node:test';
import { pathToFileURL } from 'node:url';
import { method, type TargetsResult } from '@vermagic/shared';
import type {
  Diagnostic,
  DocumentDiagnosticReport,
  Hover,
  Location,
  MarkupContent,
  WorkspaceEdit,
} from 'vscode-languageserver/node';
import { TextDocument } from 'vscode-languageserver-textdocument';
import { LspClient, root } from './lsp-client.ts';

const commit = '0123456789012345678901234567890123456789';
const makefile = (version: readonly number[], extra = '') =>
  `VERSION = ${version[0]}\nPATCHLEVEL = ${version[1]}\nSUBLEVEL = ${version[2]}\nEXTRAVERSION =${extra}\n`;

/** A project without a target: the pins are all there is to be measured by. */
const project = {
  'versions.env': 'KERNEL_BASE_VERSION=5.15.148\nLOCALVERSION=-tegra\nPREEMPT_MODEL=preempt_rt\n',
  EXPECTED_VERMAGIC: '5.15.136-tegra SMP preempt_rt mod_unload modversions aarch64\n',
  'BUILD_MANIFEST.json': '{\n  "kernel_release": "5.15.148-rt-tegra"\n}\n',
  'scripts/build.sh':
    // biome-ignore lint/suspicious/noTemplateCurlyInString: the shell's, not JavaScript's
    '#!/bin/bash\n. ./versions.env\nexport KERNEL_BASE_VERSION\nexport LOCALVERSION=-rt\ncurl "https://x/linux-$KERNEL_BASE_VERSION.tar.xz"\ncd "linux-${KERNEL_BASE_VERSION}"\nmake LOCALVERSION=-x KDEB_PKGVERSION="5.10.1-1" bindeb-pkg\n',
  'scripts/fetch':
    // biome-ignore lint/suspicious/noTemplateCurlyInString: the shell's, not JavaScript's
    '#!/bin/sh\n: "${KERNEL_BASE_VERSION:?}"\ndocker run -e KERNEL_BASE_VERSION x\nunset KERNEL_BASE_VERSION\necho KERNEL_BASE_VERSION\n',
  'debian/rules': '#!/usr/bin/make -f\nbinary:\n\t$(MAKE) LOCALVERSION=-deb bindeb-pkg # $(KERNEL_BASE_VERSION)\n',
  'debian/changelog': 'linux-jetson (5.15.136-1) bookworm; urgency=medium\n',
  'src/linux/Makefile': makefile([5, 15, 136]),
  'src/linux/Kconfig': '',
  'src/linux/localversion-rt': '-rt53\n',
  'configs/board_defconfig': 'CONFIG_LOCALVERSION="-tegra"\n',
  '.github/workflows/ci.yml':
    // biome-ignore lint/suspicious/noTemplateCurlyInString: the shell's, not JavaScript's
    'on: push\njobs:\n  a:\n    runs-on: x\n    steps:\n      - run: make VERSION=$KERNEL_BASE_VERSION ${{ env.KERNEL_BASE_VERSION }}\n',
} as const;

/** The places that have to be marked: rule, line, text. */
const expected: Readonly<Record<string, readonly string[]>> = {
  'versions.env': ['pins-inconsistent 1 5.15.148', 'localversion-drift 2 -tegra', 'pins-inconsistent 2 -tegra'],
  EXPECTED_VERMAGIC: ['pins-inconsistent 1 5.15.136-tegra SMP preempt_rt mod_unload modversions aarch64'],
  'BUILD_MANIFEST.json': ['pins-inconsistent 2 5.15.148-rt-tegra'],
  'scripts/build.sh': ['localversion-drift 4 -rt', 'localversion-drift 7 -x', 'pins-inconsistent 7 5.10.1-1'],
  'scripts/fetch': [],
  'debian/rules': ['localversion-drift 3 -deb'],
  'debian/changelog': ['pins-inconsistent 1 5.15.136-1'],
  'src/linux/Makefile': ['pins-inconsistent 3 136'],
  'src/linux/localversion-rt': ['localversion-drift 1 -rt53'],
  'configs/board_defconfig': ['localversion-drift 1 "-tegra"'],
};

class Workspace {
  readonly folder = mkdtempSync(path.join(os.tmpdir(), 'vermagic-pins-'));
  readonly client = new LspClient();
  readonly #versions = new Map<string, number>();

  constructor(files: Readonly<Record<string, string>>) {
    for (const [name, text] of Object.entries(files)) {
      mkdirSync(path.dirname(path.join(this.folder, name)), { recursive: true });
      writeFileSync(path.join(this.folder, name), text);
    }
  }

  uriOf(name: string): string {
    return pathToFileURL(path.join(this.folder, name)).href;
  }

  nameOf(uri: string): string {
    return decodeURIComponent(uri).slice(this.uriOf('').length + 1);
  }

  async open(name: string, text = readFileSync(path.join(this.folder, name), 'utf8')): Promise<TextDocument> {
    const uri = this.uriOf(name);
    const version = (this.#versions.get(name) ?? 0) + 1;
    this.#versions.set(name, version);
    if (version === 1)
      await this.client.connection.sendNotification('textDocument/didOpen', {
        textDocument: { uri, languageId: 'plaintext', version, text },
      });
    else
      await this.client.connection.sendNotification('textDocument/didChange', {
        textDocument: { uri, version },
        contentChanges: [{ text }],
      });
    return TextDocument.create(uri, 'plaintext', version, text);
  }

  ask<Result>(what: string, params: unknown): Promise<Result> {
    return this.client.request<Result>(`textDocument/${what}`, params);
  }

  /** The message of the one finding of a rule. */
  async message(name: string, rule: string): Promise<string> {
    const found = (await this.diagnostics(await this.open(name))).filter(({ code }) => code === rule);
    assert.equal(found.length, 1, `${name} has one ${rule}`);
    return String(found[0]?.message);
  }

  async diagnostics({ uri }: TextDocument): Promise<Diagnostic[]> {
    const report = await this.ask<DocumentDiagnosticReport>('diagnostic', { textDocument: { uri } });
    return report.kind === 'full' ? report.items : [];
  }

  /** `rule line text`. */
  async marks(name: string): Promise<string[]> {
    const document = await this.open(name);
    const found = await this.diagnostics(document);
    return found.map(({ code, range }) => `${code} ${range.start.line + 1} ${document.getText(range)}`);
  }

  at(document: TextDocument, word: string, offset = 1) {
    const index = document.getText().indexOf(word);
    assert.ok(index >= 0, `${word} is in ${document.uri}`);
    return { textDocument: { uri: document.uri }, position: document.positionAt(index + offset) };
  }

  async hover(document: TextDocument, word: string): Promise<string> {
    const found = await this.ask<Hover | null>('hover', this.at(document, word));
    return (found?.contents as MarkupContent | undefined)?.value ?? '';
  }

  places(found: readonly Location[]): string[] {
    return found.map(({ uri, range }) => `${this.nameOf(uri)}:${range.start.line + 1}`);
  }

  async stop(): Promise<void> {
    await this.client.stop();
    rmSync(this.folder, { recursive: true });
  }
}

describe('pins of a project without a target', () => {
  const workspace = new Workspace(project);
  before(() => workspace.client.start(workspace.uriOf('')));
  after(() => workspace.stop());

  for (const [name, marks] of Object.entries(expected)) {
    it(`${name} is marked where it disagrees`, async () => {
      assert.deepEqual((await workspace.marks(name)).sort(), [...marks].sort());
    });
  }

  it('vermagic lint says the same as the server', async () => {
    const { stdout, stderr } = spawnSync(
      process.execPath,
      [path.join(root, 'server/dist/cli.cjs'), 'lint', '--format', 'json', '.'],
      { cwd: workspace.folder, encoding: 'utf8' },
    );
    assert.equal(stderr, '');
    const reports = JSON.parse(stdout) as { path: string; line: number; column: number; rule: string }[];
    const told = reports.map(({ path: name, line, column, rule }) => `${name}:${line}:${column} ${rule}`);
    const shown: string[] = [];
    for (const name of Object.keys(project)) {
      const found = await workspace.diagnostics(await workspace.open(name));
      shown.push(
        ...found.map(({ code, range }) => `${name}:${range.start.line + 1}:${range.start.character + 1} ${code}`),
      );
    }
    assert.deepEqual(told.sort(), shown.sort());
  });

  it('each disagreement leads to the other places', async () => {
    const script = await workspace.diagnostics(await workspace.open('scripts/build.sh'));
    const [other] = script[0]?.relatedInformation ?? [];
    assert.deepEqual(workspace.places(other ? [other.location] : []), ['versions.env:2']);
    const env = await workspace.diagnostics(await workspace.open('versions.env'));
    const drift = env.find(({ code }) => code === 'localversion-drift');
    assert.deepEqual(workspace.places((drift?.relatedInformation ?? []).map(({ location }) => location)).sort(), [
      'debian/rules:3',
      'scripts/build.sh:4',
      'scripts/build.sh:7',
    ]);
    const source = await workspace.diagnostics(await workspace.open('src/linux/Makefile'));
    assert.deepEqual(workspace.places((source[0]?.relatedInformation ?? []).map(({ location }) => location)), [
      'versions.env:1',
    ]);
  });

  // biome-ignore lint/suspicious/noTemplateCurlyInString: the shell's, not JavaScript's
  for (const use of ['$KERNEL_BASE_VERSION.tar', '${KERNEL_BASE_VERSION}', 'export KERNEL_BASE_VERSION'] as const) {
    it(`from ${use} of a script to versions.env`, async () => {
      const script = await workspace.open('scripts/build.sh');
      const place = workspace.at(script, use, use.length - 6);
      assert.deepEqual(workspace.places(await workspace.ask('definition', place)), ['versions.env:1']);
    });
  }

  it('references are in every file, whatever way the name is written', async () => {
    const env = await workspace.open('versions.env');
    const params = { ...workspace.at(env, 'KERNEL_BASE_VERSION'), context: { includeDeclaration: true } };
    assert.deepEqual(workspace.places(await workspace.ask('references', params)).sort(), [
      '.github/workflows/ci.yml:6',
      '.github/workflows/ci.yml:6',
      'scripts/build.sh:3',
      'scripts/build.sh:5',
      'scripts/build.sh:6',
      'scripts/fetch:2',
      'scripts/fetch:3',
      'scripts/fetch:4',
      'versions.env:1',
    ]);
  });

  it('a rename reaches them all, and nothing that only reads the same', async () => {
    const script = await workspace.open('scripts/build.sh');
    const params = { ...workspace.at(script, '$KERNEL_BASE_VERSION.tar', 3), newName: 'LINUX' };
    const edit = await workspace.ask<WorkspaceEdit>('rename', params);
    for (const [name, text] of Object.entries(project)) {
      const edits = edit.changes?.[workspace.uriOf(name)] ?? [];
      const renamed = TextDocument.applyEdits(TextDocument.create('x:', 'x', 1, text), edits);
      const wanted = text
        .replaceAll('KERNEL_BASE_VERSION', 'LINUX')
        // A word that is printed, and a comment.
        .replace('echo LINUX', 'echo KERNEL_BASE_VERSION')
        .replace('# $(LINUX)', '# $(KERNEL_BASE_VERSION)');
      assert.equal(renamed, wanted, name);
    }
  });

  it('hover: the value, the release that it makes, and that no plus follows', async () => {
    const text = await workspace.hover(await workspace.open('scripts/build.sh'), 'KERNEL_BASE_VERSION}');
    assert.match(text, /`5\.15\.148` · versions\.env:1/);
    assert.match(
      text,
      /`5\.15\.148` \(KERNEL_BASE_VERSION\) \+ `-tegra` \(LOCALVERSION\) = \*\*`5\.15\.148-tegra`\*\*/,
    );
    assert.match(text, /LOCALVERSION is set, so the build appends no `\+`/);
  });

  it('what is typed into versions.env counts in the other files at once', async () => {
    const expectedVermagic = await workspace.open('EXPECTED_VERMAGIC');
    assert.equal((await workspace.diagnostics(expectedVermagic)).length, 1);
    await workspace.open('versions.env', project['versions.env'].replace('148', '136'));
    assert.deepEqual(await workspace.diagnostics(expectedVermagic), []);
    await workspace.open('versions.env', project['versions.env']);
    assert.equal((await workspace.diagnostics(expectedVermagic)).length, 1);
  });
});

describe('what makes the release, against a target', () => {
  const workspace = new Workspace({
    'vermagic.json': '{ "targets": { "orin-rt": { "sources": ["kernel/rt", "EXPECTED_VERMAGIC"] } } }',
    EXPECTED_VERMAGIC: '5.15.148-rt53 SMP preempt_rt mod_unload aarch64\n',
    'kernel/rt/Makefile': makefile([5, 15, 148]),
    'kernel/rt/Kconfig': '',
    'kernel/rt/include/generated/utsrelease.h': '#define UTS_RELEASE "5.15.148-rt53"\n',
    'kernel/rt/Module.symvers': '',
    'kernel/old/Makefile': makefile([5, 15, 136]),
    'kernel/old/Module.symvers': '',
    'kernel/old/include/generated/utsrelease.h': '#define UTS_RELEASE "5.15.136-rt53"\n',
    'src/linux/Makefile': makefile([5, 15, 148], ' -custom'),
    'src/linux/localversion-rt': '-rt53\n',
    'src/linux/.config': '# Linux/arm64 5.15.148 Kernel Configuration\nCONFIG_ARM64=y\nCONFIG_LOCALVERSION_AUTO=y\n',
    'src/linux/.git/HEAD': `${commit}\n`,
    'src/clean/Makefile': makefile([5, 15, 148]),
    'src/clean/localversion-rt': '-rt53\n',
    'src/clean/.git/HEAD': `${commit}\n`,
    'src/clean/.git/refs/tags/v5.15.148': `${commit}\n`,
    'drv/Makefile':
      'obj-m := a.o\nKDIR ?= /lib/modules/$(shell uname -r)/build\nall:\n\t$(MAKE) -C $(KDIR) M=$(CURDIR)\n',
    'drv/a.c': '',
    'build.sh': '#!/bin/sh\nmake -C kernel/old M=$PWD/drv\nmake -C kernel/rt M=$PWD/drv\n',
  });
  before(() => workspace.client.start(workspace.uriOf('')));
  after(() => workspace.stop());

  it('KDIR by uname -r is the machine that builds', { skip: process.platform !== 'linux' && 'no Linux' }, async () => {
    const message = await workspace.message('drv/Makefile', 'localversion-drift');
    assert.ok(message.includes(`here it is "${os.release()}"`), message);
    assert.match(message, /orin-rt is "5\.15\.148-rt53" \(utsrelease\.h of kernel\/rt\)/);
    assert.ok(message.endsWith(`set KDIR to ${path.join(workspace.folder, 'kernel/rt')}.`), message);
  });

  it('make -C of a script into the tree of another kernel', async () => {
    assert.deepEqual(await workspace.marks('build.sh'), ['localversion-drift 2 kernel/old']);
  });

  it('EXTRAVERSION: the finding, and how the release comes about', async () => {
    const document = await workspace.open('src/linux/Makefile');
    assert.deepEqual(await workspace.marks('src/linux/Makefile'), ['localversion-drift 4 -custom']);
    const text = await workspace.hover(document, 'EXTRAVERSION');
    assert.match(text, /`5\.15\.148-custom` \(Makefile with EXTRAVERSION\) \+ `-rt53` \(localversion-rt\)/);
    assert.match(text, /differs: orin-rt is "5\.15\.148-rt53"/);
    assert.match(text, /CONFIG_LOCALVERSION_AUTO: unless HEAD is at an annotated tag, `-g012345678901` is appended/);
  });

  it('CONFIG_LOCALVERSION_AUTO: the release of a build in its tree', async () => {
    const text = await workspace.hover(await workspace.open('src/linux/.config'), 'CONFIG_LOCALVERSION_AUTO');
    assert.match(text, /Release of a build here: `5\.15\.148-custom`/);
  });

  it('the plus of a checkout that only a lightweight tag names', async () => {
    const message = await workspace.message('src/clean/Makefile', 'localversion-plus');
    assert.match(
      message,
      /makes "5\.15\.148-rt53\+": HEAD is not at an annotated tag, .*; orin-rt is "5\.15\.148-rt53"/,
    );
    const text = await workspace.hover(await workspace.open('src/clean/Makefile'), 'EXTRAVERSION');
    assert.match(text, /\+ `\+` \(git\) = \*\*`5\.15\.148-rt53\+`\*\*/);
  });

  it('a file of the root folder is called by its name, others by their path in the workspace', async () => {
    const { targets } = await workspace.client.request<TargetsResult>(method.targets, {});
    assert.deepEqual(targets[0]?.origins, ['utsrelease.h of kernel/rt', 'EXPECTED_VERMAGIC']);
  });
});
