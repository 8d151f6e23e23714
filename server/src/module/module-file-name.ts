/** The last path segment of a URI without `.ko` and a compression suffix: the name modpost and depmod use. */
export function moduleFileName(uri: string): string {
  const path = uri.replace(/[?#].*$/, '');
  const last = path.slice(path.lastIndexOf('/') + 1);
  return decode(last).replace(/\.ko(\.(gz|xz|zst))?$/, '');
}

function decode(text: string): string {
  if (!text.includes('%')) return text;
  try {
    return decodeURIComponent(text);
  } catch {
    return text;
  }
}
