import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Ports } from '../../../server/src/ports/ports.ts';
import { parseProjectFile } from '../../../server/src/service/project-file.ts';
import { verify } from '../../../server/src/service/verification.ts';
import { MemoryFileSystem } from '../support/memory-file-system.ts';

function verdictBefore(text: string) {
  const uri = 'file:///w/vermagic.json';
  const ports = { files: new MemoryFileSystem({ '/w/vermagic.json': text }) } as unknown as Ports;
  return verify(ports, { lint: () => Promise.resolve([]) } as unknown as Parameters<typeof verify>[1], {
    ...{ kind: 'preflight', uri: 'file:///w', name: 'w', target: undefined, fallback: undefined, owners: [] },
    ...{ project: parseProjectFile(text, uri).value, policy: {}, levels: {}, version: '0' },
  });
}

test('the editor too says what cannot be understood in vermagic.json before flashing', async () => {
  const { ready, verdict } = await verdictBefore('{\n"polcy": {} }');
  assert.equal(ready, false);
  assert.match(verdict, /^Do not flash: .*vermagic\.json: line 2: "polcy" is not a key of vermagic\.json; .+[^.]\.$/);
  assert.doesNotMatch((await verdictBefore('{ "policy": {} }')).verdict, /vermagic\.json: /);
});

test('of many mistakes the first are told, and how many more there are', async () => {
  const keys = Array.from({ length: 9 }, (_, index) => `"k${index}": 1`);
  const { verdict } = await verdictBefore(`{ ${keys.join(', ')} }`);
  assert.match(verdict, /"k0" .*"k4" .*vermagic\.json: 4 more that cannot be understood\.$/);
  assert.doesNotMatch(verdict, /"k5"/);
});
