import { isScalar } from 'yaml';
import { makeWord, type Word } from '../shell/word.ts';
import type { MappedText } from '../source-map.ts';
import type { EmbeddedScript } from './embedded-script.ts';
import { YamlHost } from './yaml-document.ts';
import { nodeSpan } from './yaml-scalar.ts';

/** In the order in which cloud-init works: bootcmd, files, package upgrade, packages, runcmd. */
export function cloudInitScripts(host: MappedText): readonly EmbeddedScript[] {
  const yaml = new YamlHost(host);
  const { root } = yaml;
  return [
    ...commandList(yaml, yaml.get(root, 'bootcmd')),
    ...writtenFiles(yaml, yaml.get(root, 'write_files')),
    ...upgrade(yaml, 'package_upgrade'),
    ...upgrade(yaml, 'apt_upgrade'),
    ...packages(yaml),
    ...commandList(yaml, yaml.get(root, 'runcmd')),
  ];
}

/** A text is a line of shell, a list the words of a command. */
function commandList(yaml: YamlHost, list: unknown): readonly EmbeddedScript[] {
  return yaml.items(list).flatMap((item): EmbeddedScript[] => {
    const text = yaml.text(item);
    if (text !== undefined) return [{ script: text }];
    const argv = yaml.items(item).flatMap((word) => yaml.word(word) ?? []);
    return argv.length > 0 ? [{ argv }] : [];
  });
}

function writtenFiles(yaml: YamlHost, list: unknown): readonly EmbeddedScript[] {
  return yaml.items(list).flatMap((file): EmbeddedScript[] => {
    const path = yaml.word(yaml.get(file, 'path'));
    const content = yaml.text(yaml.get(file, 'content'));
    const encoding = yaml.text(yaml.get(file, 'encoding'))?.text ?? 'text/plain';
    if (path === undefined || content === undefined || encoding !== 'text/plain') return [];
    return [{ path, content }];
  });
}

function upgrade(yaml: YamlHost, key: string): readonly EmbeddedScript[] {
  const value = yaml.get(yaml.root, key);
  const name = yaml.key(yaml.root, key);
  if (!isScalar(value) || value.value !== true || name === undefined) return [];
  const { start, end } = nodeSpan(name, yaml.host);
  return [{ argv: [implied('apt-get', start, end), implied('upgrade', start, end)] }];
}

function packages(yaml: YamlHost): readonly EmbeddedScript[] {
  const name = yaml.key(yaml.root, 'packages');
  if (name === undefined) return [];
  const words = yaml.items(yaml.get(yaml.root, 'packages')).flatMap((item): Word[] => {
    // `[name, version]`
    const word = yaml.word(yaml.isList(item) ? yaml.items(item)[0] : item);
    return word === undefined ? [] : [word];
  });
  if (words.length === 0) return [];
  const { start, end } = nodeSpan(name, yaml.host);
  return [{ argv: [implied('apt-get', start, end), implied('install', start, end), ...words] }];
}

/** A word that nobody wrote: cloud-init runs it because of the key. */
function implied(text: string, start: number, end: number): Word {
  return { ...makeWord([{ text, start, end, quoted: true }], start, end), listItem: true };
}
