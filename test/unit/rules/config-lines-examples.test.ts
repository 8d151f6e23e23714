import { describe, test } from 'node:test';
import { configLineExamples } from '../../../server/src/rules/config/config-lines.examples.ts';
import { runExample } from './run-example.ts';

describe('lines of a configuration', () => {
  for (const example of configLineExamples) test(example.shows, () => runExample(example));
});
