import { describe, test } from 'node:test';
import { scriptPinExamples } from '../../../server/src/rules/kbuild/script-pins.examples.ts';
import { runExample } from './run-example.ts';

describe('LOCALVERSION in scripts', () => {
  for (const example of scriptPinExamples) test(example.shows, () => runExample(example));
});
