import { type AptPin, parseAptPreferences } from '../../text/apt-preferences.ts';
import { pinReaches } from '../apt-pins.ts';
import { patternMeans } from '../package-glob.ts';
import type { Policy } from '../policy.ts';
import type { ScriptRule } from './script-rule.ts';

/** Priority of a version that nothing pins (apt_preferences(5)); above it a pin prefers, from 1000 on it even downgrades. */
const unpinned = 500;

/** A pin that makes apt prefer the vendor's kernel. A negative pin, or one that keeps a version, is good. */
export const pinOpensKernel: ScriptRule = {
  rule: 'pin-opens-kernel',
  *check({ preferences, policy, edits }) {
    for (const { content, inPlace, isRead, complete } of preferences) {
      if (content === undefined || !inPlace || !isRead || !complete) continue;
      for (const pin of parseAptPreferences(content.text).value) {
        if (pin.priority === undefined || pin.priority <= unpinned || pin.freezes) continue;
        const opened = openedBy(pin, policy);
        if (opened === undefined) continue;
        const span = content.map.span(pin.priorityStart, pin.priorityEnd);
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

/** The protected package that the pin reaches, the worst of several. A pin on everything counts for the vendor's own archive only. */
function openedBy(pin: AptPin, policy: Policy): string | undefined {
  const protectedGlobs = [...policy.requireHold, ...policy.forbid.map((entry) => entry.glob)];
  const vendor = /nvidia|l4t|tegra|jetson|raspberrypi|raspi|archive\.raspberry/i.test(pin.pin);
  for (const { name } of pin.packages) {
    if (name === '*' && !vendor) continue;
    const reached = name.startsWith('/')
      ? protectedGlobs.find((glob) => pinReaches(name, glob))
      : (policy.forbiddenBy(name)?.glob ?? policy.requireHold.find((glob) => patternMeans(name, glob)));
    if (reached !== undefined) return reached;
  }
  return undefined;
}
