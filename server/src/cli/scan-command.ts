import type { ScanReport } from '@vermagic/shared';
import type { Ports } from '../ports/ports.ts';
import { Policy } from '../rules/policy.ts';
import type { RuleLevels } from '../service/module-checker.ts';
import type { ProjectFile } from '../service/project-file.ts';
import { type KernelToScan, scanTree } from '../service/tree-scan.ts';
import { type CliIo, exitStatus, UsageError } from './cli-io.ts';
import { type Arguments, type Command, formatOption } from './command.ts';
import { formatOf, json } from './output-format.ts';
import { findProject, isBroken, projectFindings } from './project.ts';
import { inSarifOrder, partsOf, scanFindings } from './scan-findings.ts';
import { ProgressLine, scanOptions, shardOf, statusOfScan, threadsOf } from './scan-options.ts';
import { folderOf, kernelOfMachine, kernelsOfBuildTree, kernelsOfRootfs, recipeOf } from './scan-places.ts';
import { scanText } from './scan-text.ts';
import { styleFor } from './style.ts';

export const scanCommand: Command = {
  name: 'scan',
  operands: '',
  summary: 'Looks at all modules of a root file system, build tree or running machine as one.',
  options: {
    rootfs: { type: 'string', operand: 'DIR', help: 'a root file system: every kernel under lib/modules' },
    'build-tree': { type: 'string', operand: 'DIR', help: 'a folder of modules, or a kernel build tree' },
    live: { type: 'boolean', help: 'this machine' },
    ssh: { type: 'string', operand: 'HOST', help: 'with --live: that machine, which is only read' },
    target: {
      type: 'string',
      short: 't',
      operand: 'T',
      help: 'the kernel to compare with, by path or by its name in vermagic.json (default: the one in the tree)',
    },
    shard: { type: 'string', operand: 'I/N', help: 'only the I-th of N parts of the modules; see merge' },
    ...scanOptions,
    ...formatOption,
  },
  run,
};

/** What one call scans. */
interface Subject {
  readonly root: string;
  readonly pathPrefix: string;
  readonly kernels: readonly KernelToScan[];
}

async function run(args: Arguments, io: CliIo, ports: Ports, version: string): Promise<number> {
  const format = formatOf(args);
  const shard = shardOf(args);
  const threads = threadsOf(args, io);
  if (args.operands.length > 0)
    throw new UsageError(`${args.operands[0]}: say what it is, with --rootfs or --build-tree.`);
  // Threads take a while to start: they do it while the target is read here.
  const pool = threads > 1 ? io.platform?.startThreads(threads - 1) : undefined;
  const progress = new ProgressLine(io);
  let dispose: (() => void) | undefined;
  try {
    const project = await findProject(io, ports);
    const subject = await subjectOf(args, io, ports, project, (end) => {
      dispose = end;
    });
    const policy = project === undefined ? {} : (await import('../service/project-file.ts')).policyOfProject(project);
    const levels: RuleLevels = policy.levels ?? {};
    const cache = args.flag('no-cache') ? undefined : io.platform?.createCache(ports.logger);
    const { report } = await scanTree(
      ports,
      { pool, reader: io.platform?.createReader(), progress: progress.report },
      {
        ...subject,
        levels,
        policy: new Policy(policy),
        markerFolders: project === undefined ? [] : [project.uri.slice(0, project.uri.lastIndexOf('/'))],
        shard,
        treeRules: args.value('build-tree') === undefined,
        cache,
        version,
      },
    );
    progress.clear();
    await print(report, { project, pathPrefix: subject.pathPrefix }, format, args, io, version);
    return isBroken(project) ? exitStatus.usage : statusOfScan(report);
  } finally {
    progress.clear();
    dispose?.();
    await pool?.close();
  }
}

async function subjectOf(
  args: Arguments,
  io: CliIo,
  ports: Ports,
  project: ProjectFile | undefined,
  onDispose: (end: () => void) => void,
): Promise<Subject> {
  const rootfs = args.value('rootfs');
  const tree = args.value('build-tree');
  const asked = [rootfs, tree, args.flag('live') ? '' : undefined].filter((one) => one !== undefined);
  if (asked.length !== 1) throw new UsageError('name one of --rootfs DIR, --build-tree DIR and --live.');
  const name = args.value('target');
  const recipe = name === undefined ? undefined : await recipeOf(name, io, ports, project);
  const operand = rootfs ?? tree;
  if (operand !== undefined) {
    if (args.value('ssh') !== undefined) throw new UsageError('--ssh goes with --live.');
    const root = await folderOf(operand, io, ports);
    const find = rootfs === undefined ? kernelsOfBuildTree : kernelsOfRootfs;
    return {
      root,
      pathPrefix: operand.endsWith('/') ? operand : `${operand}/`,
      kernels: await find(root, operand, ports, recipe),
    };
  }
  const { platform } = io;
  const host = args.value('ssh');
  if (host !== undefined) {
    const mirror = await platform?.mirror(host, (message) => io.err(`vermagic: ${message}\n`));
    if (mirror === undefined || 'problem' in mirror)
      throw new UsageError(`--ssh ${host}: ${mirror?.problem ?? 'not available here'}`);
    onDispose(() => mirror.dispose());
    const kernels = await kernelOfMachine(mirror.root, host, mirror.release, ports, mirror.problems);
    return { root: mirror.root, pathPrefix: `${host}:/`, kernels };
  }
  if (platform?.release === undefined)
    throw new UsageError('--live reads /proc and /lib/modules, which only Linux has.');
  return {
    root: 'file:///',
    pathPrefix: '/',
    kernels: await kernelOfMachine('file://', 'this machine', platform.release, ports),
  };
}

async function print(
  report: ScanReport,
  { project, pathPrefix }: { readonly project: ProjectFile | undefined; readonly pathPrefix: string },
  format: ReturnType<typeof formatOf>,
  args: Arguments,
  io: CliIo,
  version: string,
): Promise<void> {
  const place = { pathPrefix, cwd: io.cwd };
  const findings = () => [...projectFindings(project, io.cwd), ...scanFindings(report, place)];
  switch (format) {
    case 'text':
      io.out(scanText(report, { style: styleFor(io.colour), verbose: args.flag('verbose'), columns: io.columns }));
      return;
    case 'json':
      io.out(json(report));
      return;
    case 'sarif': {
      const { sarif } = await import('./sarif.ts');
      io.out(`${sarif(inSarifOrder(findings()), version, partsOf(report, place))}\n`);
      return;
    }
    case 'github': {
      const { githubAnnotations } = await import('./github.ts');
      io.out(githubAnnotations(findings()));
    }
  }
}
