import { enforcesSignatures } from '../proof-plan.ts';
import { headersMismatch } from './headers-findings.ts';
import { missingHolds } from './hold-findings.ts';
import { markerDrift } from './marker-findings.ts';
import { staleModulesDep } from './modules-dep-findings.ts';
import { missingProviders } from './provider-findings.ts';
import { releaseMismatch } from './release-findings.ts';
import type { ScannedKernel, TreeFacts, TreeFinding } from './tree-facts.ts';
import { mixedVermagic } from './vermagic-findings.ts';

/**
 * Everything that is wrong with the tree rather than with one of its modules, kernel by kernel and then as a whole.
 * @param ofTree whether to say what does not hang on single modules: of several parts of one scan, one says it.
 */
export async function treeFindings(facts: TreeFacts, ofTree = true): Promise<TreeFinding[]> {
  const findings: TreeFinding[] = [];
  for (const kernel of facts.kernels) {
    findings.push(...mixedVermagic(kernel), ...(ofTree ? neverSigned(kernel) : []));
    findings.push(...(await missingProviders(facts, kernel)));
    if (ofTree) findings.push(...(await staleModulesDep(facts, kernel)));
  }
  if (!ofTree) return findings;
  findings.push(...(await releaseMismatch(facts)));
  findings.push(...(await headersMismatch(facts)));
  findings.push(...(await markerDrift(facts)));
  findings.push(...(await missingHolds(facts)));
  return findings;
}

/** A kernel that insists on signatures, with modules of which not one was ever signed: the build's signing step is missing. */
function neverSigned(kernel: ScannedKernel): TreeFinding[] {
  const { scan, target, folder } = kernel;
  if (!enforcesSignatures(target) || scan.modules.length === 0) return [];
  if (!scan.modules.every(({ class: found, checked }) => found === 'unsigned' || checked?.signed === false)) return [];
  return [
    {
      rule: 'signature-missing',
      severity: 'error',
      path: folder === '' ? '.' : folder,
      message: `None of the ${scan.modules.length} modules is signed, and the kernel insists on signatures: not one loads. Install them with "make modules_install" of the kernel's own build, which signs them, or sign them with scripts/sign-file.`,
    },
  ];
}
