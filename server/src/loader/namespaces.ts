import { atLeast } from '../kernel/kernel-version.ts';
import type { FoundSymbol } from './find-symbol.ts';
import type { LoadCheck } from './load-check.ts';
import type { LoadState } from './load-state.ts';
import { getModinfoAll } from './module-sections.ts';
import { locate } from './origin-location.ts';

const scopedPrefix = 'module:';

/** kernel/module/main.c: verify_namespace_is_imported. False: the symbol resolves to -EINVAL. */
export function namespaceIsImported(state: LoadState, symbol: string, found: FoundSymbol): boolean {
  const { namespace } = found;
  if (namespace === '') {
    return true;
  }
  const scoped = namespace.startsWith(scopedPrefix) && state.byVersion(knowsScopedNamespaces);
  if (scoped && scopeNames(namespace.slice(scopedPrefix.length), state.name)) {
    return true;
  }
  const imported = getModinfoAll(state, 'import_ns');
  if (imported.includes(namespace)) {
    return true;
  }
  const allowed = state.config('MODULE_ALLOW_MISSING_NAMESPACE_IMPORTS', true, 'simplify-symbols');
  state.print(`${state.name}: module uses symbol (${symbol}) from namespace ${namespace}, but does not import it.`);
  const quoted = imported.includes(`"${namespace}"`)
    ? ` The module imports it with quotes, "${namespace}": up to Linux 6.12 MODULE_IMPORT_NS takes the bare word.`
    : '';
  const cure = scoped
    ? `That namespace is only for the modules it names, and ${state.name} is none of them.`
    : `Add MODULE_IMPORT_NS(${namespace}) to the source, with the name in quotes since Linux 6.13.`;
  const effect = allowed
    ? `${state.configOrigin('MODULE_ALLOW_MISSING_NAMESPACE_IMPORTS')} lets it pass with a warning`
    : 'the kernel refuses the symbol';
  state.report(
    'namespace-not-imported',
    allowed ? 'warning' : 'error',
    `${symbol} is exported in namespace ${namespace}, which the module does not import; ${effect}.${quoted} ${cure}`,
    { symbol, expected: namespace, actual: imported.join(', '), ...locate(found.origin, `${symbol} is exported here`) },
  );
  return allowed;
}

/** Namespaces of the form `module:a,b*` came with 6.16; before, such a name is an ordinary namespace. */
function knowsScopedNamespaces(version: Parameters<typeof atLeast>[0]): boolean {
  return atLeast(version, 6, 16);
}

/** verify_module_namespace: comma list, a trailing `*` globs, `-` and `_` are the same. */
function scopeNames(list: string, moduleName: string): boolean {
  const fold = (text: string) => text.replaceAll('-', '_');
  const name = fold(moduleName);
  return list.split(',').some((item) => {
    const pattern = fold(item);
    return pattern.endsWith('*') ? name.startsWith(pattern.slice(0, -1)) : name === pattern;
  });
}

/** Since module-scoped namespaces exist, importing one by a tag is an error of its own. */
export const setupModinfo: LoadCheck = {
  name: 'setup-modinfo',
  kernelFunction: 'kernel/module/main.c: setup_modinfo',
  run(state) {
    const explicit = getModinfoAll(state, 'import_ns').find((namespace) => namespace.startsWith(scopedPrefix));
    if (explicit === undefined || !state.byVersion(knowsScopedNamespaces)) {
      return;
    }
    state.print(`${state.name}: module tries to import module namespace: ${explicit}`);
    state.refuse(
      'EPERM',
      'namespace-not-imported',
      `The module imports ${explicit} by a tag: such namespaces are granted by the module's name alone. Remove that MODULE_IMPORT_NS.`,
      { actual: explicit },
    );
  },
};
