import { isWithin, joinUri, parentUri, uriName } from '../../ports/uri.ts';
import type { KbuildAssignment } from '../../text/kbuild-syntax.ts';
import { type KbuildFacts, readText } from './kbuild-facts.ts';

/** How far above a folder the Makefile may lie that calls the one in it. */
const callersAbove = 3;

/**
 * Whether something outside of the Makefile may give a variable that it sets another value: a script of the project, a
 * Makefile that it includes, or one that hands the variable on. A Makefile that only sets its own says nothing of others.
 */
export async function isGiven({ name, operator }: KbuildAssignment, facts: KbuildFacts): Promise<boolean> {
  const { document, files } = facts;
  const elsewhere = (facts.pins?.assignments(name) ?? []).filter((pin) => pin.uri !== document.uri);
  if (elsewhere.some((pin) => pin.source !== 'makefile' && !pin.isDefault)) return true;
  const makefiles = new Set(elsewhere.filter((pin) => pin.source === 'makefile').map((pin) => pin.uri));
  const included = new Set(facts.syntax.includes.flatMap(({ words }) => words.map(({ text }) => baseName(text))));
  for (const uri of makefiles) if (included.has(uriName(uri)) || included.has('')) return true;
  for (const uri of callers(facts)) makefiles.add(uri);
  for (const uri of makefiles) {
    const text = await readText(files, uri);
    if (text !== undefined && mayCall(uri, text, facts) && handsOn(text, name, operator === '?=')) return true;
  }
  return false;
}

/** The file's name; '' where only make knows it. */
function baseName(path: string): string {
  const name = path.slice(path.lastIndexOf('/') + 1);
  return /[$()*?%]/.test(name) ? '' : name;
}

function callers({ folder, workspaceUri }: KbuildFacts): readonly string[] {
  const found: string[] = [];
  let above = folder;
  for (let step = 0; step < callersAbove; step++) {
    if (above === workspaceUri || parentUri(above) === above) break;
    above = parentUri(above);
    found.push(joinUri(above, 'Makefile'), joinUri(above, 'GNUmakefile'));
  }
  return found;
}

function mayCall(uri: string, text: string, { folder }: KbuildFacts): boolean {
  return isWithin(parentUri(uri), folder) || text.includes(uriName(folder));
}

/** As an argument of make, which overrules every assignment; exported, it overrules a default (`?=`) alone. */
function handsOn(text: string, name: string, isDefault: boolean): boolean {
  const quoted = name.replace(/[.-]/g, '\\$&');
  const argument = new RegExp(`(?<![\\w.-])${quoted}=`);
  const exported = new RegExp(
    `^\\s*(?:export\\s*$|export\\s.*(?<![\\w.-])${quoted}(?![\\w.-])|\\.EXPORT_ALL_VARIABLES)`,
  );
  return text
    .replace(/\\\r?\n/g, ' ')
    .split(/\r?\n/)
    .some((line) => {
      const content = line.replace(/(?<!\\)#.*$/, '');
      return argument.test(content.replace(ownAssignment, '')) || (isDefault && exported.test(content));
    });
}

const ownAssignment = /^ *(?:(?:export|override|private)\s+)*[\w.-]+\s*(?:::?|[+?!])?=/;
