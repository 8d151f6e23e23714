/**
 * The `name` inside an unrelocated `struct module`, the contents of `.gnu.linkonce.this_module`. It follows
 * `enum module_state state` and `struct list_head list` (include/linux/module.h): offset 24 on 64-bit, 12 on
 * 32-bit. Where structure randomization moved it, it is the first text: until relocation all else is zero.
 */
export function nameInStructModule(bytes: Uint8Array, elfClass: 32 | 64): string | undefined {
  const usual = elfClass === 64 ? 24 : 12;
  const start = isNameByte(bytes[usual]) ? usual : bytes.findIndex((byte) => isNameByte(byte));
  if (start < 0) return undefined;
  let end = start;
  // MODULE_NAME_LEN is 56 or 60.
  while (end - start < 64 && isNameByte(bytes[end])) end++;
  return String.fromCharCode(...bytes.subarray(start, end));
}

function isNameByte(byte: number | undefined): boolean {
  return byte !== undefined && byte > 0x20 && byte < 0x7f;
}
