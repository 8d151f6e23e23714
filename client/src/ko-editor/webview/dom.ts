export type Child = Node | string | number | null | undefined | false | readonly Child[];

type Attributes = Readonly<Record<string, string | number | boolean | undefined | ((event: Event) => void)>>;

/** Builds an element. Text is always text: nothing that a module says of itself is read as markup. */
export function h<K extends keyof HTMLElementTagNameMap>(
  tag: K,
  attributes: Attributes = {},
  ...children: Child[]
): HTMLElementTagNameMap[K] {
  const element = document.createElement(tag);
  for (const [name, value] of Object.entries(attributes)) {
    if (typeof value === 'function') element.addEventListener(name, value);
    else if (value === true) element.setAttribute(name, '');
    else if (value !== undefined && value !== false) element.setAttribute(name, String(value));
  }
  append(element, children);
  return element;
}

function append(parent: Node, children: readonly Child[]): void {
  for (const child of children) {
    if (child === null || child === undefined || child === false) continue;
    if (typeof child === 'string' || typeof child === 'number')
      parent.appendChild(document.createTextNode(String(child)));
    else if (child instanceof Node) parent.appendChild(child);
    else append(parent, child);
  }
}

/** 16 × 16 outlines, drawn in the text's colour. */
const icons = {
  pass: 'M8 1.75a6.25 6.25 0 1 0 0 12.5a6.25 6.25 0 0 0 0-12.5zM5 8.25l2.1 2.1 4-4.6',
  fail: 'M8 1.75a6.25 6.25 0 1 0 0 12.5a6.25 6.25 0 0 0 0-12.5zM5.6 5.6l4.8 4.8M10.4 5.6l-4.8 4.8',
  unknown:
    'M8 1.75a6.25 6.25 0 1 0 0 12.5a6.25 6.25 0 0 0 0-12.5zM6.2 6.3a1.8 1.8 0 1 1 2.7 1.6c-.6.35-.9.7-.9 1.4M8 11.2v.3',
  warning: 'M8 2.2 14.4 13.6H1.6zM8 6.3v3.4M8 11.5v.3',
  info: 'M8 1.75a6.25 6.25 0 1 0 0 12.5a6.25 6.25 0 0 0 0-12.5zM8 7.2v4M8 4.7v.3',
  same: 'M3.5 8.4l2.8 2.8 6.2-6.6',
  differs: 'M3.5 6h9M3.5 10h9M10.2 3.2 5.8 12.8',
} as const;

export type Icon = keyof typeof icons;

/** Decoration only: a word always stands beside it. */
export function icon(name: Icon, size = 16): SVGSVGElement {
  const namespace = 'http://www.w3.org/2000/svg';
  const svg = document.createElementNS(namespace, 'svg');
  for (const [key, value] of Object.entries({
    viewBox: '0 0 16 16',
    width: size,
    height: size,
    'aria-hidden': 'true',
  })) {
    svg.setAttribute(key, String(value));
  }
  svg.classList.add('icon');
  const path = document.createElementNS(namespace, 'path');
  path.setAttribute('d', icons[name]);
  svg.append(path);
  return svg;
}

export function code(text: string): HTMLElement {
  return h('code', {}, text);
}

/** A word for what is not there, so that an empty cell is not taken for a fault of the page. */
export function absent(word = 'none'): HTMLElement {
  return h('span', { class: 'absent' }, word);
}
