import { type MappedText, MappedTextBuilder, sliceMapped } from '../source-map.ts';
import type { EmbeddedScript } from './embedded-script.ts';

/** Fenced code of a shell language. In a console session only the lines after a prompt are commands. */
export function markdownScripts(host: MappedText): readonly EmbeddedScript[] {
  const scripts: EmbeddedScript[] = [];
  const fences = /^([ \t]*)(`{3,}|~{3,})[ \t]*(\w*)[^\n]*\n([\s\S]*?)(?:^[ \t]*\2|(?![\s\S]))/gm;
  for (const match of host.text.matchAll(fences)) {
    const language = (match[3] ?? '').toLowerCase();
    const body = match[4] ?? '';
    const start = match.index + match[0].indexOf('\n') + 1;
    if (/^(sh|bash|shell|zsh|ksh)$/.test(language))
      scripts.push({ script: sliceMapped(host, start, start + body.length) });
    else if (/^(console|shellsession|terminal)$/.test(language)) scripts.push({ script: session(host, start, body) });
  }
  return scripts;
}

function session(host: MappedText, start: number, body: string): MappedText {
  const builder = new MappedTextBuilder();
  for (const match of body.matchAll(/^[ \t]*(?:\S*@\S*)?[$#][ \t]+(.*(?:\\\r?\n.*)*)/gm)) {
    const command = match[1] ?? '';
    const at = start + match.index + match[0].length - command.length;
    const span = host.map.span(at, at + command.length);
    builder.append(command, span.start, span.end);
    builder.append('\n', span.end, span.end);
  }
  return builder.build();
}
