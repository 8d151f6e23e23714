import { readPins } from '../../kernel/sources/pins.ts';
import { isWithin, joinUri, relativePath, uriPath } from '../../ports/uri.ts';
import type { TreeFacts, TreeFinding } from './tree-facts.ts';

/** Places in a tree where builds leave notes of what they made. */
const placesInTree = ['', 'etc', 'opt', 'boot', 'usr/share'];

/** EXPECTED_VERMAGIC, BUILD_MANIFEST.json and versions.env against the kernel that is there. */
export async function markerDrift(facts: TreeFacts): Promise<TreeFinding[]> {
  const findings: TreeFinding[] = [];
  const folders = new Set([...placesInTree.map((place) => joinUri(facts.root, place)), ...facts.markerFolders]);
  for (const folder of folders) {
    const pins = await readPins({ files: facts.files, decompressor: facts.decompressor }, folder);
    for (const what of ['vermagic', 'release'] as const) {
      const pinned = pins[what];
      if (pinned === undefined) continue;
      // One kernel of the tree that fits is enough: there may be a fallback kernel beside it.
      const known = facts.kernels.map(({ target }) => target[what]).filter((fact) => fact !== undefined);
      const [first] = known;
      if (first === undefined || known.some((fact) => fact.value === pinned.value)) continue;
      // A target that was made from this very file proves nothing.
      if (known.some((fact) => fact.origin.uri !== undefined && fact.origin.uri === pinned.origin.uri)) continue;
      const uri = pinned.origin.uri ?? folder;
      findings.push({
        rule: 'marker-drift',
        severity: 'error',
        path: isWithin(facts.root, uri) ? relativePath(facts.root, uri) : uriPath(uri),
        message: `${pinned.origin.label} expects the ${what} '${pinned.value}', and the tree has '${first.value}' (${first.origin.label}). Build what was meant, or correct the file.`,
        expected: pinned.value,
        actual: first.value,
      });
      break;
    }
  }
  return findings;
}
