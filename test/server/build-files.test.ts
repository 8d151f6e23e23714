import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { after, before, describe, it } from 'node:test';
import { fileURLToPath } from 'node:url';
import { type Difference, method } from '@vermagic/shared';
import type {
  CodeAction,
  CodeLens,
  CompletionItem,
  Diagnostic,
  DocumentDiagnosticReport,
  DocumentLink,
  DocumentSymbol,
  Hover,
  Location,
  MarkupContent,
  SymbolInformation,
  TextEdit,
  WorkspaceEdit,
} from 'vscode-languageserver/node';
import { TextDocument } from 'vscode-languageserver-textdocument';
import { BuildWorkspace } from './build-workspace.ts';
import { LspClient } from './lsp-client.ts';

describe('build files over stdio', () => {
  const workspace = new BuildWorkspace();
  const client = new LspClient();
  const documents = new Map<string, TextDocument>();

  before(async () => {
    await client.start(workspace.uri);
  });
  after(async () => {
    await client.stop();
    workspace.remove();
  });

  /** Opens a file of the workspace, or gives it another text. */
  async function open(name: string, languageId: string, text?: string): Promise<TextDocument> {
    const uri = workspace.uriOf(name);
    const content = text ?? readFileSync(fileURLToPath(uri), 'utf8');
    const version = (documents.get(name)?.version ?? 0) + 1;
    if (version === 1)
      await client.connection.sendNotification('textDocument/didOpen', {
        textDocument: { uri, languageId, version, text: content },
      });
    else
      await client.connection.sendNotification('textDocument/didChange', {
        textDocument: { uri, version },
        contentChanges: [{ text: content }],
      });
    const document = TextDocument.create(uri, languageId, version, content);
    documents.set(name, document);
    return document;
  }

  /** The place of `word` in a document, `offset` letters into it. */
  function at(document: TextDocument, word: string, offset = 1) {
    const index = document.getText().indexOf(word);
    assert.ok(index >= 0, `${word} is in ${document.uri}`);
    return { textDocument: { uri: document.uri }, position: document.positionAt(index + offset) };
  }

  const ask = <Result>(what: string, params: unknown) => client.request<Result>(`textDocument/${what}`, params);
  const hover = async (document: TextDocument, word: string) =>
    ((await ask<Hover | null>('hover', at(document, word)))?.contents as MarkupContent | undefined)?.value ?? '';
  const lenses = async (document: TextDocument) =>
    (await ask<CodeLens[]>('codeLens', { textDocument: { uri: document.uri } })).map(({ command }) => command?.title);
  const places = (found: readonly Location[]) =>
    found.map(({ uri, range }) => `${uri.slice(workspace.uri.length + 1)}:${range.start.line + 1}`);

  it('above .config stands the vermagic of its build, and the target that it fits', async () => {
    const config = await open('kernel/src/.config', 'kconfig-dotconfig');
    assert.deepEqual(await lenses(config), [
      '→ 6.1.0-56-rt-arm64 SMP preempt_rt mod_unload modversions aarch64 · matches orin-rt',
    ]);
    const stock = config.getText().replace('CONFIG_PREEMPT_RT=y', '# CONFIG_PREEMPT_RT is not set');
    const [title] = await lenses(await open('kernel/src/.config', 'kconfig-dotconfig', stock));
    assert.match(title ?? '', /orin-rt: has "preempt_rt"/);
    await open('kernel/src/.config', 'kconfig-dotconfig', config.getText());
  });

  it('above each module of obj-m stands its verdict for the selected target', async () => {
    const kbuild = await open('source/mine/Kbuild', 'kbuild');
    const [mine, dma, absent] = await lenses(kbuild);
    assert.equal(mine, '✓ mine.ko loads on orin-rt · 1 warning');
    assert.match(
      dma ?? '',
      /^✗ orca_dma\.ko is refused by orin-rt: .*__get_free_pages.* · rootfs\/lib\/modules\/.*\/orca$/,
    );
    assert.equal(absent, 'absent.ko is not built');
    await client.request(method.selectTarget, { name: 'orin-stock' });
    assert.match((await lenses(kbuild))[0] ?? '', /^✗ mine\.ko is refused by orin-stock/);
    await client.request(method.selectTarget, { name: null });
    const [short, reason] = await lenses(await open('source/mine/Kbuild', 'kbuild', 'obj-m += mine.o orca_dma.o\n'));
    assert.equal(short, '✓ mine.ko');
    assert.match(reason ?? '', /^✗ orca_dma\.ko: .*__get_free_pages/);
  });

  it('hover: a symbol of .config with its effect, its value in the targets, Kconfig', async () => {
    const text = await hover(await open('kernel/src/.config', 'kconfig-dotconfig'), 'CONFIG_PREEMPT_RT');
    assert.match(text, /Fully Preemptible Kernel \(Real-Time\)/);
    assert.match(text, /Puts "preempt_rt" into vermagic/);
    assert.match(text, /orin-rt: `y`/);
    assert.match(text, /orin-stock: `not set`/);
    assert.match(text, /turns the kernel into a real-time kernel/);
  });

  it('definition and references of a symbol lead into Kconfig and Makefiles', async () => {
    const config = await open('kernel/src/.config', 'kconfig-dotconfig');
    const place = at(config, 'CONFIG_NET_DSA');
    assert.deepEqual(places(await ask('definition', place)), ['kernel/src/net/Kconfig:4']);
    const references = await ask<Location[]>('references', { ...place, context: { includeDeclaration: true } });
    assert.deepEqual(places(references), ['kernel/src/net/Kconfig:4', 'kernel/src/net/Makefile:1']);
    const kconfig = await open('kernel/src/net/Kconfig', 'kconfig');
    assert.deepEqual(places(await ask('definition', at(kconfig, 'depends on NET', 12))), ['kernel/src/net/Kconfig:1']);
  });

  it('completion: names and values of .config, providers of KBUILD_EXTRA_SYMBOLS', async () => {
    const config = await open(
      'kernel/src/other.config',
      'kconfig-dotconfig',
      'CONFIG_ARM64=y\nCONFIG_NET_\nCONFIG_NET_DSA=\n',
    );
    const offered = async (document: TextDocument, line: number) =>
      (
        await ask<CompletionItem[]>('completion', {
          textDocument: { uri: document.uri },
          position: { line, character: 999 },
        })
      ).map(({ textEdit }) => textEdit?.newText);
    const end = async (document: TextDocument, line: number) => {
      const length = document.getText().split('\n')[line]?.length ?? 0;
      const position = { line, character: length };
      const items = await ask<CompletionItem[]>('completion', { textDocument: { uri: document.uri }, position });
      return items.map(({ textEdit }) => textEdit?.newText);
    };
    assert.deepEqual(await end(config, 1), ['CONFIG_NET_DSA']);
    assert.deepEqual(await end(config, 2), ['y', 'm', 'n']);
    assert.ok(Array.isArray(await offered(config, 0)), 'a column beyond the line is no error');
    const kbuild = await open('source/mine/Makefile', 'kbuild', 'KBUILD_EXTRA_SYMBOLS := \nobj-m += mine.o\n');
    assert.deepEqual((await end(kbuild, 0)).toSorted(), [
      '$(src)/../orca/Module.symvers',
      '$(src)/../skua/Module.symvers',
    ]);
  });

  it('Module.symvers: hover names importers, and the CRC in the other target', async () => {
    const symvers = await open('kernel/build-rt/Module.symvers', 'module-symvers');
    const text = await hover(symvers, '__get_free_pages');
    assert.match(text, /exported by the kernel itself/);
    assert.match(text, /Imported by .*orca_dma\.ko/);
    assert.match(
      await hover(symvers, '__ethtool_get_link_ksettings'),
      /orin-stock: CRC `0x[0-9a-f]{8}`, \*\*differs\*\*/,
    );
    const provider = await open('source/orca/Module.symvers', 'module-symvers');
    assert.match(await hover(provider, 'orca_queue_submit'), /exported by orca_npu\.ko\n/);
  });

  it('workspace symbols are the exports; outlines are modules and menus', async () => {
    const found = await client.request<SymbolInformation[]>('workspace/symbol', { query: 'orca_queue_open' });
    assert.deepEqual(
      found.map(({ name, location }) => [name, places([location])[0]]),
      [['orca_queue_open', 'source/orca/Module.symvers:1']],
    );
    const kbuild = await open('source/mine/Kbuild', 'kbuild');
    const outline = await ask<DocumentSymbol[]>('documentSymbol', { textDocument: { uri: kbuild.uri } });
    assert.deepEqual(
      outline.map(({ name }) => name),
      ['mine.ko', 'orca_dma.ko', 'absent.ko'],
    );
    const links = await ask<DocumentLink[]>('documentLink', { textDocument: { uri: kbuild.uri } });
    assert.ok(links.some(({ target }) => target === workspace.uriOf('source/mine/mine.c')));
  });

  it('a pin is found from its use, and renamed everywhere', async () => {
    const script = await open('scripts/common.sh', 'shellscript');
    const use = at(script, '{KERNEL_BASE_VERSION}', 3);
    assert.deepEqual(places(await ask('definition', use)), ['versions.env:2']);
    const edit = await ask<WorkspaceEdit>('rename', { ...use, newName: 'LINUX_VERSION' });
    const touched = Object.keys(edit.changes ?? {}).map((uri) => uri.slice(workspace.uri.length + 1));
    assert.deepEqual(touched.toSorted(), ['Makefile', 'scripts/common.sh', 'versions.env']);
    await assert.rejects(ask('rename', { ...use, newName: 'two words' }), /is no name of a variable/);
  });

  it('a line of a log leads to the file of the module it is about', async () => {
    const log = await open('boot.dmesg', 'kernel-log');
    const [finding] = await diagnostics(log);
    assert.equal(finding?.code, 'load-refusal');
    assert.match(finding.relatedInformation?.[0]?.location.uri ?? '', /updates\/orca\/orca_dma\.ko$/);
  });

  async function diagnostics(document: TextDocument): Promise<Diagnostic[]> {
    const report = await ask<DocumentDiagnosticReport>('diagnostic', { textDocument: { uri: document.uri } });
    return report.kind === 'full' ? report.items : [];
  }

  /** What a file is after the first quick fix of a rule with these words in its title. */
  async function fixed(document: TextDocument, rule: string, title: string): Promise<string> {
    const found = (await diagnostics(document)).filter(({ code }) => code === rule);
    assert.ok(found.length > 0, `${rule} is found`);
    const titles: string[] = [];
    for (const { range } of found) {
      const params = {
        textDocument: { uri: document.uri },
        range,
        context: { diagnostics: found, only: ['quickfix'] },
      };
      for (const action of await ask<CodeAction[]>('codeAction', params)) {
        titles.push(action.title);
        const edits: TextEdit[] | undefined = action.edit?.changes?.[document.uri];
        if (action.diagnostics?.[0]?.code === rule && action.title.includes(title) && edits)
          return TextDocument.applyEdits(document, edits);
      }
    }
    return assert.fail(`no fix "${title}" among ${titles.join(', ')}`);
  }

  const head =
    '# Linux/arm64 6.1.192 Kernel Configuration\nCONFIG_ARM64=y\nCONFIG_64BIT=y\nCONFIG_SMP=y\nCONFIG_MODULES=y\n';
  const fixes = [
    { rule: 'config-syntax', of: 'CONFIG_NET = y\n', title: 'CONFIG_NET=y', to: 'CONFIG_NET=y\n' },
    { rule: 'config-syntax', of: '# CONFIG_NET not set\n', title: 'is not set', to: '# CONFIG_NET is not set\n' },
    { rule: 'config-value-type', of: 'CONFIG_NET="y"\n', title: 'CONFIG_NET=y', to: 'CONFIG_NET=y\n' },
    { rule: 'config-duplicate', of: 'CONFIG_NET=n\nCONFIG_NET=y\n', title: '', to: 'CONFIG_NET=y\n' },
    {
      rule: 'config-dependency',
      of: 'CONFIG_NET_DSA=m\n',
      title: 'as Kconfig will',
      to: '# CONFIG_NET_DSA is not set\n',
    },
    { rule: 'config-dependency', of: 'CONFIG_NTE=y\n', title: 'Remove the line', to: '' },
    {
      rule: 'localversion-plus',
      of: 'CONFIG_LOCALVERSION_AUTO=y\n',
      title: 'Unset',
      to: '# CONFIG_LOCALVERSION_AUTO is not set\n',
    },
    {
      rule: 'force-load-enabled',
      of: 'CONFIG_MODULE_FORCE_LOAD=y\n',
      title: '',
      to: '# CONFIG_MODULE_FORCE_LOAD is not set\n',
    },
  ];
  for (const { rule, of, title, to } of fixes) {
    it(`quick fix of ${rule}: ${of.trim()}`, async () => {
      assert.equal(
        await fixed(await open('kernel/src/.config', 'kconfig-dotconfig', head + of), rule, title),
        head + to,
      );
    });
  }

  it('quick fix of preempt-drift sets the model of the target', async () => {
    const config = await open(
      'kernel/src/.config',
      'kconfig-dotconfig',
      `${head}# CONFIG_PREEMPT_RT is not set\nCONFIG_PREEMPT_NONE=y\n`,
    );
    assert.match(await fixed(config, 'preempt-drift', 'PREEMPT_RT'), /^CONFIG_PREEMPT_RT=y$/m);
  });

  const kbuildFixes = [
    { rule: 'kbuild-object-missing', of: 'obj-m := mine.c\n', title: 'mine.o', to: 'obj-m := mine.o\n' },
    {
      rule: 'kbuild-unknown-variable',
      of: 'obj-m := absent.o\nccflag-y += -DX\n',
      title: 'ccflags-y',
      to: 'obj-m := absent.o\nccflags-y += -DX\n',
    },
    {
      rule: 'extra-symbols-missing',
      of: 'obj-m := mine.o\n',
      title: 'Add $(src)/../orca/Module.symvers',
      to: 'KBUILD_EXTRA_SYMBOLS += $(src)/../orca/Module.symvers\nobj-m := mine.o\n',
    },
    {
      rule: 'extra-symbols-missing',
      of: 'KBUILD_EXTRA_SYMBOLS := $(src)/../orka/Module.symvers\nobj-m := absent.o\n',
      title: 'Use $(src)/../orca/Module.symvers',
      to: 'KBUILD_EXTRA_SYMBOLS := $(src)/../orca/Module.symvers\nobj-m := absent.o\n',
    },
  ];
  for (const { rule, of, title, to } of kbuildFixes) {
    it(`quick fix of ${rule}: ${title}`, async () => {
      assert.equal(await fixed(await open('source/mine/Kbuild', 'kbuild', of), rule, title), to);
    });
  }

  it('quick fix of a pin that disagrees', async () => {
    const pins = await open('EXPECTED_VERMAGIC', 'plaintext', '6.1.0-56-arm64 SMP mod_unload modversions aarch64\n');
    const found = await diagnostics(pins);
    assert.ok(
      found.some(({ code }) => code === 'pins-inconsistent'),
      JSON.stringify(found.map(({ code }) => code)),
    );
    assert.match(found[0]?.relatedInformation?.[0]?.location.uri ?? '', /versions\.env$/);
  });

  it('two files come as the two sides of a diff editor; what cannot be compared is an error with a reason', async () => {
    const params = {
      uri: workspace.uriOf('kernel/build-rt/Module.symvers'),
      with: workspace.uriOf('kernel/build-stock/Module.symvers'),
    };
    const { title, left, right } = await client.request<Difference>(method.compareFiles, params);
    assert.match(title, /^Module\.symvers: \d+ changes?, \d+ breaks? modules, \d+ symbols? the same$/);
    const row = (text: string) => text.split('\n').find((line) => line.startsWith('__ethtool_get_link_ksettings '));
    assert.notEqual(row(left.text), row(right.text));
    const config = { uri: workspace.uriOf('kernel/build-rt/.config'), with: workspace.uriOf('Makefile') };
    await assert.rejects(client.request(method.compareFiles, config), /Makefile is no kernel configuration/);
  });
});
