/**
 * Whether a Makefile is one that Kbuild reads: it lists objects in obj-m, obj-y or obj-$(CONFIG_X). Everything else in such
 * a file is written the same way in ordinary Makefiles.
 */
export function isKbuildMakefile(text: string): boolean {
  return /^[ \t]*obj-(?:[my]|\$[({]CONFIG_\w+[)}])[ \t]*(?:[:+?]|::)?=/m.test(text);
}
