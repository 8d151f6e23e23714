import type { VermagicToken } from '@vermagic/shared';
import { absent, code, h, icon } from './dom.ts';
import { table } from './long-table.ts';

/** The two vermagic strings word by word, with what makes each word. */
export function vermagicSection(tokens: readonly VermagicToken[]): HTMLElement | null {
  if (tokens.length === 0) return null;
  const differing = tokens.filter(({ same, counts }) => !same && counts).length;
  const title =
    differing === 0 ? 'Vermagic' : `Vermagic: ${differing === 1 ? 'one word differs' : `${differing} words differ`}`;
  return h(
    'section',
    { class: 'block', 'aria-labelledby': 'vermagic-title' },
    h('h2', { id: 'vermagic-title' }, title),
    table<VermagicToken>(
      'Vermagic, word by word',
      [
        { title: 'Module', cell: (token) => word(token.module, token, 'removed'), heads: true, class: 'word' },
        { title: 'Kernel', cell: (token) => word(token.kernel, token, 'added'), class: 'word' },
        { title: 'Result', cell: result, class: 'result' },
        { title: 'Why', cell: (token) => token.why, class: 'why' },
      ],
      tokens,
    ),
  );
}

function word(text: string, { same }: VermagicToken, side: 'removed' | 'added'): HTMLElement {
  if (text === '') return absent();
  return same ? code(text) : h('code', { class: side }, text);
}

function result({ same, counts }: VermagicToken): HTMLElement {
  if (same) return h('span', { class: 'state same' }, icon('same'), 'same');
  if (!counts) return h('span', { class: 'state allowed' }, icon('info'), 'differs, allowed');
  return h('span', { class: 'state differs' }, icon('differs'), 'differs');
}
