import { limits } from '../../limits.ts';
import type { FileSystem } from '../../ports/file-system.ts';
import { joinUri } from '../../ports/uri.ts';
import { HeldPackages } from '../../rules/shell/held-packages.ts';
import { scriptFacts } from '../../rules/shell/script-facts.ts';
import { fileKind, pathOfUri } from '../../text/file-kind.ts';
import { LineIndex } from '../../text/line-index.ts';
import type { TreeFacts } from './tree-facts.ts';

/** Where scripts that run at the first boot lie. */
const scriptFolders = ['etc/init.d', 'usr/local/bin', 'usr/local/sbin', 'usr/lib/firstboot', 'opt'];
const scriptDepth = 4;

/** What a script of the device keeps from being upgraded, or may keep. */
export interface FirstBootGuards {
  mayHold(name: string): boolean;
  mayPin(name: string): boolean;
}

/** The scripts of a root file system that hold or pin packages when the device runs them, read as the rules over scripts read them. */
export async function firstBootGuards({
  files,
  root,
  policy,
  readShell,
}: TreeFacts): Promise<readonly FirstBootGuards[]> {
  const scripts = (await deviceScripts(files, root)).filter(({ text }) =>
    /\bhold\b|--set-selections|Pin-Priority|preferences\.d/.test(text),
  );
  if (scripts.length === 0) return [];
  const shell = await readShell();
  const guards = scripts.map(({ uri, text }) => {
    const facts =
      shell !== undefined && fileKind(pathOfUri(uri), text) === 'shell'
        ? scriptFacts({ uri, kind: 'shell', text, lines: new LineIndex(text) }, { policy, shell })
        : undefined;
    return facts === undefined ? spokenOf(text) : new HeldPackages(facts);
  });
  shell?.dispose();
  return guards;
}

/** A script in another language: what it speaks of it may do. */
function spokenOf(text: string): FirstBootGuards {
  const holds = /\bapt-mark\b.{0,20}\bhold\b|--set-selections\b/s.test(text);
  const pins = text.includes('Pin-Priority');
  return { mayHold: () => holds, mayPin: () => pins };
}

async function deviceScripts(files: FileSystem, root: string): Promise<{ uri: string; text: string }[]> {
  const scripts: { uri: string; text: string }[] = [];
  const add = async (uri: string, isScript: (text: string) => boolean): Promise<void> => {
    const bytes = await files.readFile(uri, limits.textBytes).catch(() => undefined);
    const text = bytes && new TextDecoder().decode(bytes);
    if (text !== undefined && isScript(text)) scripts.push({ uri, text });
  };
  const visit = async (uri: string, depth: number): Promise<void> => {
    for (const entry of await files.readDirectory(uri).catch(() => [])) {
      if (scripts.length >= limits.pinFiles) return;
      const child = joinUri(uri, entry.name);
      const shellName = /\.(?:sh|bash)$/.test(entry.name);
      if (entry.type === 'directory' && depth > 1) await visit(child, depth - 1);
      else if (entry.type === 'file' && (shellName || !entry.name.includes('.')))
        await add(child, (text) => shellName || text.startsWith('#!'));
    }
  };
  await add(joinUri(root, 'etc/rc.local'), () => true);
  for (const folder of scriptFolders) await visit(joinUri(root, folder), scriptDepth);
  return scripts;
}
