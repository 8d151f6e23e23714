import { limits } from '../../limits.ts';
import type { FileKind } from '../file-kind.ts';
import { type MappedText, sliceMapped } from '../source-map.ts';
import type { HostVariables } from './embedded-script.ts';
import { YamlHost } from './yaml-document.ts';

/** The keys under which a host sets variables for what it runs. */
const keys: Readonly<Partial<Record<FileKind, readonly string[]>>> = {
  'github-workflow': ['env'],
  'github-action': ['env'],
  'gitlab-ci': ['variables'],
  compose: ['environment', 'args'],
};

/**
 * Every place of a YAML host that sets variables, also where an inner one overrules it: as a map or as a list of
 * `NAME=value`. What the host itself has to fill in is left out.
 */
export function yamlVariables(kind: FileKind, host: MappedText): readonly HostVariables[] {
  const wanted = keys[kind];
  if (wanted === undefined) return [];
  const yaml = new YamlHost(host);
  const found: HostVariables[] = [];
  // An alias leads to a node that was seen already.
  const seen = new Set<unknown>([yaml.root]);
  for (const node of seen) {
    if (seen.size > limits.scriptCharacters) break;
    for (const [key, value] of yaml.entries(node)) {
      if (wanted.includes(key)) found.push(new Map([...yaml.variables(value), ...listed(yaml, value)]));
      seen.add(value);
    }
    for (const item of yaml.items(node)) seen.add(item);
  }
  return found;
}

function listed(yaml: YamlHost, node: unknown): readonly (readonly [string, MappedText])[] {
  return yaml.items(node).flatMap((item) => {
    const text = yaml.text(item);
    const name = /^(\w+)=[^$]*$/.exec(text?.text ?? '')?.[1];
    return text && name !== undefined ? [[name, sliceMapped(text, name.length + 1, text.text.length)] as const] : [];
  });
}
