import type { Severity } from '../findings/finding.ts';
import { isRuleId, rulePage, rules } from '../findings/registry.ts';
import { isOutcome, type Outcome, outcomePage, outcomes } from './outcomes.ts';
import type { SarifPart } from './scan-findings.ts';

/** One finding as the machine formats need it. Lines and columns count from 1; none for a file that is no text. */
export interface PlacedFinding {
  readonly path: string;
  readonly region?: {
    readonly line: number;
    readonly column: number;
    readonly endLine: number;
    readonly endColumn: number;
  };
  readonly rule: string;
  readonly severity: Severity;
  readonly message: string;
}

const level = { error: 'error', warning: 'warning', info: 'note', hint: 'note' } as const;

/**
 * SARIF 2.1.0 of one run.
 * @param parts of a part of a scan: what `merge` needs to know of it.
 */
export function sarif(findings: readonly PlacedFinding[], version: string, parts?: readonly SarifPart[]): string {
  const used = [...new Set(findings.map((finding) => finding.rule))]
    .filter((id) => isRuleId(id) || isOutcome(id))
    .sort();
  const index = new Map<string, number>(used.map((id, position) => [id, position]));
  return JSON.stringify(
    {
      $schema: 'https://docs.oasis-open.org/sarif/sarif/v2.1.0/errata01/os/schemas/sarif-schema-2.1.0.json',
      version: '2.1.0',
      runs: [
        {
          tool: {
            driver: {
              name: 'Vermagic',
              version,
              informationUri: 'https://github.com/vermagic/vermagic',
              rules: used.map(ruleDescriptor),
            },
          },
          columnKind: 'utf16CodeUnits',
          results: findings.map((finding) => sarifResult(finding, index.get(finding.rule))),
          ...(parts === undefined ? {} : { properties: { parts } }),
        },
      ],
    },
    null,
    2,
  );
}

function ruleDescriptor(id: string) {
  const rule = isRuleId(id)
    ? { summary: rules[id].summary, page: rulePage(id), level: rules[id].level }
    : { summary: outcomes[id as Outcome], page: outcomePage, level: 'error' as const };
  return {
    id,
    shortDescription: { text: rule.summary },
    helpUri: rule.page,
    defaultConfiguration: { level: level[rule.level] },
  };
}

export function sarifResult(finding: PlacedFinding, ruleIndex: number | undefined) {
  const { region } = finding;
  return {
    ruleId: finding.rule,
    ...(ruleIndex === undefined ? {} : { ruleIndex }),
    level: level[finding.severity],
    message: { text: finding.message },
    locations: [
      {
        physicalLocation: {
          artifactLocation: { uri: artifactUri(finding.path) },
          ...(region
            ? {
                region: {
                  startLine: region.line,
                  startColumn: region.column,
                  endLine: region.endLine,
                  endColumn: region.endColumn,
                },
              }
            : {}),
        },
      },
    ],
  };
}

/** `./a` as `a`: code hosts compare names, not places. */
export function withoutDot(path: string): string {
  return path.replace(/^(?:\.\/+)+(?=.)/, '');
}

/** A relative path stays relative, so that code hosts can match it with the checkout. */
export function artifactUri(path: string): string {
  const escaped = withoutDot(path).split('/').map(encodeURIComponent).join('/');
  return path.startsWith('/') ? `file://${escaped}` : escaped;
}
