import type { CommandInterest } from '../../text/shell/command-interest.ts';
import { mentionsHeaders } from './headers-not-checked.ts';

/** Programs that rules and hovers ask about, whatever else is in the script. */
const always: ReadonlySet<string> = new Set(
  'insmod modprobe rmmod kmod dkms make gmake apt apt-get aptitude nala apt-mark dpkg gdebi gdebi-core unattended-upgrade unattended-upgrades rpi-update'.split(
    ' ',
  ),
);

/** Programs that matter where something is fetched: they bring it, build it or put it into place. */
const fetching: ReadonlySet<string> = new Set(
  'curl wget aria2c git cp mv install rsync ln ninja cmake docker podman'.split(' '),
);

/** One for each kind of script, so that what a walk remembers for one is not used for another. */
const interests = [false, true].map((fetches) => [false, true].map((builds) => interest(fetches, builds)));

/** The commands that some rule looks at, in a document with this text. */
export function wantedCommands(text: string): CommandInterest {
  const fetches = /\b(curl|wget|aria2c|clone)\b/.test(text);
  // Any command may show that headers were thought of, where something is built against them.
  const builds = /dkms|\.run\b/.test(text);
  return interests[Number(fetches)]?.[Number(builds)] ?? interest(fetches, builds);
}

function interest(fetches: boolean, builds: boolean): CommandInterest {
  return {
    wants: (name, command) =>
      always.has(name) ||
      (fetches && (fetching.has(name) || /build|compile/i.test(name))) ||
      (builds && (/[$`]/.test(command) || name.endsWith('.run') || mentionsHeaders(command))),
  };
}
