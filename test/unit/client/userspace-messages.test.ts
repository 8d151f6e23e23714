import assert from 'node:assert/strict';
import { test } from 'node:test';
import { insmodMessage, modprobeMessage } from '../../../client/src/userspace-messages.ts';

// The words are those of kmod 30, seen on a Debian machine; they are what people paste into a search engine.
test('insmod has its own words for the commonest refusals', () => {
  assert.equal(
    insmodMessage('hello.ko', 'ENOEXEC'),
    'insmod: ERROR: could not insert module hello.ko: Invalid module format',
  );
  assert.equal(
    insmodMessage('hello.ko', 'ENOENT'),
    'insmod: ERROR: could not insert module hello.ko: Unknown symbol in module',
  );
  assert.equal(
    insmodMessage('hello.ko', 'EINVAL'),
    'insmod: ERROR: could not insert module hello.ko: Invalid parameters',
  );
});

test('modprobe says the same refusals in other words', () => {
  assert.equal(modprobeMessage('hello', 'ENOEXEC'), "modprobe: ERROR: could not insert 'hello': Exec format error");
  assert.equal(
    modprobeMessage('hello', 'ENOENT'),
    "modprobe: ERROR: could not insert 'hello': Unknown symbol in module, or unknown parameter (see dmesg)",
  );
  assert.equal(
    modprobeMessage('hello', 'EEXIST'),
    "modprobe: ERROR: could not insert 'hello': Module already in kernel",
  );
});

test('other errors are said by the C library, unknown ones by their name', () => {
  const ending = 'Key was rejected by service';
  assert.ok(insmodMessage('hello.ko', 'EKEYREJECTED').endsWith(ending));
  assert.ok(modprobeMessage('hello', 'EKEYREJECTED').endsWith(ending));
  assert.ok(insmodMessage('hello.ko', 'EWHATEVER').endsWith(': EWHATEVER'));
});
