import assert from 'node:assert/strict';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { after, before, describe, it } from 'node:test';
import { pathToFileURL } from 'node:url';
import type {
  CodeAction,
  CompletionItem,
  Diagnostic,
  DocumentDiagnosticReport,
  DocumentLink,
  Hover,
  TextEdit,
} from 'vscode-languageserver';
import { TextDocument } from 'vscode-languageserver-textdocument';
import { LspClient } from './lsp-client.ts';

/** A document as an editor holds it: every change goes to the server as an edit, the text stays here. */
class OpenText {
  readonly #client: LspClient;
  #document: TextDocument;

  constructor(client: LspClient, uri: string, languageId: string, text: string) {
    this.#client = client;
    this.#document = TextDocument.create(uri, languageId, 1, text);
  }

  get uri(): string {
    return this.#document.uri;
  }

  get text(): string {
    return this.#document.getText();
  }

  open(): Promise<void> {
    const { uri, languageId, version } = this.#document;
    return this.#client.connection.sendNotification('textDocument/didOpen', {
      textDocument: { uri, languageId, version, text: this.text },
    });
  }

  /** Writes over a stretch, found by its text, as a person would. */
  async replace(old: string, newText: string): Promise<void> {
    const at = this.text.indexOf(old);
    assert.ok(at >= 0, `"${old}" is in the text`);
    const range = { start: this.#document.positionAt(at), end: this.#document.positionAt(at + old.length) };
    const changes = [{ range, text: newText }];
    this.#document = TextDocument.update(this.#document, changes, this.#document.version + 1);
    await this.#client.connection.sendNotification('textDocument/didChange', {
      textDocument: { uri: this.uri, version: this.#document.version },
      contentChanges: changes,
    });
  }

  close(): Promise<void> {
    return this.#client.connection.sendNotification('textDocument/didClose', { textDocument: { uri: this.uri } });
  }

  async diagnostics(): Promise<readonly Diagnostic[]> {
    const textDocument = { uri: this.uri };
    const report = await this.#client.request<DocumentDiagnosticReport>('textDocument/diagnostic', { textDocument });
    assert.equal(report.kind, 'full');
    return report.kind === 'full' ? report.items : [];
  }

  /** What is underlined, with its rule. */
  async told(): Promise<readonly string[]> {
    return (await this.diagnostics()).map((item) => `${item.code}: ${this.#document.getText(item.range)}`);
  }

  async actions(on: string, only?: readonly string[]): Promise<readonly CodeAction[]> {
    const at = this.#document.positionAt(this.text.indexOf(on));
    return this.#client.request<CodeAction[]>('textDocument/codeAction', {
      textDocument: { uri: this.uri },
      range: { start: at, end: at },
      context: { diagnostics: [], ...(only && { only }) },
    });
  }

  /** The text after the edits of an action. */
  after(action: CodeAction | undefined): string {
    const edits: TextEdit[] | undefined = action?.edit?.changes?.[this.uri];
    assert.ok(edits, 'the action edits this document');
    return TextDocument.applyEdits(this.#document, edits);
  }

  async fixed(on: string, title: string): Promise<string> {
    const actions = await this.actions(on, ['quickfix']);
    const action = actions.find((item) => item.title === title);
    assert.ok(action, `"${title}" is among ${JSON.stringify(actions.map((item) => item.title))}`);
    return this.after(action);
  }

  async fixedAll(): Promise<string> {
    return this.after((await this.actions('', ['source.fixAll.vermagic']))[0]);
  }

  async hover(on: string): Promise<string> {
    const position = this.#document.positionAt(this.text.indexOf(on) + 1);
    const hover = await this.#client.request<Hover | null>('textDocument/hover', {
      textDocument: { uri: this.uri },
      position,
    });
    const contents = hover?.contents;
    return contents && typeof contents === 'object' && 'value' in contents ? contents.value : '';
  }

  completions(behind: string): Promise<CompletionItem[]> {
    const position = this.#document.positionAt(this.text.indexOf(behind) + behind.length);
    return this.#client.request('textDocument/completion', { textDocument: { uri: this.uri }, position });
  }

  links(): Promise<DocumentLink[]> {
    return this.#client.request('textDocument/documentLink', { textDocument: { uri: this.uri } });
  }
}

