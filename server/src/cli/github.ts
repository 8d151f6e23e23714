import { type PlacedFinding, withoutDot } from './sarif.ts';

const command = { error: 'error', warning: 'warning', info: 'notice', hint: 'notice' } as const;

/** Workflow commands that GitHub turns into annotations, one line a finding. */
export function githubAnnotations(findings: readonly PlacedFinding[]): string {
  return findings
    .map((finding) => {
      const place = finding.region
        ? `,line=${finding.region.line},col=${finding.region.column},endLine=${finding.region.endLine},endColumn=${finding.region.endColumn}`
        : '';
      const title = property(`vermagic: ${finding.rule}`);
      return `::${command[finding.severity]} file=${property(withoutDot(finding.path))}${place},title=${title}::${data(finding.message)}\n`;
    })
    .join('');
}

function data(text: string): string {
  return text.replaceAll('%', '%25').replaceAll('\r', '%0D').replaceAll('\n', '%0A');
}

function property(text: string): string {
  return data(text).replaceAll(':', '%3A').replaceAll(',', '%2C');
}
