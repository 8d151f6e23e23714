import { fileStart } from '../../findings/finding.ts';
import { uriPath } from '../../ports/uri.ts';
import type { Found } from '../text-rule.ts';

/** A root file system and a build tree may both have the module. */
const relatedFiles = 4;

/** The files of a module that a log names, where the workspace has it. */
export function relatedModules(
  module: string | undefined,
  modulesNamed: (name: string) => readonly string[] = () => [],
): Pick<Found, 'related'> {
  const files = module === undefined ? [] : modulesNamed(module).slice(0, relatedFiles);
  if (files.length === 0) return {};
  return { related: files.map((uri) => ({ start: 0, end: 0, uri, range: fileStart, message: uriPath(uri) })) };
}
