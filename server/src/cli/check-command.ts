import type { CheckReport } from '@vermagic/shared';
import type { OpenedTarget } from '../kernel/kernel-part.ts';
import { withTrustedKeys } from '../kernel/trusted-keys.ts';
import type { LoadRequest } from '../loader/verdict.ts';
import type { KernelModule } from '../module/kernel-module.ts';
import { openKernelModule } from '../module/open-kernel-module.ts';
import type { Ports } from '../ports/ports.ts';
import { ModuleChecker, type RuleLevels } from '../service/module-checker.ts';
import { policyOfProject } from '../service/project-file.ts';
import { checkFindings } from './check-findings.ts';
import { checkText } from './check-text.ts';
import { type CliIo, exitStatus, UsageError } from './cli-io.ts';
import { type Arguments, type Command, formatOption } from './command.ts';
import { modulesOf } from './modules.ts';
import { findingsText, formatOf, json } from './output-format.ts';
import { findProject, isBroken, projectFindings } from './project.ts';
import { styleFor } from './style.ts';
import { targetsOf } from './targets.ts';
import { trustedKeysOf } from './trusted-keys.ts';
import { unreadableFinding } from './unreadable-finding.ts';

const lockdowns = ['none', 'integrity', 'confidentiality'] as const;

export const checkCommand: Command = {
  name: 'check',
  operands: 'KO|DIR…',
  summary: 'Says whether each module would load on each target, as the kernel would decide it.',
  options: {
    target: {
      type: 'string',
      multiple: true,
      short: 't',
      operand: 'T',
      help: 'a kernel: build tree, headers, root file system, image, package, `running`, or a name of vermagic.json (default: all of them, else the kernels found here)',
    },
    with: { type: 'string', multiple: true, operand: 'KO', help: 'a module that is loaded before' },
    param: {
      type: 'string',
      multiple: true,
      operand: 'NAME=VALUE',
      help: 'a module parameter, as insmod would pass it',
    },
    'sig-enforce': { type: 'boolean', help: 'as if booted with module.sig_enforce=1' },
    'trusted-key': {
      type: 'string',
      multiple: true,
      operand: 'FILE',
      help: 'a certificate (DER or PEM) enrolled on the target as Machine Owner Key',
    },
    lockdown: { type: 'string', operand: 'MODE', help: 'none, integrity or confidentiality' },
    'force-vermagic': { type: 'boolean', help: 'as modprobe --force-vermagic would load it' },
    'force-modversions': { type: 'boolean', help: 'as modprobe --force-modversion would load it' },
    verbose: { type: 'boolean', short: 'v', help: 'every finding in full (text format)' },
    ...formatOption,
  },
  run,
};

async function run(args: Arguments, io: CliIo, ports: Ports, version: string): Promise<number> {
  const format = formatOf(args);
  const request = requestOf(args);
  const left: string[] = [];
  const operands = await modulesOf(args.operands, io, ports, left);
  const keys = await trustedKeysOf(args.values('trusted-key'), io, ports);
  const project = await findProject(io, ports);
  const targets = (await targetsOf(args.values('target'), project, io, ports)).map((target) =>
    keys ? withTrustedKeys(target, keys.value, keys.origin) : target,
  );
  for (const target of targets.filter((candidate) => args.values('target').includes(candidate.name))) {
    if (!saysAnything(target)) throw new UsageError(nothingIn(target));
  }
  const loaded: KernelModule[] = [];
  for (const { path, uri } of args.values('with').length > 0 ? await modulesOf(args.values('with'), io, ports) : []) {
    const module = await openKernelModule(ports, uri);
    if (module.elf === undefined) throw new UsageError(`--with ${path}: ${module.problems[0]?.message}`);
    loaded.push(module);
  }
  const levels: RuleLevels = project ? (policyOfProject(project).levels ?? {}) : {};
  const checker = new ModuleChecker(ports);
  const reports: CheckReport[] = [];
  let unreadable = false;
  for (const { path, uri } of operands) {
    const module = await openKernelModule(ports, uri);
    unreadable ||= module.unreadable !== undefined;
    for (const target of targets) {
      const { report } = await checker.check(module, target, { request, loaded, levels, path });
      reports.push(report.check);
    }
  }
  for (const target of targets) {
    const late = target.lateKeys?.isRead ? (await target.lateKeys.get()).problems : [];
    for (const problem of [...target.problems, ...late])
      io.err(`vermagic: target ${target.name}: ${problem.message}\n`);
  }
  switch (format) {
    case 'text':
      io.out(checkText(reports, { style: styleFor(io.colour), verbose: args.flag('verbose'), columns: io.columns }));
      break;
    case 'json':
      io.out(json(reports));
      break;
    case 'sarif':
    case 'github': {
      const unread = left.map((problem) => unreadableFinding(problem, '.'));
      const findings = [...projectFindings(project, io.cwd), ...unread, ...checkFindings(reports)];
      io.out(await findingsText(format, findings, version));
    }
  }
  for (const problem of left) io.err(`vermagic check: ${problem}\n`);
  if (unreadable || left.length > 0 || isBroken(project)) return exitStatus.usage;
  return reports.some(isBad) ? exitStatus.findings : exitStatus.clean;
}

/** Whether a path that was named as a kernel is one. */
function saysAnything(target: OpenedTarget): boolean {
  const { release, vermagic, config, symbols, architecture, structModuleSize, version } = target;
  return [release, vermagic, config, symbols, architecture, structModuleSize, version].some(
    (fact) => fact !== undefined,
  );
}

function nothingIn(target: OpenedTarget): string {
  return `--target ${target.name}: ${target.problems[0]?.message ?? 'it says nothing of a kernel.'}`;
}

/** Refused, open, or something at error level besides. */
function isBad(report: CheckReport): boolean {
  return report.verdict !== 'loads' || report.findings.some((finding) => finding.severity === 'error');
}

function requestOf(args: Arguments): LoadRequest {
  const lockdown = args.value('lockdown');
  const mode = lockdowns.find((candidate) => candidate === lockdown);
  if (lockdown !== undefined && !mode)
    throw new UsageError(`--lockdown takes ${lockdowns.join(', ')}, not '${lockdown}'.`);
  const parameters = args.values('param');
  return {
    ...(args.flag('force-vermagic') ? { ignoreVermagic: true } : {}),
    ...(args.flag('force-modversions') ? { ignoreModversions: true } : {}),
    ...(args.flag('sig-enforce') ? { sigEnforce: true } : {}),
    ...(mode ? { lockdown: mode } : {}),
    ...(parameters.length > 0 ? { parameters: parameters.map(quoted).join(' ') } : {}),
  };
}

/** insmod hands its arguments over in one line, with those that hold spaces in quotes (kmod: insmod.c). */
function quoted(parameter: string): string {
  const [name, value] = [parameter.slice(0, parameter.indexOf('=')), parameter.slice(parameter.indexOf('=') + 1)];
  return parameter.includes('=') && value.includes(' ') ? `${name}="${value}"` : parameter;
}
