import type { JudgeCase } from '../judge-case.ts';
import { ModuleBytes } from '../module-bytes.ts';

/** `judge_plain` as another kernel's Kbuild made it. */
function builtFor(kernelName: string): readonly JudgeCase[] {
  const id = `built-for-${kernelName.replaceAll(' ', '-')}`;
  return [
    { id, make: (kit) => kit.builtFor(kernelName) },
    {
      id: `${id}-versions-renamed`,
      make: (kit) => {
        const bytes = kit.builtFor(kernelName);
        if (bytes === undefined) return undefined;
        const module = new ModuleBytes(bytes);
        module.renameSection('__versions', '__versionz');
        return module.bytes;
      },
    },
  ];
}

export const foreignCases: readonly JudgeCase[] = [
  '6.1 amd64',
  '6.1 rt-amd64',
  '6.12 amd64',
  '6.1 rt-arm64',
  '6.1 arm64',
].flatMap(builtFor);
