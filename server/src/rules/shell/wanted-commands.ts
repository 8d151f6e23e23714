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

/** Programs that put apt preferences into place, or take them away. */
const placing: ReadonlySet<string> = new Set('cp mv install ln rsync curl wget rm'.split(' '));

/** One for each kind of script, so that what a walk remembers for one is not used for another. */
const interests = new Map<string, CommandInterest>();

/** The commands that some rule looks at, in a document with this text. */
export function wantedCommands(text: string): CommandInterest {
  const fetches = /\b(curl|wget|aria2c|clone)\b/.test(text);
  // Any command may show that headers were thought of, where something is built against them.
  const builds = /dkms|\.run\b/.test(text);
  const configures = /scripts\/config|CONFIG_/.test(text);
  const pins = /\bpreferences\b/.test(text);
  const key = `${fetches} ${builds} ${configures} ${pins}`;
  const known = interests.get(key) ?? interest(fetches, builds, configures, pins);
  interests.set(key, known);
  return known;
}

function interest(fetches: boolean, builds: boolean, configures: boolean, pins: boolean): CommandInterest {
  return {
    wants: (name, command) =>
      always.has(name) ||
      (fetches && (fetching.has(name) || mayBuild(name) || /^[^/\s]+\//.test(command))) ||
      (pins && placing.has(name)) ||
      (configures && (name === 'config' || (name === 'sed' && command.includes('CONFIG_')))) ||
      (builds && (/[$`]/.test(command) || name.endsWith('.run') || mentionsHeaders(command))),
  };
}
