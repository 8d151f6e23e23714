import { type MappedText, MappedTextBuilder } from '../source-map.ts';
import type { EmbeddedScript } from './embedded-script.ts';

/** `install NAME COMMAND…` and `remove NAME COMMAND…` of modprobe.d(5): a shell runs the command. */
export function modprobeConfScripts(host: MappedText): readonly EmbeddedScript[] {
  const scripts: EmbeddedScript[] = [];
  for (const match of host.text.matchAll(/^[ \t]*(?:install|remove)[ \t]+\S+[ \t]+((?:[^\n\\]|\\\r?\n|\\.)+)/gm)) {
    const command = (match[1] ?? '').trimEnd();
    const from = match.index + match[0].length - (match[1] ?? '').length;
    const span = host.map.span(from, from + command.length);
    scripts.push({ script: new MappedTextBuilder().append(command, span.start, span.end).build() });
  }
  return scripts;
}
