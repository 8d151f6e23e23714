import type { CMacro, CSource } from '../../text/c-source.ts';
import type { Found } from '../text-rule.ts';
import type { CSourceRule } from './csource-facts.ts';

/** The texts that open GPL-only symbols (include/linux/license.h: license_is_gpl_compatible); compared exactly. */
const compatible = new Set([
  'GPL',
  'GPL v2',
  'GPL and additional rights',
  'Dual BSD/GPL',
  'Dual MIT/GPL',
  'Dual MPL/GPL',
]);

/** What people write when they mean one of these. */
const misspelt: readonly (readonly [RegExp, string])[] = [
  [/^GPL[- ]?v?2(?:\.0)?(?:-only|-or-later|\+)?$|^GPL ?v?3(?:\.0)?$|^GPL-[23]\.0-(?:only|or-later)$|^gpl$/i, 'GPL'],
  [/^(?:dual )?(?:bsd ?[/&+] ?gpl|gpl ?[/&+] ?bsd)$/i, 'Dual BSD/GPL'],
  [/^(?:dual )?(?:mit ?[/&+] ?gpl|gpl ?[/&+] ?mit)$/i, 'Dual MIT/GPL'],
];

const entry = /^module_(?:init|exit|driver|\w+_driver)$/;

export const moduleLicenseMissing: CSourceRule = {
  *check({ source, siblings }) {
    const license = source.macros.find((macro) => macro.name === 'MODULE_LICENSE');
    if (license) yield* unknownLicense(license);
    else if (siblings.every((text) => !/\bMODULE_LICENSE\s*\(/.test(text))) yield* missing(source);
  },
};

function* unknownLicense(license: CMacro): Iterable<Found> {
  const text = /^"(.*)"$/s.exec(license.argument)?.[1];
  if (text === undefined || compatible.has(text)) return;
  const meant = misspelt.find(([pattern]) => pattern.test(text))?.[1];
  if (meant === undefined) return;
  const span = { start: license.argumentStart, end: license.argumentEnd };
  yield {
    rule: 'module-license-missing',
    ...span,
    message: `The kernel does not know the licence "${text}": it taints itself (P) and hides every GPL-only symbol, as if the module were proprietary. Expected exactly "${meant}".`,
    expected: meant,
    actual: text,
    fixes: [{ title: `Write "${meant}"`, edits: [{ ...span, newText: `"${meant}"` }], preferred: true }],
  };
}

function* missing(source: CSource): Iterable<Found> {
  const place = source.macros.find((macro) => entry.test(macro.name));
  if (place === undefined) return;
  const last = source.macros.at(-1) ?? place;
  yield {
    rule: 'module-license-missing',
    start: place.start,
    end: place.end,
    message:
      'No MODULE_LICENSE: modpost stops the build ("missing MODULE_LICENSE()"), older kernels taint themselves (P) and hide GPL-only symbols.',
    fixes: [
      {
        title: 'Add MODULE_LICENSE("GPL")',
        edits: [{ start: last.end, end: last.end, newText: '\nMODULE_LICENSE("GPL");' }],
        preferred: true,
      },
    ],
  };
}
