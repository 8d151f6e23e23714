import { limits } from '../../limits.ts';
import type { FileSystem } from '../../ports/file-system.ts';
import { joinUri, parentUri } from '../../ports/uri.ts';
import { aptSources } from '../../text/apt-sources.ts';
import type { TextDocument } from '../../text/text-document.ts';
import { pinReaches, preferencesIn } from '../apt-pins.ts';
import type { Policy } from '../policy.ts';
import type { PackName } from '../policy-packs.ts';
import type { Found, RuleContext, RuleSet } from '../text-rule.ts';

/** The archives that the kernel packages of a pack come from. */
const vendorArchives: Readonly<Partial<Record<PackName, RegExp>>> = {
  'jetson-l4t': /^https?:\/\/repo\.download\.nvidia\.(?:com|cn)\/jetson\//,
};

/** Sources of a vendor's kernel, enabled where nothing beside them keeps that kernel out. */
export const aptSourceRules: RuleSet = { kinds: ['apt-sources'], run: checkSources };

async function checkSources(document: TextDocument, context: RuleContext): Promise<readonly Found[]> {
  const { policy, files } = context;
  if (policy.levelOf('unguarded-source') === 'off') return [];
  const archives = policy.packs.flatMap((pack) => vendorArchives[pack] ?? []);
  const open = aptSources(document.text).filter(({ uri }) => archives.some((archive) => archive.test(uri)));
  // What is held or pinned stands in other files; without them there is nothing to say.
  if (open.length === 0 || files === undefined || (await isGuarded(document.uri, files, policy))) return [];
  return open.map(({ uri, start, end, disable }) => ({
    rule: 'unguarded-source' as const,
    start,
    end,
    subject: uri,
    message: `${uri} brings the vendor's kernel with the next upgrade, unattended ones too: expected beside it a pin of ${policy.requireHold[0] ?? 'the kernel packages'} to -1 in preferences.d, or a hold; found neither. Pin or hold the kernel packages, or turn the source off.`,
    fixes: [
      { title: 'Turn the source off', edits: [{ start: disable.at, end: disable.at, newText: disable.newText }] },
    ],
  }));
}

/** A pin below 0 or on a version in apt's folder, or a hold in dpkg's status of the same root file system. */
async function isGuarded(uri: string, files: FileSystem, policy: Policy): Promise<boolean> {
  const own = parentUri(uri);
  const apt = own.endsWith('/sources.list.d') ? parentUri(own) : own;
  const pins = (await preferencesIn(files, apt)).flatMap(({ keptAway, isRead }) => (isRead ? keptAway : []));
  if (pins.some((named) => keepsKernel(named, policy))) return true;
  const status = joinUri(parentUri(parentUri(apt)), 'var/lib/dpkg/status');
  const held = (await textOf(status, files)).matchAll(/^Package: (\S+)\n(?:Status: hold\b|[^\n]+\nStatus: hold\b)/gm);
  return [...held].some((match) => keepsKernel(match[1] ?? '', policy));
}

function keepsKernel(name: string, policy: Policy): boolean {
  return policy.requireHold.some((glob) => pinReaches(name, glob)) || policy.forbiddenBy(name) !== undefined;
}

async function textOf(uri: string, files: FileSystem): Promise<string> {
  const bytes = await files.readFile(uri, limits.textBytes).catch(() => undefined);
  return bytes === undefined ? '' : new TextDecoder().decode(bytes);
}
