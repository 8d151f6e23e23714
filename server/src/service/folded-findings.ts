import { limits } from '../limits.ts';

/**
 * A module from another kernel has hundreds of CRC findings: the first ones say it, the module's own page has them all.
 * @param last makes the one finding that stands for the rest of its rule.
 */
export function foldedFindings<Found extends { readonly rule: string }>(
  findings: readonly Found[],
  last: (finding: Found, message: string) => Found,
): Found[] {
  const counts = new Map<string, number>();
  for (const { rule } of findings) counts.set(rule, (counts.get(rule) ?? 0) + 1);
  const shown = new Map<string, number>();
  return findings.flatMap((finding) => {
    const count = counts.get(finding.rule) ?? 0;
    const index = (shown.get(finding.rule) ?? 0) + 1;
    shown.set(finding.rule, index);
    if (count <= limits.findingsPerRule || index < limits.findingsPerRule) return [finding];
    if (index > limits.findingsPerRule) return [];
    const rest = count - limits.findingsPerRule + 1;
    return [last(finding, `… and ${rest} more of ${finding.rule}: open the module to see them all.`)];
  });
}
