import type { KernelModule, ModuleParameter } from '../module/kernel-module.ts';
import type { LoadCheck } from './load-check.ts';
import type { LoadState } from './load-state.ts';
import { lockdownOf } from './lockdown.ts';
import { findSection } from './module-sections.ts';
import { splitArguments } from './next-arg.ts';
import type { ParameterFailure } from './param-set.ts';
import { setParameter } from './param-set.ts';
import type { Errno } from './verdict.ts';

/**
 * The module's parameters. All are set, also after one has failed; the errno is that of the last failure,
 * and an unknown name fails nothing.
 */
export const parseArgs: LoadCheck = {
  name: 'parse-args',
  kernelFunction: 'kernel/params.c: parse_args, parse_one',
  run(state, module) {
    const { parameters } = state.request;
    if (parameters === undefined) {
      return;
    }
    const doing = state.name;
    const { pairs, rest } = splitArguments(parameters);
    // modinfo describes the parameters, `__param` is what makes them.
    const known = (findSection(module, '__param')?.size ?? 0) > 0;
    let errno: Errno | undefined;
    for (const { name, value } of pairs) {
      const parameter = known ? find(module, name) : undefined;
      if (parameter === undefined) {
        const left = unknownName(state, name);
        if (left !== undefined) {
          state.print(`${doing}: unknown parameter '${left}' ignored`);
          state.report('parameter-invalid', 'warning', unknown(module, name), { actual: name });
        }
        continue;
      }
      const failure = set(state, parameter, value);
      if (failure === undefined) {
        continue;
      }
      for (const line of failure.lines) {
        state.print(line);
      }
      const text = failure.shown;
      state.print(
        failure.errno === 'ENOSPC'
          ? `${doing}: \`${text}' too large for parameter \`${name}'`
          : `${doing}: \`${text}' invalid for parameter \`${name}'`,
      );
      state.report(
        'parameter-invalid',
        'error',
        `${parameter.name}=${value ?? ''}: ${failure.why} (the module declares ${parameter.name} as ${parameter.type ?? 'a type of its own'}). Give a value of that type.`,
        { expected: parameter.type ?? '', actual: `${name}=${value ?? ''}` },
      );
      errno = failure.errno;
    }
    if (rest !== undefined) {
      state.print(`${doing}: parameters '${rest}' after \`--' ignored`);
    }
    if (errno !== undefined) {
      state.refuseFor(errno, ['parameter-invalid']);
    }
  },
};

/** parse_one: what is marked dangerous or as hardware is looked at before the value is; a missing value before that. */
function set(state: LoadState, parameter: ModuleParameter, value: string | undefined): ParameterFailure | undefined {
  const { name, type } = parameter;
  const details = state.evidence.parameters?.get(name);
  const wordBits = state.module.elf?.header.class ?? 64;
  const result = state.byVersion((version) => {
    const failure = setParameter({ name, type, details, wordBits }, value, version);
    return failure === undefined ? '' : JSON.stringify(failure);
  });
  const failure: ParameterFailure | undefined = result === '' ? undefined : JSON.parse(result);
  if (failure?.missingValue === true) {
    return failure;
  }
  if (details?.hardware === true && lockdownOf(state) !== 'none') {
    const loader = state.request.loader ?? 'insmod';
    const line = `Lockdown: ${loader}: unsafe module parameters is restricted; see man kernel_lockdown.7`;
    const why = 'it describes hardware, and a locked-down kernel takes no such parameters';
    return { errno: 'EPERM', lines: [line], shown: value ?? '', why };
  }
  if (details?.unsafe === true) {
    state.print(`Setting dangerous option ${name} - tainting kernel`);
    state.taintKernel('U', false);
    state.report('parameter-invalid', 'info', `${name} is marked as dangerous: setting it taints the kernel (U).`, {
      actual: name,
    });
  }
  return failure;
}

/** `-` and `_` are the same in names (parameq). */
function find(module: KernelModule, name: string): KernelModule['parameters'][number] | undefined {
  const folded = name.replaceAll('-', '_');
  return module.parameters.find((parameter) => parameter.name.replaceAll('-', '_') === folded);
}

/**
 * What is taken for every module leaves nothing to complain of (unknown_module_param_cb); of other names the kernel shows what
 * the search for `MODULE.dyndbg` has left of them (ddebug_dyndbg_param_cb).
 */
function unknownName(state: LoadState, name: string): string | undefined {
  if (name === 'async_probe' || name === 'dyndbg') {
    return undefined;
  }
  const config = state.target.config?.value;
  const dot = name.indexOf('.');
  if (dot < 0 || (config !== undefined && !config.enabled('DYNAMIC_DEBUG') && !config.enabled('DYNAMIC_DEBUG_CORE'))) {
    return name;
  }
  return name.slice(dot + 1) === 'dyndbg' ? undefined : name.slice(0, dot);
}

function unknown(module: KernelModule, name: string): string {
  const known = module.parameters.map((parameter) => parameter.name).join(', ');
  return `The module has no parameter ${name}: the kernel ignores it with a message and loads the module. ${known === '' ? 'It has none at all.' : `It has ${known}.`}`;
}
