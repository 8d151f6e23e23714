import { readFromModule } from '../../module/open-kernel-module.ts';
import { readSignature } from '../../module/signature-trailer.ts';
import { enforcesSignatures } from '../proof-plan.ts';
import { headersMismatch } from './headers-findings.ts';
import { missingHolds } from './hold-findings.ts';
import { loadedDiffer } from './loaded-findings.ts';
import { markerDrift } from './marker-findings.ts';
import { staleModulesDep } from './modules-dep-findings.ts';
import { releaseMismatch } from './release-findings.ts';
import type { ScannedKernel, TreeFacts, TreeFinding } from './tree-facts.ts';
import { tallyFindings, tallyTree } from './tree-tally.ts';

/**
 * Everything that is wrong with the tree rather than with one of its modules, kernel by kernel and then as a whole.
 * @param ofTree whether to say what does not hang on single modules: of several parts of one scan, one says it.
 */
export async function treeFindings(facts: TreeFacts, ofTree = true): Promise<TreeFinding[]> {
  const findings: TreeFinding[] = [];
  for (const kernel of facts.kernels) {
    findings.push(...tallyFindings(await tallyTree(facts, kernel), kernel.vermagicsOfAll));
    if (ofTree) findings.push(...(await neverSigned(facts, kernel)), ...(await staleModulesDep(facts, kernel)));
    if (ofTree && facts.live) findings.push(...(await loadedDiffer(facts, kernel)));
  }
  if (!ofTree) return findings;
  findings.push(...(await releaseMismatch(facts)));
  findings.push(...(await headersMismatch(facts)));
  findings.push(...(await markerDrift(facts)));
  findings.push(...(await missingHolds(facts)));
  return findings;
}

/** A kernel that insists on signatures, with modules of which not one was ever signed: the build's signing step is missing. */
async function neverSigned(facts: TreeFacts, { scan, target, folder, modules }: ScannedKernel): Promise<TreeFinding[]> {
  if (!enforcesSignatures(target) || scan.modules.length === 0) return [];
  if (!scan.modules.every(({ class: found, checked }) => found === 'unsigned' || checked?.signed === false)) return [];
  // The scan may have looked at a part of them.
  const seen = new Set(scan.modules.map(({ module }) => module));
  for (const module of modules) {
    if (seen.has(module)) continue;
    const signature = await readFromModule(facts, module.uri, readSignature);
    if (signature !== undefined) return [];
  }
  return [
    {
      rule: 'signature-missing',
      severity: 'error',
      path: folder === '' ? '.' : folder,
      message: `${modules.length === 1 ? 'The only module is not' : `None of the ${modules.length} modules is`} signed, and the kernel insists on signatures: not one loads. Install them with "make modules_install" of the kernel's own build, which signs them, or sign them with scripts/sign-file.`,
    },
  ];
}
