import { readSection } from '../../elf/read-section.ts';
import { limits } from '../../limits.ts';
import { readFromModule } from '../../module/open-kernel-module.ts';
import { joinUri } from '../../ports/uri.ts';
import { effectiveModules } from '../list-modules.ts';
import { inFolder, type ScannedKernel, type TreeFacts, type TreeFinding } from './tree-facts.ts';

const buildId = '.note.gnu.build-id';
/** The note's header and its name, "GNU"; then the id. */
const headBytes = 16;
const mostNoteBytes = 4096;

/**
 * The modules that a running machine has loaded, against the files that modprobe would take: by their build ids, which the
 * kernel keeps (kernel/module/sysfs.c: add_notes_attrs). Modules that were built without are not compared.
 */
export async function loadedDiffer(facts: TreeFacts, kernel: ScannedKernel): Promise<TreeFinding[]> {
  const list = await textOf(facts, 'proc/modules');
  const names = list?.split('\n').flatMap((line) => (line === '' ? [] : [line.split(' ', 1)[0] as string])) ?? [];
  const effective = effectiveModules(kernel.modules);
  const findings: TreeFinding[] = [];
  const finding = (path: string, message: string): void => {
    findings.push({ rule: 'loaded-module-differs', severity: 'warning', path, message });
  };
  for (const name of names.sort()) {
    const module = effective.get(name);
    if (module === undefined) {
      const folder = kernel.folder === '' ? 'lib/modules' : kernel.folder;
      finding(
        folder,
        `${name} is loaded, and there is no file of it in /${folder}: the next boot does not load it. Install it there and run depmod, or remove it: rmmod ${name}.`,
      );
      continue;
    }
    const running = await idOf(
      facts.files.readFile(joinUri(facts.root, `sys/module/${name}/notes/${buildId}`), mostNoteBytes),
    );
    const section = await readFromModule(facts, module.uri, () => readSection(buildId, mostNoteBytes));
    const stored = section === undefined || 'problem' in section ? undefined : hexOf(section);
    if (running === undefined || stored === undefined || running === stored) continue;
    finding(
      inFolder(kernel, module.path),
      `${name} is loaded from another file than ${module.path}: the running one has build id ${running}, the file has ${stored}. The next boot loads the file. Load it now (modprobe -r ${name} && modprobe ${name}) and test that, or install the file of the running one.`,
    );
  }
  return findings;
}

async function textOf(facts: TreeFacts, path: string): Promise<string | undefined> {
  return facts.files.readFile(joinUri(facts.root, path), limits.textBytes).then(
    (bytes) => new TextDecoder().decode(bytes),
    () => undefined,
  );
}

async function idOf(reading: Promise<Uint8Array>): Promise<string | undefined> {
  return reading.then(hexOf, () => undefined);
}

function hexOf(note: Uint8Array): string | undefined {
  if (note.length <= headBytes) return undefined;
  return Array.from(note.subarray(headBytes), (byte) => byte.toString(16).padStart(2, '0')).join('');
}
