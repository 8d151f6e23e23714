import type { MappedText } from '../source-map.ts';
import type { EmbeddedScript } from './embedded-script.ts';
import { joinLines } from './workflow-scripts.ts';
import { YamlHost } from './yaml-document.ts';

/** `before_script`, `script` and `after_script` of every job, hidden ones too. The first two run in one shell. */
export function gitlabScripts(host: MappedText): readonly EmbeddedScript[] {
  const yaml = new YamlHost(host);
  const { root } = yaml;
  const outer = yaml.variables(yaml.get(root, 'variables'));
  const common = commands(
    yaml,
    yaml.get(root, 'before_script') ?? yaml.get(yaml.get(root, 'default'), 'before_script'),
  );
  const scripts: EmbeddedScript[] = [];
  if (common.length > 0) scripts.push({ script: joinLines(common), variables: outer });
  for (const [name, job] of yaml.entries(root)) {
    if (name === 'variables' || name === 'default') continue;
    const variables = new Map([...outer, ...yaml.variables(yaml.get(job, 'variables'))]);
    const before = commands(yaml, yaml.get(job, 'before_script'));
    const script = commands(yaml, yaml.get(job, 'script'));
    const after = commands(yaml, yaml.get(job, 'after_script'));
    if (before.length + script.length > 0) scripts.push({ script: joinLines([...before, ...script]), variables });
    if (after.length > 0) scripts.push({ script: joinLines(after), variables });
  }
  return scripts;
}

function commands(yaml: YamlHost, node: unknown, depth = 0): readonly MappedText[] {
  const text = yaml.text(node);
  if (text !== undefined) return [text];
  if (depth > 10) return [];
  const referenced = yaml.referenced(node);
  if (referenced !== undefined) return commands(yaml, referenced, depth + 1);
  return yaml.items(node).flatMap((item) => commands(yaml, item, depth + 1));
}
