import { joinUri } from '../../ports/uri.ts';
import { listed, type TreeFacts, type TreeFinding } from './tree-facts.ts';
import { folderAgainstModules, tallyTree } from './tree-tally.ts';

/** A kernel image of the tree. */
interface BootImage {
  readonly path: string;
  readonly release: string;
}

/** Images read at most: the large ones have to be unpacked. */
const mostImages = 4;
const imageName = /^(?:vmlinu[xz]|[bz]?Image|kernel\d*\.img)(?:$|[-.])/;

/**
 * The name of the modules' folder against the modules in it, and against the kernels in /boot: `uname -r` of the kernel that
 * boots is where modprobe looks.
 */
export async function releaseMismatch(facts: TreeFacts): Promise<TreeFinding[]> {
  const findings: TreeFinding[] = [];
  for (const kernel of facts.kernels) findings.push(...folderAgainstModules(await tallyTree(facts, kernel)));
  const images = await bootImages(facts);
  const releases = new Set(facts.kernels.flatMap(({ release }) => release ?? []));
  if (images.length === 0 || releases.size === 0) return findings;
  for (const { path, release } of images) {
    if (releases.has(release)) continue;
    findings.push({
      rule: 'release-dir-mismatch',
      severity: 'error',
      path,
      message: `${path} is kernel ${release}, and lib/modules has only ${listed([...releases])}: booted with it, the system finds no modules. Install the modules of the same build (make modules_install), or the kernel that belongs to them.`,
      expected: release,
      actual: [...releases].join(', '),
    });
  }
  return findings;
}

async function bootImages(facts: TreeFacts): Promise<BootImage[]> {
  const found: BootImage[] = [];
  const entries = await facts.files.readDirectory(joinUri(facts.root, 'boot')).catch(() => []);
  const names = entries
    .filter(({ name, type }) => type === 'file' && imageName.test(name))
    .map(({ name }) => name)
    .sort();
  for (const name of names.slice(0, mostImages)) {
    const path = `boot/${name}`;
    const uri = joinUri(facts.root, path);
    const release =
      (await releaseOfBzImage(facts, uri)) ?? (await facts.readImage(uri).catch(() => undefined))?.release?.value;
    if (release !== undefined) found.push({ path, release });
  }
  return found;
}

/** x86 images carry their banner unpacked (Documentation/arch/x86/boot.rst: kernel_version). */
async function releaseOfBzImage(facts: TreeFacts, uri: string): Promise<string | undefined> {
  const source = await facts.files.open(uri).catch(() => undefined);
  if (source === undefined) return undefined;
  try {
    const head = new Uint8Array(0x300);
    if ((await source.read(0, head)) < head.length) return undefined;
    const view = new DataView(head.buffer);
    if (view.getUint32(0x202, true) !== 0x53726448) return undefined;
    const text = new Uint8Array(256);
    const count = await source.read(0x200 + view.getUint16(0x20e, true), text);
    const nul = text.indexOf(0);
    const banner = new TextDecoder().decode(text.subarray(0, nul < 0 ? count : nul));
    return /^\d+\.\d+\S*/.exec(banner)?.[0];
  } catch {
    return undefined;
  } finally {
    await source.close();
  }
}
