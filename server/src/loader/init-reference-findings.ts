import type { Finding } from '../findings/finding.ts';
import { fileStart } from '../findings/finding.ts';
import { type InitReference, modpostSees } from './init-reference.ts';

/** What a person is told of the references; those to exit code matter only when the driver is built in. */
export function initReferenceFindings(uri: string, references: readonly InitReference[]): readonly Finding[] {
  return references.map((reference) => {
    const holder = reference.fromSymbol ?? `${reference.fromSection}+0x${reference.offset.toString(16)}`;
    const target = reference.toSymbol ?? reference.toSection;
    return {
      rule: 'init-reference',
      severity: reference.kind === 'exit' ? 'info' : 'warning',
      message: messageOf(reference, holder, target),
      where: { uri, range: fileStart },
      symbol: holder,
      actual: target,
    };
  });
}

function messageOf(reference: InitReference, holder: string, target: string): string {
  const what = `the ${reference.toFunction ? 'function' : 'data'} ${target} (${reference.toSection})`;
  const mark = reference.toFunction ? '__init' : '__initdata or __initconst';
  switch (reference.kind) {
    case 'pointer': {
      const blind = modpostSees(reference)
        ? ''
        : ' The build does not warn about this one: modpost looks only at .data, and not at objects named *_ops.';
      return `${holder} (${reference.fromSection}) keeps a pointer to ${what}, whose memory is freed when the module's init returns: using it later is a use after free.${blind} Remove ${mark} from ${target}, or mark ${holder} as init data too if nothing uses it after init.`;
    }
    case 'code':
      return `${holder} (${reference.fromSection}) uses ${what}, whose memory is freed when the module's init returns: running into it later is a use after free. Remove ${mark} from ${target}, or mark ${holder} __init too if only init calls it.`;
    case 'exit':
      return `${holder} (${reference.fromSection}) refers to ${what}, which is left out when the driver is built into the kernel, and on kernels without CONFIG_MODULE_UNLOAD. As a module that can be unloaded it does no harm. Remove __exit from ${target}.`;
  }
}
