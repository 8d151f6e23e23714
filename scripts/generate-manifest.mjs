// Writes what is derived from the code, in the form that the formatter wants: the rules that `vermagic.rules` accepts into
// package.json, and the schema of vermagic.json; with a folder as argument, there.
// Run by the project's Node, because the registry is TypeScript: `npm run manifest`.
import { execFileSync } from 'node:child_process';
import fs from 'node:fs';
import path from 'node:path';
import { rules } from '../server/src/findings/registry.ts';
import { projectFileJsonSchema } from '../server/src/service/project-file-schema.ts';
import { root } from './setup.mjs';

const target = process.argv[2] ?? root;
const manifest = JSON.parse(fs.readFileSync(path.join(root, 'package.json'), 'utf8'));
const levels = ['off', 'hint', 'info', 'warning', 'error'];
const setting = manifest.contributes.configuration.properties['vermagic.rules'];
setting.properties = Object.fromEntries(
  Object.entries(rules).map(([id, rule]) => [
    id,
    { enum: levels, markdownDescription: `${rule.summary}. Default: \`${rule.level}\`.` },
  ]),
);
write('package.json', manifest);
write('syntaxes/vermagic.schema.json', projectFileJsonSchema());

function write(name, value) {
  const biome = path.join(root, 'node_modules/@biomejs/biome/bin/biome');
  const formatted = execFileSync(process.execPath, [biome, 'format', `--stdin-file-path=${name}`], {
    cwd: root,
    input: JSON.stringify(value, null, 2),
    encoding: 'utf8',
  });
  const file = path.join(target, name);
  fs.mkdirSync(path.dirname(file), { recursive: true });
  fs.writeFileSync(file, formatted);
}
