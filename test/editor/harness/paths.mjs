import fs from 'node:fs';
import path from 'node:path';
import { findProgram, root } from '../../../scripts/setup.mjs';

export { projectNode, root } from '../../../scripts/setup.mjs';

export const harness = import.meta.dirname;
export const codeServer = path.join(harness, 'node_modules', 'code-server');
/** Made by the last successful setup; names what was set up. */
export const readyFile = path.join(codeServer, 'lib/vscode/node_modules', '.vermagic-ready');
export const results = path.join(root, 'test-results', 'editor');

/** The packaged extension that is tested. */
export function vsixFile() {
  const { name, version } = JSON.parse(fs.readFileSync(path.join(root, 'package.json'), 'utf8'));
  return process.env.VERMAGIC_VSIX ?? path.join(root, `${name}-${version}.vsix`);
}

/** The browser that shows the editor: CHROMIUM, else the system's. */
export function chromiumFile() {
  return (
    process.env.CHROMIUM ?? findProgram('chromium') ?? findProgram('chromium-browser') ?? findProgram('google-chrome')
  );
}
