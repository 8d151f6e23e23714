import { describe, test } from 'node:test';
import { hostExamples } from '../../../server/src/rules/kbuild/host.examples.ts';
import { runExample } from './run-example.ts';

describe('pins in the files of other hosts', () => {
  for (const example of hostExamples) test(`${example.rule}: ${example.shows}`, () => runExample(example));
});
