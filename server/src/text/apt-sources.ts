/** One archive that apt takes packages from (sources.list(5)). Offsets count in the text, end exclusive. */
export interface AptSource {
  readonly uri: string;
  readonly start: number;
  readonly end: number;
  /** An edit that turns the source off: what to put where. */
  readonly disable: { readonly at: number; readonly newText: string };
}

const oneLine = /^[ \t]*deb[ \t]+(?:\[[^\]\n]*\][ \t]*)?(\S+)[ \t]+\S/gm;

/** The enabled archives of binary packages: lines `deb URI suite…`, or stanzas `Types: deb` (`.sources`). */
export function aptSources(text: string): readonly AptSource[] {
  const found: AptSource[] = [];
  for (const match of text.matchAll(oneLine)) {
    const uri = match[1] ?? '';
    const start = match.index + match[0].lastIndexOf(uri, match[0].length - 2);
    found.push({ uri, start, end: start + uri.length, disable: { at: match.index, newText: '# ' } });
  }
  for (const stanza of text.matchAll(/(?:^[^\n]*\S[^\n]*(?:\n|(?![\s\S])))+/gm))
    found.push(...ofStanza(stanza[0], stanza.index));
  return found;
}

function ofStanza(stanza: string, offset: number): AptSource[] {
  const types = field(stanza, 'Types');
  const uris = field(stanza, 'URIs');
  if (types === undefined || uris === undefined || !/\bdeb(?!-)\b/.test(types.value)) return [];
  if (/^(?:no|false|off|0|without|disable)$/i.test(field(stanza, 'Enabled')?.value.trim() ?? '')) return [];
  const newline = stanza.includes('\r\n') ? '\r\n' : '\n';
  return [...uris.value.matchAll(/\S+/g)].map((match) => {
    const start = offset + uris.start + match.index;
    const disable = { at: offset + types.line, newText: `Enabled: no${newline}` };
    return { uri: match[0], start, end: start + match[0].length, disable };
  });
}

/** A field's value with its continuation lines; where the value and the field's line begin in the stanza. */
function field(stanza: string, name: string): { value: string; start: number; line: number } | undefined {
  const match = new RegExp(`^${name}:((?:[^\\n]*)(?:\\n[ \\t]+[^\\n]*)*)`, 'im').exec(stanza);
  if (match === null) return undefined;
  return { value: match[1] ?? '', start: match.index + name.length + 1, line: match.index };
}
