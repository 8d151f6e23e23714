import assert from 'node:assert/strict';
import { test } from 'node:test';
import { type Reached, ShellOutline } from '../../../server/src/text/shell-outline.ts';

/** How the place of each `X=…` in a script is reached. */
function reached(text: string): Reached[] {
  const outline = new ShellOutline(text);
  return [...text.matchAll(/X=/g)].map(({ index }) => outline.at(index));
}

for (const [name, text, expected] of [
  ['top level, functions and loops', 'X=1\nf() { X=2; }\nfor a in 1 2; do\n  X=3\ndone\nX=4\n', 'c c c c'],
  [
    'an if over lines and on one',
    'if [ -n "$A" ]; then\n  X=1\nelif b; then X=2\nelse X=3\nfi\nif a; then X=4; fi; X=5',
    'm m m m c',
  ],
  ['case, with its patterns', 'case "$1" in\n  rt) X=1 ;;\n  (stock) X=2 ;;\n  a|b) X=3 ;;\nesac\nX=4\n', 'm m m c'],
  ['nested conditions', 'if a; then\n  case $b in c) if d; then X=1; fi;; esac\n  X=2\nfi\nX=3', 'm m c'],
  ['subshells on one line and over several', '( X=1; y=$(date); X=2 )\nX=3\n(\n  X=4\n)\nX=5', 'm m c m c'],
  ['words that are no keywords', 'echo if case (\nx="if"; y=\'case\' # if\n./if; make -C case\nX=1', 'c'],
  ['substitutions and arithmetic', 'a=$(b) c=$((1 << 2)) d=$( (e) )\n(( X=1 ))\nX=2', 'c c'],
  ['documents that are shown', 'cat <<EOF\nX=1\nEOF\nX=2\nusage() { cat <<-"E"\n\tX=3\n\tE\n}\nX=4', 'n c n c'],
  ['a document that is no command’s', ": <<'DOC'\nX=1\nDOC\nX=2", 'n c'],
  ['documents that a shell reads', 'sudo bash <<EOF\nX=1\nEOF\nssh build <<\\E\nX=2\nE\nX=3', 'c c c'],
  ['documents that are written to a file', 'cat > a.env <<EOF\nX=1\nEOF\ntee b <<EOF\nX=2\nEOF\nX=3', 'm m c'],
  ['no document: a here-string, a shift, a quoted word', "read a <<<EOF\necho '<<EOF'\nlet b=c<<2\nX=1", 'c'],
  ['carriage returns', 'cat <<EOF\r\nX=1\r\nEOF\r\nX=2\r\n', 'n c'],
  ['what is never closed', 'if a; then\nX=1\n', 'm'],
] as const) {
  test(`how assignments are reached: ${name}`, () => {
    const letters = reached(text).map((one) => one[0]);
    assert.equal(letters.join(' '), expected);
  });
}
