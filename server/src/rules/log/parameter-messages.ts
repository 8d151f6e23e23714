import { type LogMessage, line, name } from './log-message.ts';

/** What the kernel says of parameters (kernel/params.c). */
export const parameterMessages: readonly LogMessage[] = [
  {
    id: 'parameter-too-long',
    pattern: line(`${name}: \`(?<value>[^']*)' too large for parameter \`(?<parameter>[^']*)'`),
    cause: 'The text for the parameter {parameter} of {module} is longer than the module has room for',
    next: 'Shorten it; modinfo -p {module} shows the types.',
    errno: 'ENOSPC',
  },
  {
    id: 'parameter-string-too-long',
    pattern: line('(?<parameter>[\\w.-]+): string parameter too long'),
    cause: 'The text for the parameter {parameter} has more than 1024 characters',
    next: 'Shorten it.',
    errno: 'ENOSPC',
  },
  {
    id: 'parameter-number',
    pattern: line(`${name}: \`(?<value>[-+]?(?:0[xX][0-9a-fA-F]+|\\d+))' invalid for parameter \`(?<parameter>[^']*)'`),
    cause:
      'The parameter {parameter} of {module} does not take the number {value}: EINVAL or ERANGE, because the kernel prints the same line where a number is no value of the type, as "-1" for an unsigned one or "2" for a bool, and where it does not fit, as more than 2147483647 for an int',
    next: 'modinfo -p {module} shows the types. The words of insmod tell the two apart: "Numerical result out of range" or "Invalid parameters".',
    errno: 'EINVAL or ERANGE',
  },
  {
    id: 'parameter-invalid',
    pattern: line(`${name}: \`(?<value>[^']*)' invalid for parameter \`(?<parameter>[^']*)'`),
    cause: 'The value "{value}" is none that the parameter {parameter} of {module} takes',
    next: 'modinfo -p {module} shows the types. A parameter that is locked down or has rules of its own may answer with another errno.',
    errno: 'EINVAL',
  },
  {
    id: 'parameter-refused',
    pattern: line(`${name}: Unknown parameter \`(?<parameter>[^']*)'`),
    cause: '{module} takes no parameter {parameter}, and this kernel refuses the module for it',
    next: 'modinfo -p {module} shows the names. Look into /etc/modprobe.d and the kernel command line for the misspelt one.',
    errno: 'ENOENT',
  },
  {
    id: 'parameter-unknown',
    pattern: line(`${name}: unknown parameter '(?<parameter>[^']*)' ignored`),
    cause: '{module} has no parameter {parameter}; it is loaded without it',
    next: 'modinfo -p {module} shows the names. Look into /etc/modprobe.d and the kernel command line for the misspelt one.',
  },
  {
    id: 'dangerous-option',
    pattern: line('Setting dangerous option (?<parameter>\\S+) - tainting kernel'),
    cause: 'The parameter {parameter} is marked unsafe by its author; the kernel carries U until it reboots',
    next: 'Take the option out if it is not meant.',
  },
];
