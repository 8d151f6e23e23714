import { limits } from '../../limits.ts';
import { joinUri } from '../../ports/uri.ts';
import { type ArchitectureName, architectures } from '../architecture.ts';
import { parseDotConfig } from '../dot-config.ts';
import { type Fact, fact, type Origin } from '../fact.ts';
import { structSizeFromBtf } from '../image/btf.ts';
import type { KernelPart } from '../kernel-part.ts';
import { parseBanner } from '../kernel-version.ts';
import type { Lockdown } from '../target-kernel.ts';
import { detectVendor } from '../vendor-detection.ts';
import { type SourcePorts, SourceReader } from './source-reader.ts';

/** What a running kernel says of itself in /proc and /sys. */
export interface RunningMachine extends KernelPart {
  readonly kind: 'running';
  /** `Linux version …`, from /proc/version. */
  readonly banner: Fact<string> | undefined;
  /** The number in /proc/sys/kernel/tainted. */
  readonly taint: Fact<number> | undefined;
  /** /proc/sys/kernel/modules_disabled: no module is loaded any more until the next boot. */
  readonly modulesDisabled: Fact<boolean> | undefined;
}

/**
 * Reads the running kernel through a FileSystem (`root` is the machine's `/`, so that another machine's files do as well).
 * /proc/config.gz exists with CONFIG_IKCONFIG_PROC only; the lockdown file needs securityfs. What is not there is simply not known.
 */
export async function readRunningMachine(
  ports: SourcePorts,
  root: string,
  machine = 'the running machine',
): Promise<RunningMachine> {
  const reader = new SourceReader(ports, root);
  const origin = (path: string): Origin => ({ label: `/${path} of ${machine}`, uri: joinUri(root, path) });
  const word = async (path: string): Promise<Fact<string> | undefined> => {
    const text = await reader.text(joinUri(root, path));
    if (text === undefined) return undefined;
    reader.addOrigin(origin(path));
    return fact(text.trim(), origin(path));
  };
  const banner = await word('proc/version');
  const parsed = banner && parseBanner(banner.value);
  if (banner && !parsed) reader.problem(`/proc/version of ${machine} does not start with "Linux version".`);
  const release =
    (await word('proc/sys/kernel/osrelease')) ?? (parsed && banner && fact(parsed.release, banner.origin));
  const config = await configOf(ports, reader, origin('proc/config.gz'));
  const arguments_ = await word('proc/cmdline');
  const commandLine = arguments_ && fact(parseCommandLine(arguments_.value), arguments_.origin);
  const tainted = await word('proc/sys/kernel/tainted');
  const disabled = await word('proc/sys/kernel/modules_disabled');
  return {
    kind: 'running',
    banner,
    release,
    version: parsed?.version && banner && fact(parsed.version, banner.origin),
    vendor: detectVendor({ release, config, buildText: banner }),
    architecture: architectureOf(await word('proc/sys/kernel/arch')),
    config,
    taint: tainted && /^\d+$/.test(tainted.value) ? fact(Number(tainted.value), tainted.origin) : undefined,
    modulesDisabled: disabled && fact(disabled.value === '1', disabled.origin),
    sigEnforce: sigEnforceOf(await word('sys/module/module/parameters/sig_enforce'), commandLine),
    lockdown: lockdownOf(await word('sys/kernel/security/lockdown'), commandLine),
    moduleBlacklist: commandLine && fact(commandLine.value.moduleBlacklist, commandLine.origin),
    ...(await btfOf(reader, origin('sys/kernel/btf/vmlinux'))),
    origins: reader.origins,
    problems: reader.problems,
    dependsOn: reader.dependsOn,
  };
}

/** What of the kernel's command line decides about modules. */
export interface ModuleCommandLine {
  /** Items of `module_blacklist=`; of several the last counts (core_param). */
  readonly moduleBlacklist: readonly string[];
  readonly sigEnforce: boolean;
  readonly lockdown: Lockdown | undefined;
}

/**
 * Reads the kernel's command line as far as it concerns modules: `module_blacklist=`, `module.sig_enforce`, `lockdown=`. Quotes around
 * a value count as kernel/params.c:next_arg treats them; what follows ` -- ` is init's.
 */
