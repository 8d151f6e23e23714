import { limits } from '../limits.ts';
import type { FileSystem } from '../ports/file-system.ts';
import { joinUri } from '../ports/uri.ts';

/** Whether a path is to be matched rather than taken as it is. */
export function isGlob(path: string): boolean {
  return /[*?[{]/.test(path);
}

/** `**` any folders, `*` and `?` within one name, `[ab]` and `{a,b}`. Names with a leading dot match like any other. */
export function globPattern(glob: string): RegExp {
  let source = '';
  let braces = 0;
  for (let at = 0; at < glob.length; at++) {
    const c = glob.charAt(at);
    if (c === '*' && glob[at + 1] === '*') {
      const folders = glob[at + 2] === '/';
      source += folders ? '(?:[^/]+/)*' : '.*';
      at += folders ? 2 : 1;
    } else if (c === '*') source += '[^/]*';
    else if (c === '?') source += '[^/]';
    else if (c === '[' && glob.indexOf(']', at + 2) > 0) {
      const end = glob.indexOf(']', at + 2);
      const inside = glob
        .slice(at + 1, end)
        .replace(/[\\\]]/g, '\\$&')
        .replace(/^!/, '^');
      source += `[${inside}]`;
      at = end;
    } else if (c === '{' && glob.includes('}', at)) {
      source += '(?:';
      braces++;
    } else if (c === '}' && braces > 0) {
      source += ')';
      braces--;
    } else if (c === ',' && braces > 0) source += '|';
    else source += c.replace(/[.+^$(){}|\\[\]]/g, '\\$&');
  }
  try {
    return new RegExp(`^${source}$`);
  } catch {
    return new RegExp(`^${glob.replace(/[.*+?^${}()|[\]\\]/g, '\\$&')}$`);
  }
}

/** Whether what `output` names (a path, a folder with all in it, a glob) and what `input` names can be the same file. */
export function covers(output: string, input: string): boolean {
  const [one, two] = [plain(output), plain(input)];
  if (one === two) return true;
  if (!isGlob(one) && !isGlob(two)) return two.startsWith(`${one}/`) || one.startsWith(`${two}/`);
  if (isGlob(one) && !isGlob(two)) return globPattern(one).test(two);
  if (!isGlob(one) && isGlob(two)) return globPattern(two).test(one) || literalPart(two).startsWith(`${one}/`);
  return false;
}

function plain(path: string): string {
  return path.replace(/^(?:\.\/)+/, '').replace(/\/+$/, '');
}

/** The folders of a glob before its first pattern, with a trailing slash. */
function literalPart(glob: string): string {
  const folders: string[] = [];
  for (const part of glob.split('/')) {
    if (isGlob(part)) break;
    folders.push(part);
  }
  return folders.length === 0 ? '' : `${folders.join('/')}/`;
}

/** What modpost and kbuild write beside sources: made from them, never edited. */
const generated = /\.mod\.c$|^\.tmp_|^\..*\.(?:cmd|d)$/;

export interface Expanded {
  /** Paths as `glob` is written (relative or absolute), sorted. */
  readonly paths: readonly string[];
  /** A limit was reached: there may be more. */
  readonly cut: boolean;
}

/** Folders that are never part of what a person means by `**`. */
const skipped: ReadonlySet<string> = new Set(['.git', '.vermagic', 'node_modules', '.svn']);

/** The files that match, at most `limits.phaseInputFiles`; links to folders are not followed. */
export async function expandGlob(files: FileSystem, rootUri: string, glob: string): Promise<Expanded> {
  const written = plain(glob);
  const start = literalPart(written);
  const pattern = globPattern(written);
  const deep = written.includes('**');
  const depthLimit = deep ? Number.POSITIVE_INFINITY : written.split('/').length;
  const origin = written.startsWith('/') ? rootUri.replace(/^(\w[\w+.-]*:\/\/[^/]*).*$/, '$1') : rootUri;
  const queue = [start];
  const paths: string[] = [];
  let cut = false;
  for (let at = 0; at < queue.length && !cut; at++) {
    const folder = queue[at] as string;
    if (at >= limits.phaseInputFolders) cut = true;
    const entries = await files.readDirectory(joinUri(origin, folder)).catch(() => []);
    for (const entry of entries) {
      const path = `${folder}${entry.name}`;
      if (entry.type === 'directory') {
        if (!skipped.has(entry.name) && path.split('/').length < depthLimit) queue.push(`${path}/`);
      } else if (pattern.test(path) && !generated.test(entry.name)) paths.push(path);
      if (paths.length >= limits.phaseInputFiles) cut = true;
    }
  }
  return { paths: paths.sort(), cut };
}
