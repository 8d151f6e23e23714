/**
 * The few things core does with URIs. A URI here is always absolute, hierarchical and percent-encoded
 * (`file:///a%20b/c`); a trailing slash means nothing and is dropped.
 */

/**
 * `file:///a/b` of the absolute POSIX path `/a/b` (or of `C:\a\b`). A URI is brought into the form that VS Code
 * writes, so that URIs of different makers (Node leaves `+` as it is) can be compared.
 */
export function fileUri(pathOrUri: string): string {
  const root = /^[a-z][a-z0-9+.-]+:\/\/[^/]*/i.exec(pathOrUri)?.[0];
  if (root !== undefined) return withoutSlash(`${root}${encodePath(uriPath(pathOrUri))}`);
  const path = pathOrUri.replaceAll('\\', '/');
  return withoutSlash(`file://${path.startsWith('/') ? '' : '/'}${encodePath(path)}`);
}

/** The decoded path of a URI: `/a b/c`. A malformed escape is kept as it stands. */
export function uriPath(uri: string): string {
  const path = uri.replace(/^[a-z][a-z0-9+.-]*:\/\/[^/]*/i, '').replace(/[?#].*$/, '');
  try {
    return decodeURIComponent(path) || '/';
  } catch {
    return path;
  }
}

/** `uri` with path segments (not encoded, may contain `/`, `.` and `..`) appended. */
export function joinUri(uri: string, ...segments: readonly string[]): string {
  const root = /^[a-z][a-z0-9+.-]*:\/\/[^/]*/i.exec(uri)?.[0] ?? '';
  const kept = uri
    .slice(root.length)
    .split('/')
    .filter((part) => part !== '');
  for (const part of segments.join('/').split('/')) {
    if (part === '' || part === '.') continue;
    if (part === '..') kept.pop();
    else kept.push(encodePath(part));
  }
  return `${root}/${kept.join('/')}`;
}

/** The directory that holds `uri`; the root is its own parent. */
export function parentUri(uri: string): string {
  return joinUri(uri, '..');
}

/** The last segment, decoded; '' for the root. */
export function uriName(uri: string): string {
  const path = uriPath(uri);
  return path.slice(path.replace(/\/+$/, '').lastIndexOf('/') + 1).replace(/\/+$/, '');
}

/** Whether `uri` is `folder` or lies below it. */
export function isWithin(folder: string, uri: string): boolean {
  const prefix = withoutSlash(folder);
  return uri === prefix || uri.startsWith(prefix.endsWith('/') ? prefix : `${prefix}/`);
}

/** `uri` as seen from `folder` (`a/b`), or its whole path when it lies elsewhere. */
export function relativePath(folder: string, uri: string): string {
  if (!isWithin(folder, uri)) return uriPath(uri);
  return uriPath(uri)
    .slice(uriPath(withoutSlash(folder)).length)
    .replace(/^\/+/, '');
}

function encodePath(path: string): string {
  return path.split('/').map(encodeSegment).join('/');
}

/** As VS Code writes file URIs: everything but unreserved characters is escaped, the drive's colon too. */
function encodeSegment(segment: string): string {
  return encodeURIComponent(segment).replace(/[!'()*]/g, (c) => `%${c.charCodeAt(0).toString(16).toUpperCase()}`);
}

function withoutSlash(uri: string): string {
  return uri.replace(/([^/:])\/+$/, '$1');
}
