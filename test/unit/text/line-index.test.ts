import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { LineIndex } from '../../../server/src/text/line-index.ts';

describe('LineIndex', () => {
  const text = 'a\r\nbé𝄞c\n\rlast';
  const lines = new LineIndex(text);

  it('counts \\r\\n, \\n and a lone \\r as one line end each', () => {
    assert.equal(lines.lineCount, 4);
    assert.deepEqual(
      [0, 1, 2, 3].map((line) => lines.lineText(line)),
      ['a', 'bé𝄞c', '', 'last'],
    );
  });

  it('counts columns in UTF-16 code units', () => {
    assert.deepEqual(lines.positionAt(text.indexOf('c')), { line: 1, character: 4 });
  });

  it('goes there and back at every offset', () => {
    for (let offset = 0; offset <= text.length; offset++) {
      if (text.charAt(offset) === '\n' && text.charAt(offset - 1) === '\r') continue;
      assert.equal(lines.offsetAt(lines.positionAt(offset)), offset);
    }
  });

  it('moves positions outside the text to its nearest end', () => {
    assert.equal(lines.offsetAt({ line: 0, character: 99 }), 1);
    assert.equal(lines.offsetAt({ line: 99, character: 0 }), text.length);
    assert.deepEqual(lines.positionAt(999), { line: 3, character: 4 });
  });
});
