// Builds what samples/ and (with --fixtures) test/fixtures/modules/ hold: our own C sources, compiled by the real
// Kbuild against Debian's kernel headers. Plain Node 20, no dependencies; needs apt, make, gcc-12 and
// gcc-12-aarch64-linux-gnu. Run it when a source changes; the results are committed.
import { buildFixtures } from './samples/fixtures.mjs';
import { buildJetsonSample } from './samples/jetson-sample.mjs';

try {
  if (process.argv.includes('--fixtures')) buildFixtures();
  else buildJetsonSample();
} catch (error) {
  console.error(`build-samples: ${error.message}`);
  process.exitCode = 1;
}
