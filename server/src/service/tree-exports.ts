import { listsKernelExports } from '../gate/tree-symbols.ts';
import { mergeSymbolTables } from '../kernel/merged-symbols.ts';
import type { TargetKernel } from '../kernel/target-kernel.ts';
import { type KernelModule, modinfoValue } from '../module/kernel-module.ts';

/** The target, with what its own modules export of that which `modules` import and the target's tables do not list. */
export async function withTreeExports(target: TargetKernel, modules: readonly KernelModule[]): Promise<TargetKernel> {
  const { symbols, lateExports } = target;
  if (symbols === undefined || lateExports === undefined) return target;
  const importing = modules.filter(({ imports }) => imports.some(({ symbol }) => symbols.get(symbol) === undefined));
  if (importing.length === 0) return target;
  const { tables, complete } = await lateExports.find({
    symbols: importing.flatMap(({ imports }) =>
      imports.map(({ symbol }) => symbol).filter((symbol) => symbols.get(symbol) === undefined),
    ),
    depends: importing.flatMap((module) => (modinfoValue(module, 'depends') ?? '').split(',').filter(Boolean)),
  });
  // The kernel's own exports have to be known for the whole to be: modules name only their own.
  const whole = complete && listsKernelExports(symbols);
  return { ...target, symbols: mergeSymbolTables([symbols, ...tables], { complete: whole }).value };
}
