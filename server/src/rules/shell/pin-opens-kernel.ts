import { type AptPin, parseAptPreferences } from '../../text/apt-preferences.ts';
import { globsOverlap } from '../package-glob.ts';
import type { Policy } from '../policy.ts';
import type { ScriptRule } from './script-rule.ts';

/** Priority of a version that nothing pins (apt_preferences(5)); above it a pin prefers, from 1000 on it even downgrades. */
const unpinned = 500;

/** A pin that makes apt prefer the vendor's kernel. A negative pin, or one that keeps a version, is good. */
export const pinOpensKernel: ScriptRule = {
  rule: 'pin-opens-kernel',
  *check({ preferences, policy, edits }) {
    for (const file of preferences) {
      for (const pin of parseAptPreferences(file.text).value) {
        if (pin.priority === undefined || pin.priority <= unpinned || pin.freezes) continue;
        const opened = openedBy(pin, policy);
        if (opened === undefined) continue;
        const span = file.map.span(pin.priorityStart, pin.priorityEnd);
        yield {
          rule: 'pin-opens-kernel',
          ...span,
          subject: opened,
          message: `Priority ${pin.priority} for "${pin.packages.map((item) => item.name).join(' ')}" from "${pin.pin}" makes apt take ${opened} from there, over the kernel that is installed. Expected: -1 for kernel packages, or a pin on the version that is there.`,
          fixes: [{ title: 'Forbid these packages with priority -1', edits: [edits.replace(span, '-1')] }],
        };
      }
    }
  },
};

/** A protected package that the pin reaches. A pin on everything counts for the vendor's own archive only. */
function openedBy(pin: AptPin, policy: Policy): string | undefined {
  const protectedGlobs = [...policy.requireHold, ...policy.forbid.map((entry) => entry.glob)];
  const vendor = /nvidia|l4t|tegra|jetson|raspberrypi|raspi|archive\.raspberry/i.test(pin.pin);
  for (const { name } of pin.packages) {
    if (name === '*') {
      if (vendor) return protectedGlobs[0];
      continue;
    }
    const regular = /^\/(.*)\/$/.exec(name);
    const reached = protectedGlobs.find((glob) =>
      regular === null ? globsOverlap(glob, name) : matches(regular[1] ?? '', glob.replaceAll('*', '')),
    );
    if (reached !== undefined) return reached;
  }
  return undefined;
}

/** A name in slashes is a POSIX extended expression; only its plain words are compared. */
function matches(expression: string, name: string): boolean {
  const words = expression.split(/[^a-z0-9-]+/).filter((word) => word.length >= 3);
  return words.length > 0 && words.every((word) => name.includes(word.replace(/-$/, '')));
}
