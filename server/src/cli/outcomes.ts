/**
 * What decides an exit status and is no finding of a rule. It has an id among the results all the same, so that nothing that
 * fails a gate goes unsaid; no setting turns it off.
 */
export const outcomes = {
  undetermined: 'A fact is missing without which it is open whether the module loads',
  refused: 'The kernel would refuse the module, and the project shows no finding that says why as an error',
  unreadable: 'A file or folder could not be read, wholly or in part',
  'not-ready': 'Something else keeps the image from being flashed',
} as const;

export type Outcome = keyof typeof outcomes;

export function isOutcome(id: string): id is Outcome {
  return Object.hasOwn(outcomes, id);
}

/** Where outcomes are explained. */
export const outcomePage = 'https://github.com/vermagic/vermagic/blob/main/docs/ci.md#what-sarif-and-annotations-say';