export function parseCommandLine(text: string): ModuleCommandLine {
  let moduleBlacklist: string[] = [];
  let sigEnforce = false;
  let lockdown: Lockdown | undefined;
  for (const word of text.match(/(?:"[^"]*"|[^\s"])+/g) ?? []) {
    if (word === '--') break;
    const [name = '', ...rest] = word.replaceAll('"', '').split('=');
    const value = rest.join('=');
    switch (name.replaceAll('-', '_')) {
      case 'module_blacklist':
        moduleBlacklist = value.split(',').filter((item) => item !== '');
        break;
      case 'module.sig_enforce':
        sigEnforce ||= rest.length === 0 || /^(?:[yY1]|on)/i.test(value);
        break;
      case 'lockdown':
        if (value === 'integrity' || value === 'confidentiality') lockdown = value;
        break;
    }
  }
  return { moduleBlacklist, sigEnforce, lockdown };
}

async function configOf(ports: SourcePorts, reader: SourceReader, origin: Origin) {
  const packed = await reader.bytes(origin.uri ?? '', limits.configBytes);
  if (packed === undefined) return undefined;
  const unpacked = await ports.decompressor.unpack('gzip', packed, limits.configBytes);
  if ('problem' in unpacked) {
    reader.problem(`${origin.label} cannot be read. ${unpacked.problem}`);
    return undefined;
  }
  const { value, problems } = parseDotConfig(new TextDecoder().decode(unpacked.bytes));
  reader.addProblems(problems, origin.label);
  reader.addOrigin(origin);
  return fact(value, origin);
}

async function btfOf(reader: SourceReader, origin: Origin): Promise<Pick<KernelPart, 'hasBtf' | 'structModuleSize'>> {
  const btf = await reader.bytes(origin.uri ?? '', limits.btfBytes);
  // Without the file the kernel has no BTF, unless /sys is not there at all.
  if (btf === undefined) {
    return (await reader.exists(joinUri(reader.folder, 'sys/kernel'), 'directory'))
      ? { hasBtf: fact(false, origin) }
      : {};
  }
  const { value, problems } = structSizeFromBtf(btf, 'module');
  reader.addProblems(problems, origin.label);
  reader.addOrigin(origin);
  return { hasBtf: fact(true, origin), structModuleSize: value === undefined ? undefined : fact(value, origin) };
}

/** `uname -m`, since 6.1 in /proc. */
function architectureOf(machine: Fact<string> | undefined): KernelPart['architecture'] {
  const names: Readonly<Record<string, ArchitectureName>> = {
    aarch64: 'arm64',
    armv7l: 'arm',
    armv6l: 'arm',
    i686: 'i386',
    ppc64le: 'powerpc64',
    ppc64: 'powerpc64',
  };
  if (machine === undefined) return undefined;
  const name = names[machine.value] ?? (machine.value as ArchitectureName);
  const found = Object.hasOwn(architectures, name) ? architectures[name] : undefined;
  const endian = { ppc64le: 'little', ppc64: 'big' }[machine.value] as 'little' | 'big' | undefined;
  return found && fact(endian ? { ...found, endian } : found, machine.origin);
}

function sigEnforceOf(
  parameter: Fact<string> | undefined,
  commandLine: Fact<ModuleCommandLine> | undefined,
): Fact<boolean> | undefined {
  if (parameter) return fact(parameter.value === 'Y', parameter.origin);
  return commandLine?.value.sigEnforce ? fact(true, commandLine.origin) : undefined;
}

/** `none [integrity] confidentiality`: the one in brackets is in force. */
function lockdownOf(
  file: Fact<string> | undefined,
  commandLine: Fact<ModuleCommandLine> | undefined,
): Fact<Lockdown> | undefined {
  const active = file && /\[(none|integrity|confidentiality)\]/.exec(file.value)?.[1];
  if (file && active) return fact(active as Lockdown, file.origin);
  const asked = commandLine?.value.lockdown;
  return asked && commandLine ? fact(asked, commandLine.origin) : undefined;
}
