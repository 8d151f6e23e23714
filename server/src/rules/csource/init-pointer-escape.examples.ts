import type { ExampleFinding, RuleExample } from '../rule-example.ts';

const head = `struct my_device { void (*h)(struct my_device *); int n; };
static void __init hnd(struct my_device *d) { }
static void stays(struct my_device *d) { }
`;

function probe(shows: string, statements: string, ...finds: readonly ExampleFinding[]): RuleExample {
  const text = `${head}static int probe(struct my_device *dev, bool fast)
{
${statements.replaceAll(/^/gm, '\t')}
	return 0;
}
MODULE_LICENSE("GPL");
`;
  return { rule: 'init-pointer-escape', shows, path: '/w/x.c', text, finds };
}

const stored = 'is stored in dev->h, which stays';

/** The ways on which the address of an __init function comes to stay. */
export const initPointerEscapeExamples: readonly RuleExample[] = [
  probe('one of two ways', 'dev->h = fast ? hnd : NULL;', { at: 'fast ? hnd : NULL', says: stored }),
  probe(
    'macros that store',
    'WRITE_ONCE(dev->h, hnd);\nrcu_assign_pointer(dev->h, hnd);\nsmp_store_release(&dev->h, hnd);\ncmpxchg(&dev->h, NULL, hnd);',
    { at: 'hnd', line: 6, says: stored },
    { at: 'hnd', line: 7, says: stored },
    { at: 'hnd', line: 8, says: stored },
    { at: 'hnd', line: 9, says: stored },
  ),
  probe('a compound literal', '*dev = (struct my_device){ .n = 1, .h = hnd };', {
    at: 'hnd',
    line: 6,
    says: 'is stored in *dev',
  }),
  probe(
    'a local with fields that is copied as a whole',
    'struct my_device init = { .h = hnd };\nstruct my_device more;\n*dev = init;\nmemcpy(dev, &init, sizeof(init));\nmore.h = hnd;\nmemcpy(&dev[1], &more, sizeof(more));\ndev->h = more.h;',
    { at: 'init', line: 8, says: 'is stored in *dev' },
    { at: '&init', line: 9, says: 'is copied to dev' },
    { at: '&more', line: 11, says: 'is copied to &dev[1]' },
    { at: 'more.h', line: 12, says: stored },
  ),
  probe(
    'locals that do not leave the function, or hold something else by then',
    `struct my_device init = { .h = hnd }, copy;
struct my_device table[2];
void (*f)(struct my_device *) = hnd;

copy = init;
memcpy(&copy, &init, sizeof(init));
memcpy(table, &init, sizeof(init));
WRITE_ONCE(copy.h, hnd);
init.h = stays;
*dev = init;
f = fast ? stays : NULL;
dev->h = f;
dev->n = init.n;
use(&init);`,
  ),
  {
    rule: 'init-pointer-escape',
    shows: 'a setter of the file that stores its argument',
    path: '/w/x.c',
    text: `static void __init hnd(struct my_device *d) { }
static void set(struct my_device *d, void (*f)(struct my_device *)) { d->h = f; }
static void publish(void (*f)(struct my_device *), struct my_device *d) { WRITE_ONCE(d->h, f); }
static void call(struct my_device *d, void (*f)(struct my_device *)) { f(d); }
void exported(struct my_device *d, void (*f)(struct my_device *)) { helper(d, f); }
static int probe(struct my_device *dev)
{
	struct my_device own;

	set(dev, hnd);
	publish(hnd, dev);
	set(&own, hnd);
	call(dev, hnd);
	exported(dev, hnd);
	return 0;
}
MODULE_LICENSE("GPL");
`,
    finds: [
      { at: 'hnd', line: 10, says: 'is handed to set(), which stores it in d->h' },
      { at: 'hnd', line: 11, says: 'is handed to publish(), which stores it in d->h' },
    ],
  },
  {
    rule: 'init-pointer-escape',
    shows: 'the section of __init by its name',
    path: '/w/x.c',
    text: `static void __attribute__((section(".init.text"))) one(struct my_device *d) { }
static void __section(".init.text") two(struct my_device *d) { }
static void __attribute__((section(".text.hot"))) three(struct my_device *d) { }
static int probe(struct my_device *dev)
{
	dev->a = one;
	dev->b = two;
	dev->c = three;
	return 0;
}
MODULE_LICENSE("GPL");
`,
    finds: [
      { at: 'one', line: 6, says: 'one() lies in .init.text', noFix: true },
      { at: 'two', line: 7, says: 'Take it out of that section', noFix: true },
    ],
  },
];
