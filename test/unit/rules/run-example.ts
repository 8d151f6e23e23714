import assert from 'node:assert/strict';
import { readFile } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { Language, Parser } from 'web-tree-sitter';
import type { Finding } from '../../../server/src/findings/finding.ts';
import { architectures } from '../../../server/src/kernel/architecture.ts';
import { parseKernelVersion } from '../../../server/src/kernel/kernel-version.ts';
import { parseSymvers } from '../../../server/src/kernel/symvers.ts';
import type { TargetKernel } from '../../../server/src/kernel/target-kernel.ts';
import { fileUri } from '../../../server/src/ports/uri.ts';
import { Policy } from '../../../server/src/rules/policy.ts';
import type { ExampleTarget, RuleExample } from '../../../server/src/rules/rule-example.ts';
import type { RuleContext } from '../../../server/src/rules/text-rule.ts';
import { KconfigStore } from '../../../server/src/service/config-kconfig-store.ts';
import { lintDocument } from '../../../server/src/service/lint-document.ts';
import { loadPins } from '../../../server/src/service/pins-workspace.ts';
import { LineIndex } from '../../../server/src/text/line-index.ts';
import { MemoryFileSystem } from '../support/memory-file-system.ts';
import { shell } from './shell/lint-text.ts';

/** Runs one example as the editor and the command line would run it, and compares what is said. */
export async function runExample(example: RuleExample): Promise<void> {
  const findings = (await lintExample(example)).filter((finding) => finding.rule === example.rule);
  const told = findings.map((finding) => `${marked(example.text, finding)}: ${finding.message}`).join('\n');
  assert.equal(findings.length, example.finds.length, `findings of ${example.rule}:\n${told}`);
  for (const [index, expected] of example.finds.entries()) {
    const finding = findings[index];
    assert.ok(finding);
    assert.equal(marked(example.text, finding), expected.at);
    if (expected.line !== undefined) assert.equal((finding.where?.range.start.line ?? -1) + 1, expected.line);
    assert.ok(finding.message.includes(expected.says), `"${finding.message}" lacks "${expected.says}"`);
    if (expected.severity !== undefined) assert.equal(finding.severity, expected.severity);
    if (expected.fixed !== undefined) assert.equal(fixed(example.text, finding), expected.fixed);
    if (expected.noFix)
      assert.deepEqual(
        (finding.fixes ?? []).filter((fix) => !fix.title.startsWith('Silence')),
        [],
      );
  }
}

export async function lintExample(example: RuleExample): Promise<Finding[]> {
  const files = new MemoryFileSystem({ ...example.files, [example.path]: example.text });
  const uri = fileUri(example.path);
  const pins = await loadPins(files, 'file:///w');
  const providers = Object.entries(example.files ?? {})
    .filter(([path]) => path.endsWith('/Module.symvers') && path.startsWith('/w/'))
    .map(([path, text]) => ({ uri: fileUri(path), table: parseSymvers(text, { label: path }).value }));
  const context: RuleContext = {
    policy: new Policy(),
    files,
    workspaceUri: 'file:///w',
    pins,
    providers,
    cParser: await cParser(),
    shell,
    ...(example.target && { targets: [targetOf(example.target)] }),
    ...(example.kernelSource !== undefined && {
      kconfig: new KconfigStore(files, { sources: [fileUri(example.kernelSource)] }),
    }),
  };
  return lintDocument({ uri, text: example.text }, context);
}

let parser: Promise<Parser> | undefined;

function cParser(): Promise<Parser> {
  parser ??= (async () => {
    await Parser.init();
    const path = createRequire(import.meta.url).resolve('tree-sitter-c/tree-sitter-c.wasm');
    const made = new Parser();
    made.setLanguage(await Language.load(new Uint8Array(await readFile(path))));
    return made;
  })();
  return parser;
}

export function targetOf(target: ExampleTarget): TargetKernel {
  const origin = { label: `the modules of ${target.name}` };
  const release = target.vermagic.split(' ', 1)[0] ?? '';
  const version = parseKernelVersion(target.version ?? release);
  const symvers = (target.symbols ?? [])
    .map((symbol) => symbol.split('@'))
    .map(([name, namespace = '']) => `0x00000001\t${name}\tvmlinux\tEXPORT_SYMBOL\t${namespace}\n`)
    .join('');
  return {
    name: target.name,
    origins: [origin],
    architecture: { value: architectures[target.architecture ?? 'arm64'], origin },
    release: { value: release, origin },
    version: version && { value: version, origin },
    vendor: undefined,
    config: undefined,
    vermagic: { value: target.vermagic, origin },
    symbols: target.symbols && parseSymvers(symvers, origin).value,
    structModuleSize: undefined,
    trustedKeys: undefined,
    sigEnforce: undefined,
    lockdown: undefined,
    moduleBlacklist: undefined,
    hasBtf: undefined,
    problems: [],
  };
}

function marked(text: string, finding: Finding): string {
  const lines = new LineIndex(text);
  const range = finding.where?.range;
  return range === undefined ? '' : text.slice(lines.offsetAt(range.start), lines.offsetAt(range.end));
}

function fixed(text: string, finding: Finding): string {
  const fix = finding.fixes?.[0];
  assert.equal(fix?.kind, 'edit', 'there is a fix');
  if (fix?.kind !== 'edit') return text;
  const lines = new LineIndex(text);
  const edits = [...fix.edits].sort((a, b) => lines.offsetAt(b.range.start) - lines.offsetAt(a.range.start));
  let result = text;
  for (const edit of edits) {
    result =
      result.slice(0, lines.offsetAt(edit.range.start)) + edit.newText + result.slice(lines.offsetAt(edit.range.end));
  }
  return result;
}
