import type { TextDocument } from '../../text/text-document.ts';
import type { Found } from '../text-rule.ts';
import type { PinPicture } from './pin-picture.ts';

/** A pinned release that ends in the `+` of scripts/setlocalversion: it is that of an untagged checkout. */
export function* lonePlus(document: TextDocument, pins: PinPicture): Iterable<Found> {
  for (const pin of pins.pins) {
    if (pin.uri !== document.uri || (pin.role !== 'release' && pin.role !== 'vermagic')) continue;
    const release = /^\d+\.\d+\S*\+(?=\s|$)/.exec(pin.raw)?.[0];
    if (release === undefined) continue;
    const start = document.lines.offsetAt(pin.range.start);
    yield {
      rule: 'localversion-plus',
      start,
      end: start + release.length,
      message: `The "+" of "${release}" comes from scripts/setlocalversion: the kernel was built from a git checkout that is not at the tag of its version (up to Linux 6.1 also from the tag with uncommitted changes), with LOCALVERSION not set at all. A build from a tag, from an archive, or with LOCALVERSION set (an empty one suffices) makes "${release.slice(0, -1)}", which is another kernel to its modules. Give make a LOCALVERSION and pin what it makes.`,
      actual: release,
    };
  }
}
