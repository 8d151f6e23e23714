import type { FileKind } from '../../text/file-kind.ts';
import { packageCommand } from '../../text/shell/package-tools.ts';
import type { ShellCommand } from '../../text/shell/shell-command.ts';
import type { FoundFix } from '../text-rule.ts';
import { HeldPackages } from './held-packages.ts';
import type { ScriptFacts, ScriptRule } from './script-rule.ts';

/** Their upgrades touch a throw-away system without a kernel of its own, unless the project says that packages need protection. */
const withoutKernel: ReadonlySet<FileKind> = new Set([
  'dockerfile',
  'github-workflow',
  'github-action',
  'gitlab-ci',
  'compose',
  'markdown',
]);

/** Upgrades of everything with nothing that keeps the kernel back. */
export const unguardedUpgrade: ScriptRule = {
  rule: 'unguarded-upgrade',
  *check(facts) {
    if (!facts.policy.protectsPackages && withoutKernel.has(facts.document.kind)) return;
    let held: HeldPackages | undefined;
    for (const command of facts.commands) {
      const what = upgrades(command, facts);
      if (what === undefined || (command.place.kind === 'container' && !facts.policy.protectsPackages)) continue;
      held ??= new HeldPackages(facts.whole ?? facts);
      const running = sameCommand(command, facts);
      const missing = running === undefined ? [] : held.missingBefore(running);
      const first = command.argv.find((word) => word.value === what) ?? command.argv[0];
      if (missing.length === 0 || first === undefined) continue;
      yield {
        rule: 'unguarded-upgrade',
        start: command.start,
        end: Math.max(first.end, command.start),
        subject: what,
        message: `${command.name} ${what === command.name ? '' : `${what} `}replaces the kernel as soon as the archive has a newer one, and modules built for this one stop loading. Expected: a hold before it (${missing.join(', ')}). ${passedOver(facts)}Add apt-mark hold and a pin.`,
        fixes: [holdAndPin(facts, command, missing)],
      };
    }
  },
};

/** The command in the run that follows other files too: of several runs of one place the same one. */
function sameCommand(command: ShellCommand, { whole, commands, places }: ScriptFacts): ShellCommand | undefined {
  if (whole === undefined) return command;
  const { start, end } = places.span(command.start, command.end);
  const alike = (other: ShellCommand): boolean => other.start === command.start && other.end === command.end;
  const before = commands.filter((other) => other.order < command.order && alike(other)).length;
  return whole.commands.filter((other) => other.start === start && other.end === end)[before];
}

/** What the document pins in a file that apt does not read. */
function passedOver({ preferences }: ScriptFacts): string {
  const file = preferences.find(({ isRead }) => !isRead);
  return file === undefined ? '' : `apt passes over ${file.path}: it reads names without extension, or with .pref. `;
}

/** The word that makes a command an upgrade of everything. */
function upgrades(command: ShellCommand, facts: ScriptFacts): string | undefined {
  if (command.name === 'rpi-update' && facts.policy.packs.includes('raspberry-pi')) return 'rpi-update';
  if (command.name === 'unattended-upgrade' || command.name === 'unattended-upgrades') {
    const harmless = command.argv.some(
      (word) => word.elastic || /^--(dry-run|help|download-only|version|apt-debug)$|^-h$/.test(word.value ?? ''),
    );
    return harmless ? undefined : command.name;
  }
  const tool = packageCommand(command);
  if (tool?.action !== 'upgrade' || tool.harmless || tool.packages.length > 0) return undefined;
  return command.argv.slice(1).find((word) => /upgrade$/.test(word.value ?? '') && !word.value?.startsWith('-'))?.value;
}

function holdAndPin({ edits }: ScriptFacts, command: ShellCommand, missing: readonly string[]): FoundFix {
  const prefix = edits.prefixOf(command);
  const names = missing.map((glob) => (glob.includes('*') ? `'${glob}'` : glob)).join(' ');
  const hold = `${prefix}apt-mark hold ${names.replaceAll("'linux-image-*'", '"linux-image-$(uname -r)"')}`;
  if (!edits.standsOnOwnLine(command)) {
    const plain = names.includes("'") ? `${prefix}apt-mark hold linux-image-$(uname -r)` : hold;
    return { title: 'Hold the kernel packages first', edits: [edits.insertBefore(command, [plain])], preferred: true };
  }
  const pin = `printf 'Package: ${missing.join(' ')}\\nPin: release *\\nPin-Priority: -1\\n' | ${prefix}tee /etc/apt/preferences.d/vermagic-kernel >/dev/null`;
  return {
    title: 'Hold and pin the kernel packages first',
    edits: [edits.insertBefore(command, [hold, pin])],
    preferred: true,
  };
}
