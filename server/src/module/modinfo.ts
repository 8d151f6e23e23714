import { decodeText } from '../elf/string-table.ts';
import type { ModinfoEntry, ModuleParameter } from './kernel-module.ts';

/**
 * `key=value` entries of a `.modinfo` section: NUL-terminated strings with any number of NULs between
 * them (kernel/module/main.c:module_next_tag_pair). A string without `=` is a key with an
 * empty value to modinfo, and nothing to the kernel (get_next_modinfo).
 */
export function parseModinfo(bytes: Uint8Array): ModinfoEntry[] {
  const entries: ModinfoEntry[] = [];
  for (const text of decodeText(bytes).split('\0')) {
    if (text === '') continue;
    const equals = text.indexOf('=');
    entries.push(
      equals < 0 ? { key: text, value: '', bare: true } : { key: text.slice(0, equals), value: text.slice(equals + 1) },
    );
  }
  return entries;
}

/**
 * The parameters that `parm=<name>:<description>` and `parmtype=<name>:<type>` describe, joined by name in
 * the order of first mention. Of a repeated name the last text counts, as in kmod's modinfo.
 */
export function parseParameters(modinfo: readonly ModinfoEntry[]): ModuleParameter[] {
  const parameters = new Map<string, { type: string | undefined; description: string | undefined }>();
  for (const { key, value } of modinfo) {
    if (key !== 'parm' && key !== 'parmtype') continue;
    const colon = value.indexOf(':');
    if (colon < 0) continue;
    const name = value.slice(0, colon);
    const text = value.slice(colon + 1);
    const known = parameters.get(name) ?? { type: undefined, description: undefined };
    parameters.set(name, key === 'parm' ? { ...known, description: text } : { ...known, type: text });
  }
  return Array.from(parameters, ([name, { type, description }]) => ({ name, type, description }));
}
