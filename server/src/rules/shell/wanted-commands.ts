import type { FileKind } from '../../text/file-kind.ts';
import type { CommandInterest } from '../../text/shell/command-interest.ts';
import { mayBuild } from './foreign-module.ts';
import { mentionsHeaders } from './headers-not-checked.ts';

/** Programs that rules and hovers ask about, whatever else is in the script. */
const always: ReadonlySet<string> = new Set(
  'insmod modprobe rmmod kmod dkms make gmake apt apt-get aptitude nala apt-mark dpkg gdebi gdebi-core unattended-upgrade unattended-upgrades rpi-update'.split(
    ' ',
  ),
);

/** Programs that matter where something is fetched: they bring it or put it into place; builders matter too. */
const fetching: ReadonlySet<string> = new Set('curl wget aria2c git cp mv install rsync ln'.split(' '));

/** Programs that put apt preferences into place. */
const placing: ReadonlySet<string> = new Set('cp mv install ln rsync curl wget'.split(' '));

/** Programs that change a list of selections on its way to dpkg. */
const filtering: ReadonlySet<string> = new Set('sed grep egrep awk'.split(' '));

/** One for each kind of script, so that what a walk remembers for one is not used for another. */
const interests = new Map<string, CommandInterest>();

/** The commands that some rule looks at, in a document with this text. */
export function wantedCommands(text: string, kind: FileKind): CommandInterest {
  const fetches = /\b(curl|wget|aria2c|clone)\b/.test(text);
  // Any command may show that headers were thought of, where something is built against them.
  const builds = /dkms|\.run\b/.test(text);
  const configures = /scripts\/config|CONFIG_/.test(text);
  const pins = /\bpreferences\b/.test(text);
  const selects = text.includes('--set-selections');
  const expandsEchoes = runsInDash(text, kind);
  const key = `${fetches} ${builds} ${configures} ${pins} ${selects} ${expandsEchoes}`;
  const known = interests.get(key) ?? { ...interest({ fetches, builds, configures, pins, selects }), expandsEchoes };
  interests.set(key, known);
  return known;
}

/** Debian's /bin/sh: that of scripts which name it, of RUN and of make. */
function runsInDash(text: string, kind: FileKind): boolean {
  if (kind === 'dockerfile') return !/^\s*SHELL\b.*bash/im.test(text);
  if (kind === 'makefile' || kind === 'kbuild') return !/^\s*SHELL\s*[:?]?=.*bash/m.test(text);
  return /^#!\s*(\S*\/)?(env\s+)?(da)?sh\s/.test(text);
}

/** What a document does, as far as its words tell. */
interface Doing {
  readonly fetches: boolean;
  readonly builds: boolean;
  readonly configures: boolean;
  readonly pins: boolean;
  readonly selects: boolean;
}

function interest({ fetches, builds, configures, pins, selects }: Doing): CommandInterest {
  return {
    wants: (name, command) =>
      always.has(name) ||
      (fetches && (fetching.has(name) || mayBuild(name) || /^[^/\s]+\//.test(command))) ||
      (pins && placing.has(name)) ||
      (selects && filtering.has(name)) ||
      (configures && (name === 'config' || (name === 'sed' && command.includes('CONFIG_')))) ||
      (builds && (/[$`]/.test(command) || name.endsWith('.run') || mentionsHeaders(command))),
  };
}
