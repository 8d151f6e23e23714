/** A place of a text that gives LOCALVERSION a value; offsets of its name and of the end of its value. */
export interface LocalVersionPlace {
  readonly name: string;
  readonly nameStart: number;
  readonly valueEnd: number;
}

const make = /(?:\bmake\b|\$[({]MAKE[)}])[^;&|]*$/;
const exporting = /(?:^|[;&|({ \t])(?:export|(?:declare|typeset)[ \t]+-\w*x\w*|ENV)[ \t]+[^;&|]*$/;

/**
 * Whether the make that builds a kernel sees the value for certain: it is an argument of make, in front of it, or exported. A
 * variable of the script alone, or a build of external modules, does not count.
 */
export function isGivenToMake(text: string, { name, nameStart, valueEnd }: LocalVersionPlace): boolean {
  if (name !== 'LOCALVERSION') return false;
  const lineStart = text.lastIndexOf('\n', nameStart - 1) + 1;
  const newline = text.indexOf('\n', valueEnd);
  const before = text.slice(lineStart, nameStart);
  const after = text.slice(valueEnd, newline < 0 ? text.length : newline);
  if (exporting.test(before) || /^[ \t]*export[ \t][^\n=]*(?<![\w-])LOCALVERSION\b(?!=)/m.test(text)) return true;
  if (/[ \t](?:M|SUBDIRS|KBUILD_EXTMOD)=/.test(`${before}${after}`)) return false;
  return make.test(before) || /^["']?[ \t]+(?:\w+=\S*[ \t]+)*(?:make\b|\$[({]MAKE[)}])/.test(after);
}
