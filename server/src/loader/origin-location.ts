import type { Finding } from '../findings/finding.ts';
import type { Origin } from '../kernel/fact.ts';

/** The place of an expectation as a finding's related location; nothing when it lies in no file. */
export function locate(origin: Origin | undefined, message: string): Pick<Finding, 'related'> {
  if (origin?.uri === undefined) {
    return {};
  }
  const line = origin.line ?? 0;
  const range = { start: { line, character: 0 }, end: { line, character: 0 } };
  return { related: [{ location: { uri: origin.uri, range }, message }] };
}