describe('texts over stdio', () => {
  let folder: string;
  let client: LspClient;

  before(async () => {
    folder = mkdtempSync(path.join(os.tmpdir(), 'vermagic-texts-'));
    writeFileSync(path.join(folder, 'versions.env'), 'L4T_VERSION=36.4.3\nKERNEL_RELEASE=5.15.148-tegra\n');
    client = new LspClient();
    await client.start(pathToFileURL(folder).href);
  });

  after(async () => {
    assert.equal(await client.stop(), 0, 'the server leaves politely');
    rmSync(folder, { recursive: true });
  });

  async function open(name: string, languageId: string, text: string): Promise<OpenText> {
    const document = new OpenText(client, pathToFileURL(path.join(folder, name)).href, languageId, text);
    await document.open();
    return document;
  }

  it('a shell script: findings follow every edit', async () => {
    const script = await open('load.sh', 'shellscript', '#!/bin/sh\nset -e\nmodprobe -v orca\n');
    assert.deepEqual(await script.told(), []);
    await script.replace('-v', '-f');
    assert.deepEqual(await script.told(), ['force-load: -f']);
    await script.replace('set -e', 'set -e\nPKG=nvidia-l4t-kernel\nsudo apt-get install -y $PKG');
    assert.deepEqual(await script.told(), ['forbidden-package: $PKG', 'force-load: -f']);
    await script.replace('PKG=nvidia-l4t-kernel', 'PKG=jq');
    assert.deepEqual(await script.told(), ['force-load: -f']);
    await script.replace('modprobe -f orca', 'echo "modprobe -f orca"');
    assert.deepEqual(await script.told(), []);
    await script.close();
  });

  it('quick fixes keep quotes, continuation lines and line ends', async () => {
    const text = [
      '#!/bin/bash',
      'apt-get install -y \\',
      '    jq \\',
      '    "nvidia-l4t-kernel" \\',
      '    git',
      "ssh root@orin 'insmod --force-vermagic /tmp/orca.ko debug=1'",
      '',
    ].join('\r\n');
    const script = await open('crlf.sh', 'shellscript', text);
    assert.deepEqual(await script.told(), ['forbidden-package: "nvidia-l4t-kernel"', 'force-load: --force-vermagic']);
    const without = text.replace('    "nvidia-l4t-kernel" \\\r\n', '');
    assert.equal(await script.fixed('"nvidia', 'Leave nvidia-l4t-kernel out'), without);
    assert.equal(
      await script.fixed('--force', 'Remove --force-vermagic'),
      text.replace('insmod --force-vermagic /tmp', 'insmod /tmp'),
    );
    assert.equal(
      await script.fixed('"nvidia', 'Hold nvidia-l4t-kernel first'),
      text.replace('apt-get install', 'apt-mark hold nvidia-l4t-kernel\r\napt-get install'),
    );
    assert.equal(
      await script.fixed('--force', 'Silence force-load here, with a reason'),
      text.replace('ssh root', '# vermagic disable=force-load -- the reason why this is right here\r\nssh root'),
    );
    assert.equal(await script.fixedAll(), without.replace('insmod --force-vermagic /tmp', 'insmod /tmp'));
    const rebuild = (await script.actions('--force')).find((item) => item.title === 'Rebuild in Container instead');
    assert.equal(rebuild?.command?.command, 'vermagic.rebuildInContainer');
  });

  it('an upgrade gets a hold and a pin before it', async () => {
    const script = await open('upgrade.sh', 'shellscript', 'if true; then\n  sudo apt-get dist-upgrade -y\nfi\n');
    assert.deepEqual(await script.told(), ['unguarded-upgrade: apt-get dist-upgrade']);
    const fixed = await script.fixed('apt-get', 'Hold and pin the kernel packages first');
    const [first, hold, pin, upgrade, ...rest] = fixed.split('\n');
    assert.deepEqual([first, upgrade, ...rest], ['if true; then', '  sudo apt-get dist-upgrade -y', 'fi', '']);
    assert.match(hold ?? '', /^ {2}sudo apt-mark hold .*nvidia-l4t-kernel/);
    assert.match(pin ?? '', /^ {2}printf '.*Pin-Priority: -1.*' \| sudo tee \/etc\/apt\/preferences\.d\//);
    await script.replace('  sudo', `${hold}\n${pin}\n  sudo`);
    assert.deepEqual(await script.told(), [], 'what the fix writes is what the rule wants');
  });

  it('a Dockerfile: places in continued and exec forms', async () => {
    const text =
      'FROM ubuntu\nRUN apt-get update && \\\n    apt-get install -y nvidia-l4t-kernel git\nRUN ["insmod", "-f", "/x.ko"]\n';
    const file = await open('Dockerfile', 'dockerfile', text);
    assert.deepEqual(await file.told(), ['forbidden-package: nvidia-l4t-kernel', 'force-load: "-f"']);
    assert.equal(await file.fixedAll(), text.replace('nvidia-l4t-kernel git', 'git').replace('"-f", ', ''));
    await file.replace('FROM ubuntu\n', 'FROM ubuntu\nENV A=1\n');
    assert.deepEqual(
      (await file.diagnostics()).map((item) => item.range.start.line),
      [3, 4],
    );
  });

  it('a workflow: places in its run steps', async () => {
    mkdirSync(path.join(folder, '.github/workflows'), { recursive: true });
    const text =
      'on: push\njobs:\n  a:\n    runs-on: x\n    steps:\n      - run: |\n          set -e\n          sudo rmmod -f orca\n      - run: sudo modprobe --force orca\n';
    const file = await open('.github/workflows/ci.yml', 'yaml', text);
    assert.deepEqual(await file.told(), ['force-unload: -f', 'force-load: --force']);
    assert.equal(await file.fixedAll(), text.replace('rmmod -f', 'rmmod').replace('modprobe --force', 'modprobe'));
  });

  it('hovers explain a flag, a package, a module and a taint value', async () => {
    const script = await open(
      'hover.sh',
      'shellscript',
      'insmod -f x.ko\napt install nvidia-l4t-kernel\nif [ "$(cat /proc/sys/kernel/tainted)" = 4097 ]; then exit 1; fi\n',
    );
    assert.match(await script.hover('-f'), /skips the vermagic check and the CRC check/);
    assert.match(await script.hover('nvidia-l4t'), /is forbidden by the policy/);
    assert.match(await script.hover('x.ko'), /Module \*\*x\*\* from this file/);
    const taint = await script.hover('4097');
    assert.match(taint, /\bP\b/);
    assert.match(taint, /\bO\b/);
  });

  it('suppression comments: completion, links to the rule, silence, and the want of a reason', async () => {
    const script = await open('quiet.sh', 'shellscript', 'true\n# vermagic disable=force-l\ninsmod -f x.ko\n');
    const completion = (await script.completions('disable=force-l')).find((item) => item.label === 'force-load');
    assert.ok(completion?.textEdit && 'range' in completion.textEdit, 'force-load is offered');
    assert.deepEqual(completion.textEdit, {
      range: { start: { line: 1, character: 19 }, end: { line: 1, character: 26 } },
      newText: 'force-load',
    });
    await script.replace('force-l\n', 'force-load\n');
    assert.ok((await script.told()).some((line) => line.startsWith('suppression-without-reason: ')));
    await script.replace('force-load\n', 'force-load -- bring-up of a dead board\n');
    assert.deepEqual(await script.told(), []);
    const [link] = await script.links();
    assert.match(link?.target ?? '', /force-load/);
    assert.deepEqual(link?.range.start, { line: 1, character: 19 });
  });

  it('a kernel configuration and a pin file are answered too', async () => {
    const config = await open('.config', 'kconfig-dotconfig', 'CONFIG_MODULES=y\nCONFIG_MODULES=n\n');
    assert.ok((await config.told()).length > 0, 'the symbol is set twice');
    const pins = await open('versions.env', 'kernel-env', 'L4T_VERSION=36.4.3\nKERNEL_RELEASE=5.15.148-tegra\n');
    const definition = await client.request<unknown[]>('textDocument/definition', {
      textDocument: { uri: pins.uri },
      position: { line: 1, character: 3 },
    });
    assert.equal(definition.length, 1);
  });

  it('a client that does not pull gets the findings pushed, and taken away', async () => {
    const pushed = new LspClient();
    const capabilities = { textDocument: { publishDiagnostics: {} } };
    const { capabilities: server } = await pushed.start(pathToFileURL(folder).href, capabilities);
    assert.equal(server.diagnosticProvider, undefined);
    const uri = pathToFileURL(path.join(folder, 'pushed.sh')).href;
    const script = new OpenText(pushed, uri, 'shellscript', 'insmod -f x.ko\n');
    const count = () => pushed.diagnostics.get(uri)?.length;
    await script.open();
    await pushed.until('the finding', () => count() === 1);
    await script.replace('-f ', '');
    await pushed.until('no finding after the edit', () => count() === 0);
    await script.replace('insmod', 'insmod -f');
    await pushed.until('the finding again', () => count() === 1);
    await script.close();
    await pushed.until('nothing stays of a closed file', () => count() === 0);
    assert.equal(await pushed.stop(), 0);
  });
});
