/** `02_build_kernel.sh`, `3-bake.sh`: scripts that are run in the order of their numbers. */
export function numberedScripts(files: readonly string[]): readonly string[] {
  const folders = new Map<string, string[]>();
  for (const file of files) {
    const match = /^(.*?)\/?(\d{1,3})[-_.][\w.-]+\.(?:sh|bash|py)$/.exec(file);
    if (!match || /\//.test(file.slice((match[1] ?? '').length + 1))) continue;
    const folder = match[1] ?? '';
    folders.set(folder, [...(folders.get(folder) ?? []), file]);
  }
  const sets = [...folders.values()].filter((scripts) => scripts.length > 1);
  // A project has one such row; the longest is it.
  const [longest] = sets.toSorted((one, two) => two.length - one.length);
  return (longest ?? []).toSorted((one, two) => numberOf(one) - numberOf(two) || (one < two ? -1 : 1));
}

function numberOf(file: string): number {
  return Number(/(\d+)[-_.][^/]*$/.exec(file)?.[1] ?? 0);
}

/** Files of the project that a script sources or runs, by path; variables in front of a path are passed over. */
export function filesNamedIn(script: string, files: readonly string[]): readonly string[] {
  const named = new Set<string>();
  for (const [, path = ''] of script.matchAll(
    /(?:^|[\s"'=(;&|/}])((?:[\w.-]+\/)*[\w.-]*\.(?:sh|bash|env|patch|mk|config|json))(?![\w/])/gm,
  )) {
    const plain = path.replace(/^(?:\.{1,2}\/)+/, '');
    const match = files.find((file) => file === plain) ?? files.find((file) => file.endsWith(`/${plain}`));
    if (match !== undefined) named.add(match);
  }
  return [...named];
}
