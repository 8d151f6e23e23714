import { fileMessages } from './file-messages.ts';
import type { LogMessage } from './log-message.ts';
import { modpostMessages } from './modpost-messages.ts';
import { parameterMessages } from './parameter-messages.ts';
import { signatureMessages } from './signature-messages.ts';
import { symbolMessages } from './symbol-messages.ts';
import { taintMessages } from './taint-messages.ts';
import { toolMessages } from './tool-messages.ts';

/**
 * Literal texts of kernels 5.4 to 7.3, of kmod, busybox and systemd, and of modpost. Stable series change wording: patterns
 * hold what all of them share. The first that fits counts.
 */
export const loaderMessages: readonly LogMessage[] = [
  ...symbolMessages,
  ...fileMessages,
  ...signatureMessages,
  ...taintMessages,
  ...parameterMessages,
  ...toolMessages,
  ...modpostMessages,
];

/** Words of which every message has at least one: lines without them are skipped fast. */
export const messageHint =
  /modul|modinfo|magic|extended version|symbol|taint|ELF|reloc|fno-common|Lockdown|parameter|insert|Failed to find|failed to load|could not|can't|undefined!|mismatch|PKCS#7|dangerous|decompress|WRITE\|EXEC/i;
