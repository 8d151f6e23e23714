/**
 * Compares what `inspect` reports with what kmod's `modinfo` and `modprobe --dump-modversions` print, for every module
 * of real root file systems: VERMAGIC_REAL_ROOTFS, a list of folders separated by `:`.
 */
import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import { after, describe, it } from 'node:test';
import { pathToFileURL } from 'node:url';
import { promisify } from 'node:util';
import type { InspectReport } from '@vermagic/shared';
import { hex } from '../../server/src/module/hex.ts';
import type { KernelModule } from '../../server/src/module/kernel-module.ts';
import { openKernelModule } from '../../server/src/module/open-kernel-module.ts';
import { NodeDecompressor } from '../../server/src/node/node-decompressor.ts';
import { NodeFileSystem } from '../../server/src/node/node-file-system.ts';
import { inspectReport } from '../../server/src/service/inspect-report.ts';

const run = promisify(execFile);
const ports = { files: new NodeFileSystem(), decompressor: new NodeDecompressor() };
const rootfs = (process.env['VERMAGIC_REAL_ROOTFS'] ?? '').split(':').filter((path) => path !== '');
const filesPerCall = 100;

describe('inspect agrees with kmod', {
  skip: rootfs.length === 0 && 'VERMAGIC_REAL_ROOTFS names no root file system',
}, () => {
  for (const root of rootfs) {
    const counts = { modules: 0, fields: 0, crcs: 0 };
    let differing = 0;

    it(`modinfo, every field of every module of ${root}`, async () => {
      const differences: string[] = [];
      const paths = modulePaths(root);
      assert.ok(paths.length > 0, `${root} holds no modules`);
      for (let at = 0; at < paths.length; at += filesPerCall) {
        const batch = paths.slice(at, at + filesPerCall);
        const printed = await runModinfo(batch);
        for (const path of batch) {
          const module = await openKernelModule(ports, pathToFileURL(path).href);
          const ours = modinfoLines(inspectReport(module, path), module);
          const theirs = printed.get(path) ?? [];
          counts.modules++;
          counts.fields += theirs.length;
          if (ours.join('\0') !== theirs.join('\0')) differences.push(firstDifference(path, ours, theirs));
        }
      }
      differing += differences.length;
      assert.deepEqual(differences.slice(0, 5), []);
    });

    it(`modprobe --dump-modversions, every CRC of every module of ${root}`, async () => {
      const differences: string[] = [];
      const paths = modulePaths(root);
      for (let at = 0; at < paths.length; at += filesPerCall) {
        const batch = paths.slice(at, at + filesPerCall);
        const printed = await runDumpModversions(batch);
        for (const path of batch) {
          const theirs = printed.get(path) ?? [];
          const module = await openKernelModule(ports, pathToFileURL(path).href);
          const ours = inspectReport(module, path).versions.map(({ symbol, crc }) => `${crc}\t${symbol}`);
          counts.crcs += theirs.length;
          if (ours.join('\n') !== theirs.join('\n')) differences.push(firstDifference(path, ours, theirs));
        }
      }
      differing += differences.length;
      assert.deepEqual(differences.slice(0, 5), []);
    });

    after(() => {
      console.log(`${root}: ${JSON.stringify({ ...counts, differences: differing })}`);
    });
  }
});

/** `modinfo -0` of several files at once, split at the `filename:` line each begins with. */
async function runModinfo(paths: readonly string[]): Promise<Map<string, string[]>> {
  const { stdout } = await run('modinfo', ['-0', ...paths], { maxBuffer: 256 << 20 });
  const byPath = new Map<string, string[]>();
  let lines: string[] = [];
  for (const entry of stdout.split('\0')) {
    if (entry.startsWith('filename:')) {
      lines = [];
      byPath.set(entry.slice('filename:'.length).trim(), lines);
    } else if (entry !== '') {
      // kmod breaks the signature into lines of 20 bytes.
      lines.push(entry.startsWith('signature=') ? entry.replaceAll('\n\t\t', '') : entry);
    }
  }
  return byPath;
}

/** modprobe dumps one file a call; a shell loop makes the calls, each behind a line that names the file. */
async function runDumpModversions(paths: readonly string[]): Promise<Map<string, string[]>> {
  const loop = 'for f; do printf "file %s\\n" "$f"; modprobe --dump-modversions "$f" 2>/dev/null; done; :';
  const { stdout } = await run('sh', ['-c', loop, 'sh', ...paths], { maxBuffer: 256 << 20 });
  const byPath = new Map<string, string[]>();
  let lines: string[] = [];
  for (const line of stdout.split('\n')) {
    if (line.startsWith('file ')) {
      lines = [];
      byPath.set(line.slice('file '.length), lines);
    } else if (line !== '') {
      lines.push(line);
    }
  }
  return byPath;
}

/**
 * A report as kmod's modinfo prints it with -0: entries in file order, but parameters joined and last, the latest
 * first; the signature's fields behind the entries.
 */
function modinfoLines(report: InspectReport, module: KernelModule): string[] {
  const lines = report.modinfo
    .filter(([key]) => key !== 'parm' && key !== 'parmtype')
    .map(([key, value]) => `${key}=${value}`);
  if (report.signature !== null) {
    lines.push(`sig_id=${report.signature.id}`);
    lines.push(`signer=${report.signature.signer ?? ''}`);
    lines.push(`sig_key=${report.signature.keyId ?? ''}`);
    lines.push(`sig_hashalgo=${report.signature.hash ?? ''}`);
    lines.push(`signature=${hex(module.signature?.value ?? new Uint8Array(0))}`);
  }
  for (const { name, type, description } of [...report.parameters].reverse()) {
    const label = 'parm:'.padEnd(16);
    if (description === null) lines.push(`${label}${name}:${type}`);
    else lines.push(`${label}${name}:${description}${type === null ? '' : ` (${type})`}`);
  }
  return lines;
}

function firstDifference(path: string, ours: readonly string[], theirs: readonly string[]): string {
  const at = Math.max(
    0,
    ours.findIndex((line, index) => line !== theirs[index]),
  );
  const show = (line: string | undefined) => JSON.stringify(line)?.slice(0, 200);
  return `${path} line ${at}: ours ${show(ours[at])}, kmod's ${show(theirs[at])}`;
}

function modulePaths(root: string): string[] {
  const names = readdirSync(root, { recursive: true, encoding: 'utf8' });
  return names
    .filter((name) => /\.ko(\.(gz|xz|zst))?$/.test(name))
    .map((name) => join(root, name))
    .sort();
}
