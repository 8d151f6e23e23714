import { type LogMessage, line } from './log-message.ts';

/** How insmod, modprobe, busybox, toybox and systemd begin, before the errno's words. */
const notInserted =
  "(?:(?:insmod|modprobe): )?(?:ERROR: )?(?:(?:could not insert|can't load) module |(?:could not insert|error inserting|can't insert|Failed to insert module) '|failed to load (?=\\S+\\.ko))(?<file>[^\\s':]+)'?(?: \\([^)]*\\))?: (?:-1 )?";

/** busybox writes some of the words in lower case. */
function refused(words: string): RegExp {
  return new RegExp(notInserted + words);
}

/** What insmod, modprobe, rmmod and systemd-modules-load say. Their words are those of the errno, not of its cause. */
export const toolMessages: readonly LogMessage[] = [
  {
    id: 'invalid-module-format',
    pattern: refused('(?:[Ii]nvalid module format|Exec format error)'),
    cause:
      'The kernel refused the module {module} (ENOEXEC; insmod says "Invalid module format", modprobe "Exec format error"). The reason is in the kernel log; an empty log means missing CRCs or vermagic, or forcing on a kernel that does not allow it',
    next: 'Read dmesg right after; check the module against this kernel.',
    errno: 'ENOEXEC',
  },
  {
    id: 'key-not-available',
    pattern: refused('Required key not available'),
    cause:
      'Signatures are enforced, and {module} has none, or the key that signed it is in no keyring of this kernel. Kernels before 5.4 answer so; newer ones with "Key was rejected by service"',
    next: 'Sign it with a key of the keyrings; after a kernel update a key that was built into the old image is gone, one enrolled with mokutil is not.',
    errno: 'ENOKEY',
  },
  {
    id: 'key-rejected',
    pattern: refused('Key was rejected by service'),
    cause:
      'The signature of {module} does not fit the file, or its key was revoked: then dmesg is silent. With "Loading of … is rejected" in dmesg, signatures are enforced and the module has none by a key that this kernel trusts (since Linux 5.4)',
    next: 'Read dmesg right after. Sign the module (again), last of all: what edits or strips it after that breaks the signature. After a kernel update a key that was built into the old image is gone, one enrolled with mokutil is not.',
    errno: 'EKEYREJECTED',
  },
  {
    id: 'signature-damaged-user',
    pattern: refused('Bad message'),
    cause: 'The signature at the end of {module} is damaged: its length or its form is wrong',
    next: 'Compare the file with the build output, copy it again, or sign it again.',
    errno: 'EBADMSG',
  },
  {
    id: 'unknown-symbol-user',
    pattern: refused('[Uu]nknown symbol in module'),
    cause: 'A symbol that {module} needs is not there (ENOENT); the kernel log names it',
    next: 'Use modprobe, which loads dependencies; after a new module was copied run depmod.',
    errno: 'ENOENT',
  },
  {
    id: 'invalid-parameters-user',
    pattern: refused('(?:[Ii]nvalid parameters?|Invalid argument)'),
    cause:
      'The kernel answered EINVAL. That is a bad parameter of {module}, but also a symbol with another CRC or a namespace that is not imported',
    next: 'Read dmesg: it says which of these.',
    errno: 'EINVAL',
  },
  {
    id: 'out-of-range-user',
    pattern: refused('Numerical result out of range'),
    cause: 'The number given for a parameter of {module} does not fit its type',
    next: 'The kernel log names the parameter, modinfo -p {module} its type; an int takes no more than 2147483647.',
    errno: 'ERANGE',
  },
  {
    id: 'no-room-user',
    pattern: refused('No space left on device'),
    cause: 'A text given for a parameter of {module} is too long',
    next: 'The kernel log names the parameter.',
    errno: 'ENOSPC',
  },
  {
    id: 'already-loaded-user',
    pattern: refused('(?:File exists|Module already in kernel)'),
    cause: 'A module named {module} is loaded already, this one or another of the same name',
    next: 'lsmod shows it; rmmod it first if this one is to replace it. If it is not there, the init function of {module} ended with this errno.',
    errno: 'EEXIST',
  },
  {
    id: 'not-permitted-user',
    pattern: refused('Operation not permitted'),
    cause:
      'The kernel does not let {module} in: the caller is not root (no CAP_SYS_MODULE, as in a container), kernel.modules_disabled is 1, module_blacklist= names it, or the kernel is locked down and the module not signed',
    next: 'Read dmesg right after: it names the blacklist and the lockdown, and says nothing of the other two.',
    errno: 'EPERM',
  },
  {
    id: 'busy-user',
    pattern: refused('Device or resource busy'),
    cause:
      'Another load of {module} did not end well while this one waited, a module that it needs hangs in its init function, or its own init function found its device in use',
    next: 'Read dmesg right after: "gave up waiting" names the module that hangs.',
    errno: 'EBUSY',
  },
  {
    id: 'memory-user',
    pattern: refused('Cannot allocate memory'),
    cause: 'There is no memory for {module}, or for what its init function asked for',
    next: 'Read dmesg right after; modules with much per-CPU data can use up its reserve.',
    errno: 'ENOMEM',
  },
  {
    id: 'init-failed-user',
    pattern: refused('(?<reason>No such device(?: or address)?|Input/output error|Connection timed out)'),
    cause:
      'The kernel took {module}, and its own init function gave up ("{reason}"): usually the hardware is not there or does not answer',
    next: 'Read what the module itself logged; the checks of the kernel let it through.',
  },
  {
    id: 'no-such-file-user',
    pattern: line('could not load module (?<file>\\S+): No such file or directory'),
    cause: 'There is no file {file}: insmod takes a path, not the name of a module',
    next: 'Give the path of the .ko, or use modprobe with the name.',
  },
  {
    id: 'no-entry-user',
    pattern: refused('No such file or directory'),
    cause:
      'The file of {module} is not there, or a symbol that it needs is not (ENOENT); for the second the kernel log names it',
    next: 'Look whether the file is there; use modprobe, which loads dependencies.',
    errno: 'ENOENT',
  },
  {
    id: 'module-not-found',
    pattern: line('Module (?<module>[\\w-]+) not found in directory (?<folder>/\\S*lib/modules/(?<release>[^\\s/]+))'),
    cause:
      'The index below {folder} has no module {module}: it is not installed for the kernel {release}, or depmod was not run after it was copied',
    next: 'Install it for {release} and run depmod -a {release}. If the modules lie below another release, the kernel that runs is not the one they were installed for.',
  },
  {
    id: 'module-not-indexed',
    pattern: line(
      "(?:modprobe: FATAL: Module (?<module>[\\w-]+) not found\\.|module '?(?<old>[\\w-]+)'? not found in modules\\.dep|Failed to find module '(?<file>[\\w-]+)')",
    ),
    cause:
      'modules.dep of the kernel that runs has no module {module}: it is not installed for this kernel, or depmod was not run after it was copied',
    next: 'Compare uname -r with the folder below /lib/modules that has the module; run depmod -a.',
  },
  {
    id: 'module-in-use',
    pattern: line('(?:rmmod: ERROR|modprobe: FATAL): Module (?<module>[\\w-]+) is in use(?: by: (?<users>[\\w -]+))?'),
    cause: '{module} stays loaded: other modules or open devices use it',
    next: 'lsmod shows the users; remove them first or close what has the device open. Do not force it.',
  },
  {
    id: 'not-removed',
    pattern: line(
      "(?:could not remove(?: module)?|can't unload module) '?(?<file>[\\w-]+)'?: (?<reason>Device or resource busy|Resource temporarily unavailable)",
    ),
    cause:
      '{module} stays loaded ("{reason}"): something uses it, it is still starting or ending, or it has no exit function',
    next: 'lsmod shows the users. Without an exit function only a reboot removes it.',
  },
];
