import { describe, test } from 'node:test';
import { localversionExamples } from '../../../server/src/rules/config/localversion.examples.ts';
import { runExample } from './run-example.ts';

describe('CONFIG_LOCALVERSION without a known release', () => {
  for (const example of localversionExamples) test(example.shows, () => runExample(example));
});
