// Writes what is derived from the code: the rules that `vermagic.rules` accepts into package.json, and the schema of vermagic.json.
// Run by the project's Node, because the registry is TypeScript: `npm run manifest`.
import fs from 'node:fs';
import path from 'node:path';
import { rules } from '../server/src/findings/registry.ts';
import { projectFileJsonSchema } from '../server/src/service/project-file-schema.ts';

const file = path.resolve(import.meta.dirname, '../package.json');
const manifest = JSON.parse(fs.readFileSync(file, 'utf8'));
const levels = ['off', 'hint', 'info', 'warning', 'error'];
const setting = manifest.contributes.configuration.properties['vermagic.rules'];
setting.properties = Object.fromEntries(
  Object.entries(rules).map(([id, rule]) => [
    id,
    { enum: levels, markdownDescription: `${rule.summary}. Default: \`${rule.level}\`.` },
  ]),
);
fs.writeFileSync(file, `${JSON.stringify(manifest, null, 2)}\n`);
fs.writeFileSync(
  path.resolve(import.meta.dirname, '../syntaxes/vermagic.schema.json'),
  `${JSON.stringify(projectFileJsonSchema(), null, 2)}\n`,
);
