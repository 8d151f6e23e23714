import path from 'node:path';
import Mocha from 'mocha';

/**
 * What a VS Code test run calls (`extensionTestsPath`): the same bundle in code-server's extension host and in a desktop
 * VS Code. The last line it prints is the count that the runner reads.
 */
export async function run(): Promise<void> {
  const mocha = new Mocha({ ui: 'bdd', color: false, reporter: 'spec', timeout: 60_000 });
  mocha.suite.emit('pre-require', globalThis, path.join(import.meta.dirname, 'index.ts'), mocha);
  await import('./activation.suite.ts');
  await import('./kernel-modules.suite.ts');
  await import('./differences.suite.ts');
  await import('./languages.suite.ts');
  const passed = { count: 0, pending: 0 };
  const failures = await new Promise<number>((resolve) => {
    mocha
      .run(resolve)
      .on('pass', () => passed.count++)
      .on('pending', () => passed.pending++);
  });
  console.log(`extension host: ${passed.count} passed, ${failures} failed, ${passed.pending} skipped`);
  if (failures > 0) throw new Error(`${failures} tests failed`);
}
