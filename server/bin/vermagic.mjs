#!/usr/bin/env node
// The command line as it is installed; `npm run build` makes what it loads. Node 22 and later keep the compiled code.
import module from 'node:module';

module.enableCompileCache?.();
// `import` would search the file for what it exports first.
module.createRequire(import.meta.url)('../dist/cli.cjs');
