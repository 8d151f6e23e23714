/** What a text file is for; decides which rules look at it. */
export type FileKind =
  | 'shell'
  | 'dockerfile'
  | 'github-workflow'
  | 'github-action'
  | 'gitlab-ci'
  | 'compose'
  | 'systemd-unit'
  | 'cloud-init'
  | 'makefile'
  | 'kbuild'
  | 'kconfig'
  | 'dot-config'
  | 'symvers'
  | 'env'
  | 'modprobe-conf'
  | 'pins'
  | 'apt-preferences'
  | 'apt-sources'
  | 'vermagic-json'
  | 'markdown'
  | 'kernel-log'
  | 'c-source';

const byLanguageId: Readonly<Record<string, FileKind>> = {
  shellscript: 'shell',
  shell: 'shell',
  bash: 'shell',
  sh: 'shell',
  zsh: 'shell',
  dockerfile: 'dockerfile',
  dockercompose: 'compose',
  'github-actions-workflow': 'github-workflow',
  'systemd-unit-file': 'systemd-unit',
  systemd: 'systemd-unit',
  makefile: 'makefile',
  make: 'makefile',
  kconfig: 'kconfig',
  kbuild: 'kbuild',
  'kconfig-dotconfig': 'dot-config',
  'kernel-env': 'env',
  'modprobe-conf': 'modprobe-conf',
  'kernel-log': 'kernel-log',
  'module-symvers': 'symvers',
  dotenv: 'env',
  markdown: 'markdown',
  c: 'c-source',
};

type Pattern = readonly [pattern: RegExp, kind: FileKind];

/** Names that only configurations have. */
const configName = /(^|\/)\.config(\.old)?$|(^|\/)config-\d[^/]*$|_defconfig$|(^|\/)defconfig$/;

/** Over the whole path; the first that fits wins. */
const byPath: readonly Pattern[] = [
  [/(^|\/)\.github\/workflows\/[^/]+\.ya?ml$/, 'github-workflow'],
  [/(^|\/)action\.ya?ml$/, 'github-action'],
  [/(^|\/)[^/]*\.?gitlab-ci[^/]*\.ya?ml$/, 'gitlab-ci'],
  [/(^|\/)\.gitlab\/.*\.ya?ml$/, 'gitlab-ci'],
  [/(^|\/)(docker-)?compose[^/]*\.ya?ml$/, 'compose'],
  [/(^|\/)(user-data|vendor-data|cloud-config[^/]*|cloud-init[^/]*|[^/]*\.cloud-config)(\.ya?ml)?$/, 'cloud-init'],
  [/(^|\/)cloud\.cfg(\.d\/[^/]+)?$/, 'cloud-init'],
  [/(^|\/)(Docker|Container)file([.-][^/]*)?$/, 'dockerfile'],
  [/(^|\/)[^/]+\.([Dd]ocker|[Cc]ontainer)file$/, 'dockerfile'],
  [/\.(service|socket|timer|mount|automount|path|target|slice|swap|scope)$/, 'systemd-unit'],
  [/\.(service|socket|timer|mount)\.d\/[^/]+\.conf$/, 'systemd-unit'],
  [/(^|\/)modprobe\.d\/[^/]+$|(^|\/)modprobe\.conf$/, 'modprobe-conf'],
  [/(^|\/)apt\/preferences$|(^|\/)preferences\.d\/[^/]+$|\.pref$/, 'apt-preferences'],
  [/(^|\/)sources\.list$|(^|\/)sources\.list\.d\/[^/]+$/, 'apt-sources'],
  [/(^|\/)debian\/rules$/, 'makefile'],
  [/(^|\/)(debian|DEBIAN)\/([^/]+\.)?(pre|post)(inst|rm)$|(^|\/)(debian|DEBIAN)\/([^/]+\.)?config$/, 'shell'],
  [/(^|\/)(dpkg|debian)\/.*\.(pre|post)(inst|rm)$/, 'shell'],
  [/(^|\/)vermagic\.jsonc?$/, 'vermagic-json'],
  [/(^|\/)EXPECTED_VERMAGIC$|(^|\/)BUILD_MANIFEST\.json$|(^|\/)debian\/changelog$/, 'pins'],
  [/(^|\/)[^/]*Module\.symvers$|(^|\/)symvers-[^/]+$|\.symvers$/, 'symvers'],
  [configName, 'dot-config'],
  [/(^|\/)arch\/[^/]+\/configs\/[^/]+$|\.(kconfig|cfg|config)$/, 'dot-config'],
  [/(^|\/)Kconfig([.-][^/]*)?$|(^|\/)Kconfig\.[^/]+$/, 'kconfig'],
  [/(^|\/)Kbuild([.-][^/]*)?$/, 'kbuild'],
  [/(^|\/)(GNU)?[Mm]akefile([.-][^/]*)?$|\.(mk|mak|make)$/, 'makefile'],
  [/(^|\/)versions\.env$|(^|\/)\.env([.-][^/]*)?$|\.env$/, 'env'],
  [/(^|\/)(dmesg|kern\.log|kernel\.log)([.-][^/]*)?$|\.(dmesg|klog|kernel-log)$/, 'kernel-log'],
  [/\.(sh|bash|ksh|dash|ash|zsh|bats|ebuild)$|(^|\/)\.(bashrc|bash_profile|profile|bash_aliases|zshrc)$/, 'shell'],
  [/(^|\/)(PKGBUILD|APKBUILD|dkms\.conf)$/, 'shell'],
  [/\.(md|markdown)$/, 'markdown'],
  [/\.(c|h)$/, 'c-source'],
  [/(^|\/)localversion([-.][^/~]*)?$/, 'pins'],
];

