#!/usr/bin/env node
// The command line as it is installed; `npm run build` makes what it loads.
import '../dist/cli.cjs';
