import { type LogMessage, line, name } from './log-message.ts';

/** What the kernel says of modules that it loads and is tainted by. */
export const taintMessages: readonly LogMessage[] = [
  {
    id: 'forced',
    pattern: line(`${name}: (?<what>[\\w ]+): kernel tainted\\.`),
    cause:
      '{module} was accepted although "{what}" is not right: CONFIG_MODULE_FORCE_LOAD allows it. The kernel carries F until it reboots',
    next: 'Do not force: rebuild the module. Crashes after this line prove nothing about the kernel.',
  },
  {
    id: 'out-of-tree',
    pattern: line(`${name}: loading out-of-tree module taints kernel`),
    cause: '{module} is not part of the kernel source; the kernel carries O until it reboots. It is loaded',
    next: 'Nothing to do. For a report to kernel developers reproduce the fault without it.',
  },
  {
    id: 'license',
    pattern: line(`${name}: module license (?:'(?<license>[^']*)' )?taints kernel`),
    cause:
      'The licence of {module} is none the kernel counts as GPL-compatible; the kernel carries P until it reboots and hides GPL-only symbols from {module}',
    next: 'If it is meant to be free: write MODULE_LICENSE("GPL"); the text is compared exactly.',
  },
  {
    id: 'retpoline',
    pattern: line(`${name}: loading module not compiled with retpoline compiler`),
    cause: '{module} was compiled without retpolines; it is loaded, and the machine may be open to Spectre variant 2',
    next: "Build with a compiler and configuration as the kernel's own.",
  },
  {
    id: 'staging',
    pattern: line(`${name}: module is from the staging directory`),
    cause: '{module} is a staging driver; the kernel carries C until it reboots',
    next: 'Nothing to do.',
  },
];
