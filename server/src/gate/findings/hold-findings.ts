import { limits } from '../../limits.ts';
import type { FileSystem } from '../../ports/file-system.ts';
import { joinUri } from '../../ports/uri.ts';
import { globsOverlap } from '../../rules/package-glob.ts';
import { parseAptPreferences } from '../../text/apt-preferences.ts';
import { listed, type TreeFacts, type TreeFinding } from './tree-facts.ts';

const statusPath = 'var/lib/dpkg/status';
/** Where scripts that run at the first boot lie. */
const scriptFolders = ['etc/init.d', 'usr/local/bin', 'usr/local/sbin', 'usr/lib/firstboot', 'opt'];
const scriptDepth = 4;

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
  const scripts = await firstBootScripts(files, root);
  const findings: TreeFinding[] = [];
  const unheld = protectedOnes
    .filter(({ name, held }) => !held && !isHeldByScript(name, scripts))
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
  const pins = await pinnedGlobs(files, root, scripts);
  const unpinned = protectedOnes
    .filter(({ name }) => !pins.some((glob) => globsOverlap(glob, name)))
    .map(({ name }) => name);
  if (unpinned.length > 0) {
    findings.push({
      rule: 'pin-missing',
      severity: 'error',
      path: 'etc/apt/preferences.d',
      message: `No apt preference keeps ${listed(unpinned, 6)} away. Write into etc/apt/preferences.d: Package: ${unpinned.join(' ')}, Pin: release *, Pin-Priority: -1`,
    });
  }
  return findings;
}

/** Paragraphs of dpkg's status file: `Status: hold ok installed` is a held package. */
function installedPackages(text: string): InstalledPackage[] {
  return text.split(/\n\s*\n/).flatMap((paragraph) => {
    const name = /^Package: *(\S+)/m.exec(paragraph)?.[1];
    const status = /^Status: *(\S+) \S+ (\S+)/m.exec(paragraph);
    return name !== undefined && status?.[2] === 'installed' ? [{ name, held: status[1] === 'hold' }] : [];
  });
}

/** `apt-mark hold a b` and `echo "a hold" | dpkg --set-selections`, with the names written out or as globs. */
function isHeldByScript(name: string, scripts: readonly string[]): boolean {
  return scripts.some((script) => {
    const joined = script.replace(/\\\n/g, ' ');
    if (!/\bapt-mark\s+hold\b|\b--set-selections\b/.test(joined)) return false;
    return words(joined).some((word) => word === name || (/[*?]/.test(word) && globsOverlap(word, name)));
  });
}

function words(script: string): string[] {
  return script
    .split('\n')
    .filter((line) => !/^\s*#/.test(line))
    .flatMap((line) => line.match(/[A-Za-z0-9][A-Za-z0-9+.*?-]+/g) ?? []);
}

async function pinnedGlobs(files: FileSystem, root: string, scripts: readonly string[]): Promise<string[]> {
  const folder = joinUri(root, 'etc/apt/preferences.d');
  const entries = await files.readDirectory(folder).catch(() => []);
  const uris = [joinUri(root, 'etc/apt/preferences'), ...entries.map((entry) => joinUri(folder, entry.name))];
  const texts = await Promise.all(uris.map((uri) => textOf(files, uri)));
  // Scripts write such files with here documents: their paragraphs look the same.
  const all = [
    ...texts.filter((text) => text !== undefined),
    ...scripts.filter((script) => /^Pin-Priority:/m.test(script)),
  ];
  return all
    .flatMap((text) => parseAptPreferences(text).value)
    .filter((pin) => pin.freezes || (pin.priority !== undefined && pin.priority < 0))
    .flatMap((pin) => pin.packages.map((entry) => entry.name));
}

async function firstBootScripts(files: FileSystem, root: string): Promise<string[]> {
  const scripts: string[] = [];
  const rcLocal = await textOf(files, joinUri(root, 'etc/rc.local'));
  if (rcLocal !== undefined) scripts.push(rcLocal);
  const visit = async (uri: string, depth: number): Promise<void> => {
    for (const entry of await files.readDirectory(uri).catch(() => [])) {
      if (scripts.length >= limits.pinFiles) return;
      const child = joinUri(uri, entry.name);
      if (entry.type === 'directory' && depth > 1) await visit(child, depth - 1);
      else if (entry.type === 'file' && /(?:\.(?:sh|bash))$|^[^.]+$/.test(entry.name)) {
        const text = await textOf(files, child);
        if (text?.startsWith('#!') === true) scripts.push(text);
      }
    }
  };
  for (const folder of scriptFolders) await visit(joinUri(root, folder), scriptDepth);
  return scripts;
}

async function textOf(files: FileSystem, uri: string): Promise<string | undefined> {
  try {
    return new TextDecoder().decode(await files.readFile(uri, limits.textBytes));
  } catch {
    return undefined;
  }
}