const shellShebang =
  /^#!\s*(\S*\/)?(env\s+(-S\s*)?(\S+=\S*\s+)*)?(\S*\/)?(sh|bash|dash|ash|ksh|mksh|zsh|busybox\s+a?sh)(\s|$)/;
const makeShebang = /^#!\s*(\S*\/)?(env\s+)?(\S*\/)?make(\s|$)/;
/** A line of dmesg, of a serial console (with or without its level) or of a journal. */
const kernelLine =
  /^(?:(?:<\d+>)?\[ *\d+\.\d{1,9}\](?:\[ *[TC]\d+\])? \S|(?:[A-Z][a-z]{2} [ \d]\d [\d:]{8}|\d{4}-\d\d-\d\dT\S+) \S+ kernel: )/m;
/** Without time stamps: at the beginning of a line, what only the module loader, its tools and modpost write. */
const loaderLine =
  /^(?:# )?(?:(?:insmod|modprobe|rmmod): (?:ERROR: |FATAL: Module |error inserting '|can't (?:insert|load|unload) )|(?:ERROR|WARNING): modpost: |WARNING: Symbol version dump |[\w-]+: (?:disagrees about version of symbol |no symbol version for |Unknown symbol \S+ \(err -|version magic '|exports duplicate symbol |loading out-of-tree module taints |module verification failed: |module license '))/;
/** Names under which captures are kept. */
const captureName = /\.(?:log|txt|out|err|cap)(?:\.\d+)?$/;
const shellEditorLine = /^#.*(-\*-\s*(mode:\s*)?(sh|shell-script|bash)\b|\bvim?:.*\b(ft|filetype|syntax)=(sh|bash)\b)/m;

/**
 * What a file is: by its path, then its first lines, then the editor's language id. The path wins over the language id
 * where it says more (a workflow is "yaml" to most editors).
 * `text` may be only the head of the file. `undefined`: none of ours.
 */
export function fileKind(path: string, text: string, languageId?: string): FileKind | undefined {
  const clean = path
    .replace(/[?#].*$/, '')
    .replaceAll('\\', '/')
    .replace(/\.(in|tmpl|tpl|j2|dist|example|sample)$/, '');
  for (const [pattern, kind] of byPath) {
    if (pattern.test(clean) && suits(kind, text, clean)) return refined(kind, text);
  }
  const head = text.slice(0, 4096);
  if (shellShebang.test(head)) return 'shell';
  if (makeShebang.test(head)) return 'makefile';
  if (/^#cloud-config\b/m.test(head.slice(0, 400))) return 'cloud-init';
  const named = languageId === undefined ? undefined : byLanguageId[languageId];
  if (named !== undefined) return refined(named, text);
  if (shellEditorLine.test(head.slice(0, 400))) return 'shell';
  return kernelLine.test(head) || (captureName.test(clean) && isLoaderCapture(text, clean)) ? 'kernel-log' : undefined;
}

/** Of a text that may be prose and quote a message or two, most of what is written has to be such lines. */
function isLoaderCapture(text: string, path: string): boolean {
  const lines = text
    .slice(0, 65_536)
    .split('\n')
    .filter((line) => line.trim() !== '');
  const told = lines.filter((line) => line.length < 400 && loaderLine.test(line)).length;
  return told >= 2 && (!path.endsWith('.txt') || told * 2 >= lines.length);
}

/** Kinds whose names may go on after a dot: `Kconfig.debug`, `dmesg.0`, but not `kconfig.py` and `dmesg.c`. */
const looselyNamed: ReadonlySet<FileKind> = new Set(['kconfig', 'kbuild', 'makefile', 'kernel-log']);
const otherSource = /\.(?:c|cc|cpp|go|h|hpp|html|java|js|json|md|py|rs|rst|sh|ts|ya?ml)$/;

/** Keeps loose file name patterns from catching strangers. */
function suits(kind: FileKind, text: string, path: string): boolean {
  if (looselyNamed.has(kind)) return !otherSource.test(path);
  if (kind !== 'dot-config') return true;
  const head = text.slice(0, 65_536);
  return (
    text.trim() === '' || /^(# )?CONFIG_\w+[ =]/m.test(head) || (configName.test(path) && nearlySetting.test(head))
  );
}

/** A line that was meant to set a symbol. */
const nearlySetting =
  /^\ufeff?[ \t]*(?:export[ \t]+|#+[ \t]*)?CONFIG_[\w.-]+[ \t]*(?:=|is not set)|^[ \t]*[Cc]onfig_\w+=[ymn][ \t\r]*$/m;

function refined(kind: FileKind, text: string): FileKind {
  return kind === 'makefile' && /^\s*(obj|ccflags|asflags|ldflags|subdir)-(y|m|\$[({]\w+[)}])\s*[:+?]?=/m.test(text)
    ? 'kbuild'
    : kind;
}

/** The path part of a URI, decoded as far as it can be. */
export function pathOfUri(uri: string): string {
  const bare = uri.replace(/^[a-z][a-z0-9+.-]*:(\/\/[^/]*)?/i, '');
  try {
    return decodeURIComponent(bare);
  } catch {
    return bare;
  }
}
