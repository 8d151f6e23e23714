import { exactPieces, type MappedText, MappedTextBuilder } from '../source-map.ts';
import type { EmbeddedScript } from './embedded-script.ts';
import { YamlHost } from './yaml-document.ts';

/** An action that runs what it is given on another machine: appleboy/ssh-action and its kin. */
const remoteAction = /^[^@]*\/[\w.-]*ssh[\w.-]*(@|$)/i;

/**
 * `run:` of workflow jobs and of composite actions, and what an action runs on another machine. Steps in another
 * language than shell are left out.
 */
export function workflowScripts(host: MappedText): readonly EmbeddedScript[] {
  const yaml = new YamlHost(host);
  const { root } = yaml;
  const scripts: EmbeddedScript[] = [];
  const outer = yaml.variables(yaml.get(root, 'env'));
  const shell = shellOf(yaml, root);
  for (const [, job] of yaml.entries(yaml.get(root, 'jobs'))) {
    const variables = new Map([...outer, ...yaml.variables(yaml.get(job, 'env'))]);
    steps(yaml, yaml.get(job, 'steps'), variables, shellOf(yaml, job) ?? shell, scripts);
  }
  steps(yaml, yaml.get(yaml.get(root, 'runs'), 'steps'), outer, undefined, scripts);
  return scripts;
}

function shellOf(yaml: YamlHost, node: unknown): string | undefined {
  return yaml.text(yaml.get(yaml.get(yaml.get(node, 'defaults'), 'run'), 'shell'))?.text;
}

function steps(
  yaml: YamlHost,
  list: unknown,
  variables: Map<string, MappedText>,
  shell: string | undefined,
  scripts: EmbeddedScript[],
): void {
  for (const step of yaml.items(list)) {
    if (remoteAction.test(yaml.text(yaml.get(step, 'uses'))?.text ?? ''))
      remoteSteps(yaml, yaml.get(step, 'with'), scripts);
    const own = yaml.text(yaml.get(step, 'shell'))?.text ?? shell ?? 'bash';
    const run = yaml.text(yaml.get(step, 'run'));
    if (run === undefined || !/^(\S*\/)?(ba|da|z|k)?sh\b/.test(own)) continue;
    scripts.push({
      script: withoutExpressions(run),
      variables: new Map([...variables, ...yaml.variables(yaml.get(step, 'env'))]),
    });
  }
}

function remoteSteps(yaml: YamlHost, given: unknown, scripts: EmbeddedScript[]): void {
  const where = yaml.text(yaml.get(given, 'host'))?.text ?? '';
  for (const name of ['script', 'command']) {
    const script = yaml.text(yaml.get(given, name));
    if (script !== undefined) scripts.push({ script: withoutExpressions(script), place: { kind: 'remote', where } });
  }
}

/** `${{ … }}` is filled in before the shell sees it: here an unset variable of the same length, so that places stay. */
export function withoutExpressions(text: MappedText): MappedText {
  if (!text.text.includes('${{')) return text;
  return {
    text: text.text.replaceAll(/\$\{\{[\s\S]*?\}\}/g, (whole) => `$${'_'.repeat(whole.length - 1)}`),
    map: text.map,
  };
}

/** Texts one below the other, as one script. */
export function joinLines(texts: readonly MappedText[]): MappedText {
  const builder = new MappedTextBuilder();
  for (const text of texts) {
    for (const piece of exactPieces(text)) builder.append(piece.text, piece.start, piece.end);
    const end = text.map.span(text.text.length, text.text.length).end;
    builder.append('\n', end, end);
  }
  return builder.build();
}
