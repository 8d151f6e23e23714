/** C library texts (strerror) of what the module loader returns. */
const strerror: Readonly<Record<string, string>> = {
  EPERM: 'Operation not permitted',
  ENOENT: 'No such file or directory',
  ENOEXEC: 'Exec format error',
  ENOMEM: 'Cannot allocate memory',
  EACCES: 'Permission denied',
  EBUSY: 'Device or resource busy',
  EEXIST: 'File exists',
  EINVAL: 'Invalid argument',
  ENOSPC: 'No space left on device',
  ERANGE: 'Numerical result out of range',
  EBADMSG: 'Bad message',
  EOPNOTSUPP: 'Operation not supported',
  EKEYREJECTED: 'Key was rejected by service',
  EFAULT: 'Bad address',
};

/** kmod tools/insmod.c:mod_strerror: insmod has its own words for these. */
const insmodWords: Readonly<Record<string, string>> = {
  ENOEXEC: 'Invalid module format',
  ENOENT: 'Unknown symbol in module',
  ESRCH: 'Module has wrong symbol version',
  EINVAL: 'Invalid parameters',
};

/** kmod tools/modprobe.c:insmod. */
const modprobeWords: Readonly<Record<string, string>> = {
  EEXIST: 'Module already in kernel',
  ENOENT: 'Unknown symbol in module, or unknown parameter (see dmesg)',
};

/** What `insmod FILE` prints when the kernel returns this error. */
export function insmodMessage(file: string, errno: string): string {
  const words = insmodWords[errno] ?? strerror[errno] ?? errno;
  return `insmod: ERROR: could not insert module ${file}: ${words}`;
}

/** What `modprobe NAME` prints when the kernel returns this error. */
export function modprobeMessage(name: string, errno: string): string {
  const words = modprobeWords[errno] ?? strerror[errno] ?? errno;
  return `modprobe: ERROR: could not insert '${name}': ${words}`;
}
