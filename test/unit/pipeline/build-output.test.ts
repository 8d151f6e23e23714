import assert from 'node:assert/strict';
import { test } from 'node:test';
import { BuildOutput, causeOf } from '../../../server/src/pipeline/build-output.ts';
import { PathMapping } from '../../../server/src/pipeline/path-mapping.ts';
import { locateMessages } from '../../../server/src/pipeline/symbol-use.ts';
import { MemoryFileSystem } from '../support/memory-file-system.ts';

const mapping = new PathMapping([
  { hostPath: '/home/me/board', containerPath: '/src', readOnly: false },
  { hostPath: '/cache/linux', containerPath: '/src/linux', readOnly: true },
]);

function read(text: string) {
  const output = new BuildOutput(mapping, '/src');
  const lines = [...output.push(text), ...output.end()];
  return { lines, messages: output.messages };
}

test('paths of the container become paths of this machine, the innermost mount first, and look-alikes stay', () => {
  assert.equal(mapping.toHost('/src/a.c'), '/home/me/board/a.c');
  assert.equal(mapping.toHost('/src/linux/a.c'), '/cache/linux/a.c');
  assert.equal(mapping.toHost('/srcs/a.c'), '/srcs/a.c');
  assert.equal(
    mapping.line('gcc -I/src/x /usr/src/y /src /src2 (/src/z)'),
    'gcc -I/src/x /usr/src/y /home/me/board /src2 (/home/me/board/z)',
  );
});

test('errors and warnings of gcc have the file and place of this machine, also with colours and split in the middle', () => {
  const output = new BuildOutput(mapping, '/src');
  output.push('\u001b[01m\u001b[K/src/a.c:12:\u001b[m\u001b[K3: err');
  output.push("or: expected ';'\r\n/src/a.h:4:1: warning: old\nlib/b.c:7: error: bad\n");
  assert.deepEqual(
    output.messages.map(({ file, line, column, severity }) => [file, line, column, severity]),
    [
      ['/home/me/board/a.c', 12, 3, 'error'],
      ['/home/me/board/a.h', 4, 1, 'warning'],
      ['/home/me/board/lib/b.c', 7, undefined, 'error'],
    ],
  );
});

test('relative paths count from the folder that make is in', () => {
  const { messages } = read(
    "make[1]: Entering directory '/src/linux'\ndrivers/a.c:1:1: error: x\nmake[1]: Leaving directory '/src/linux'\nb.c:2:1: error: y\n",
  );
  assert.deepEqual(
    messages.map(({ file }) => file),
    ['/cache/linux/drivers/a.c', '/home/me/board/b.c'],
  );
});

// The wording is that of scripts/mod/modpost.c of 5.15, 6.1 and 6.13.
const said = `  MODPOST /src/mod/Module.symvers
ERROR: modpost: "lost" [/src/mod/hello.ko] undefined!
ERROR: modpost: module hello uses symbol dma_buf_get from namespace DMA_BUF, but does not import it.
ERROR: modpost: GPL-incompatible module hello.ko uses GPL-only symbol 'closed'
WARNING: modpost: /src/mod/hello.o: section mismatch in reference: hello_run (section: .text) -> hello_setup (section: .init.text)
WARNING: modpost: /src/mod/hello.o(.text+0x5): Section mismatch in reference from the function hello_go() to the function .init.text:hello_setup()
ERROR: modpost: missing MODULE_LICENSE() in /src/mod/hello.o
make[1]: *** [/src/linux/scripts/Makefile.modpost:126: /src/mod/Module.symvers] Error 1
`;

const source = `#include <linux/module.h>
extern void lost(void);
/* lost() and closed() are elsewhere */
void hello_run(void)
{
	lost();
	dma_buf_get(1);
	printk("closed()");
	closed ();
}
void hello_go(void) { }
`;

test('what modpost says lands where the module uses the symbol', async () => {
  const files = new MemoryFileSystem({
    '/home/me/board/mod/Kbuild': 'obj-m := hello.o\nhello-y := core.o\n',
    '/home/me/board/mod/core.c': source,
    '/home/me/board/mod/aaa.c': 'void other(void) { lost(); }\n',
  });
  const located = await locateMessages(files, read(said).messages);
  assert.deepEqual(
    located.map(({ uri, range, severity }) => [uri?.replace(/^.*\//, ''), range.start.line + 1, severity]),
    [
      ['core.c', 6, 'error'],
      ['core.c', 7, 'error'],
      ['core.c', 9, 'error'],
      ['core.c', 4, 'warning'],
      ['core.c', 11, 'warning'],
      ['hello.o', 1, 'error'],
    ],
  );
});

test('the cause is what came first in the chain, not the last line of make', () => {
  const text = `${said}/src/a.c:3:1: error: first\nmake: *** No rule to make target '/src/x.o', needed by 'all'.  Stop.\n`;
  const { messages } = read(text);
  assert.equal(causeOf(messages)?.message, 'first');
  const [rule] = messages.filter(({ tool }) => tool === 'kbuild');
  assert.equal(rule?.file, '/home/me/board/x.o');
});
