import { describe, test } from 'node:test';
import { configExamples } from '../../../server/src/rules/config/config.examples.ts';
import { scriptConfigExamples } from '../../../server/src/rules/config/script-config.examples.ts';
import { csourceExamples } from '../../../server/src/rules/csource/csource.examples.ts';
import { extraSymbolsExamples } from '../../../server/src/rules/kbuild/extra-symbols.examples.ts';
import { kbuildExamples } from '../../../server/src/rules/kbuild/kbuild.examples.ts';
import { kbuildNameExamples, kbuildObjectExamples } from '../../../server/src/rules/kbuild/kbuild-objects.examples.ts';
import { kernelFolderExamples } from '../../../server/src/rules/kbuild/kernel-folder.examples.ts';
import { releaseExamples } from '../../../server/src/rules/kbuild/release.examples.ts';
import { logExamples } from '../../../server/src/rules/log/log.examples.ts';
import { runExample } from './run-example.ts';

for (const [group, examples] of Object.entries({
  configExamples,
  scriptConfigExamples,
  kbuildExamples,
  kbuildObjectExamples,
  kbuildNameExamples,
  extraSymbolsExamples,
  releaseExamples,
  kernelFolderExamples,
  csourceExamples,
  logExamples,
})) {
  describe(group, () => {
    for (const example of examples) test(`${example.rule}: ${example.shows}`, () => runExample(example));
  });
}
