import { makeWord, type Word } from '../shell/word.ts';
import type { MappedText } from '../source-map.ts';
import type { EmbeddedScript } from './embedded-script.ts';
import { wordParts, YamlHost } from './yaml-document.ts';

/** `command:`, `entrypoint:` and health checks of compose services. `$$` stands for a dollar sign. */
export function composeScripts(host: MappedText): readonly EmbeddedScript[] {
  const yaml = new YamlHost(host);
  const scripts: EmbeddedScript[] = [];
  for (const [, service] of yaml.entries(yaml.get(yaml.root, 'services'))) {
    const entry = yaml.get(service, 'entrypoint');
    const command = yaml.get(service, 'command');
    if (yaml.isList(entry) && yaml.isList(command)) {
      scripts.push({ argv: [...words(yaml, entry), ...words(yaml, command)] });
    } else for (const part of [entry, command]) scripts.push(...oneCommand(yaml, part));
    const [kind, ...test] = words(yaml, yaml.get(yaml.get(service, 'healthcheck'), 'test'));
    if (kind?.value === 'CMD') scripts.push({ argv: test });
    else if (kind?.value === 'CMD-SHELL')
      scripts.push(...oneCommand(yaml, yaml.items(yaml.get(yaml.get(service, 'healthcheck'), 'test'))[1]));
  }
  return scripts;
}

function oneCommand(yaml: YamlHost, node: unknown): readonly EmbeddedScript[] {
  const text = yaml.text(node);
  if (text !== undefined) return [{ script: withDollars(text) }];
  const argv = words(yaml, node);
  return argv.length > 0 ? [{ argv }] : [];
}

function words(yaml: YamlHost, node: unknown): readonly Word[] {
  return yaml.items(node).flatMap((item) => {
    const text = yaml.text(item);
    const word = yaml.word(item);
    if (word === undefined) return [];
    if (text === undefined) return [word];
    return [{ ...makeWord(wordParts(withDollars(text)), word.start, word.end), listItem: true }];
  });
}

/** `$$` is one `$` for the shell. */
function withDollars(text: MappedText): MappedText {
  if (!text.text.includes('$$')) return text;
  const kept: number[] = [];
  let result = '';
  for (let at = 0; at < text.text.length; at++) {
    if (text.text.startsWith('$$', at)) at++;
    kept.push(at);
    result += text.text.charAt(at);
  }
  const original = (offset: number): number => kept[offset] ?? text.text.length;
  return {
    text: result,
    map: { span: (start, end) => text.map.span(original(start), end > start ? original(end - 1) + 1 : original(end)) },
  };
}
