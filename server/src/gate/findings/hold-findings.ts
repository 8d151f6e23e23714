import { limits } from '../../limits.ts';
import type { FileSystem } from '../../ports/file-system.ts';
import { joinUri } from '../../ports/uri.ts';
import { type PreferencesFile, pinReaches, preferencesIn } from '../../rules/apt-pins.ts';
import { globsOverlap } from '../../rules/package-glob.ts';
import { listed, type TreeFacts, type TreeFinding } from './tree-facts.ts';

const statusPath = 'var/lib/dpkg/status';

interface InstalledPackage {
  readonly name: string;
  readonly held: boolean;
}

/**
 * Packages that the policy wants held: in dpkg's own list of an image they are, or a script that runs on the device holds them.
 * Where a pack of the policy is in force they also have to be pinned, so that no upgrade offers them.
 */
export async function missingHolds(facts: TreeFacts): Promise<TreeFinding[]> {
  const { policy, files, root } = facts;
  if (!policy.protectsPackages) return [];
  const text = await textOf(files, joinUri(root, statusPath));
  if (text === undefined) return [];
  const protectedOnes = installedPackages(text).filter(({ name }) =>
    policy.requireHold.some((glob) => globsOverlap(glob, name)),
  );
  if (protectedOnes.length === 0) return [];
  const { firstBootGuards } = await import('./first-boot-guards.ts');
  const scripts = await firstBootGuards(facts);
  const findings: TreeFinding[] = [];
  const unheld = protectedOnes
    .filter(({ name, held }) => !held && !scripts.some((script) => script.mayHold(name)))
    .map(({ name }) => name);
  if (unheld.length > 0) {
    findings.push({
      rule: 'hold-missing',
      severity: 'error',
      path: statusPath,
      message: `${listed(unheld, 6)} ${unheld.length === 1 ? 'is' : 'are'} installed and not held: the next upgrade replaces the kernel. Run in the image: apt-mark hold ${unheld.join(' ')}`,
    });
  }
  if (policy.packs.length === 0) return findings;
  const preferences = await preferencesIn(files, joinUri(root, 'etc/apt'));
  const pins = (name: string, isRead: boolean): PreferencesFile | undefined =>
    preferences.find((file) => file.isRead === isRead && file.keptAway.some((named) => pinReaches(named, name)));
  const unpinned = protectedOnes
    .map(({ name }) => name)
    .filter((name) => pins(name, true) === undefined && !scripts.some((script) => script.mayPin(name)));
  if (unpinned.length > 0) {
    const passedOver = unpinned.map((name) => pins(name, false)?.name).find((name) => name !== undefined);
    const said =
      passedOver === undefined
        ? `Write into etc/apt/preferences.d: Package: ${unpinned.join(' ')}, Pin: release *, Pin-Priority: -1`
        : `etc/apt/${passedOver} says so, but apt passes over a file of that name: expected no extension or .pref, and letters, digits, "_", "-" and "." only. Rename it to ${renamed(passedOver)}`;
    findings.push({
      rule: 'pin-missing',
      severity: 'error',
      path: passedOver === undefined ? 'etc/apt/preferences.d' : `etc/apt/${passedOver}`,
      message: `No apt preference keeps ${listed(unpinned, 6)} away. ${said}`,
    });
  }
  return findings;
}

/** A name for the file that apt reads. */
function renamed(path: string): string {
  const name = path.slice(path.lastIndexOf('/') + 1).replace(/^\.+/, '');
  return `${name.replace(/(?:\.pref)?\.\w+$/, '').replace(/[^\w.-]/g, '_')}.pref`;
}

/** Paragraphs of dpkg's status file: `Status: hold ok installed` is a held package. */
function installedPackages(text: string): InstalledPackage[] {
  return text.split(/\n\s*\n/).flatMap((paragraph) => {
    const name = /^Package: *(\S+)/m.exec(paragraph)?.[1];
    const status = /^Status: *(\S+) \S+ (\S+)/m.exec(paragraph);
    return name !== undefined && status?.[2] === 'installed' ? [{ name, held: status[1] === 'hold' }] : [];
  });
}

async function textOf(files: FileSystem, uri: string): Promise<string | undefined> {
  try {
    return new TextDecoder().decode(await files.readFile(uri, limits.textBytes));
  } catch {
    return undefined;
  }
}
