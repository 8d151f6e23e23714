import { describe, test } from 'node:test';
import { symversExamples } from '../../../server/src/rules/kbuild/symvers-missing.examples.ts';
import { runExample } from './run-example.ts';

describe('a kernel tree without Module.symvers that a Makefile gives to make', () => {
  for (const example of symversExamples) test(example.shows, () => runExample(example));
});
