import type { KernelModule } from '../module/kernel-module.ts';
import type { LoadCheck } from './load-check.ts';
import { splitArguments } from './next-arg.ts';
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
    let errno: Errno | undefined;
    for (const { name, value } of pairs) {
      const parameter = find(module, name);
      if (parameter === undefined) {
        if (!isForEveryModule(name)) {
          state.print(`${doing}: unknown parameter '${name}' ignored`);
          state.report('parameter-invalid', 'warning', unknown(module, name), { actual: name });
        }
        continue;
      }
      const wordBits = module.elf?.header.class ?? 64;
      const result = state.byVersion((version) => {
        const failure = setParameter(parameter.type, value, version, wordBits, parameter.name);
        return failure === undefined ? '' : JSON.stringify(failure);
      });
      if (result === '') {
        continue;
      }
      const failure: NonNullable<ReturnType<typeof setParameter>> = JSON.parse(result);
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

/** `-` and `_` are the same in names (parameq). */
function find(module: KernelModule, name: string): KernelModule['parameters'][number] | undefined {
  const folded = name.replaceAll('-', '_');
  return module.parameters.find((parameter) => parameter.name.replaceAll('-', '_') === folded);
}

/** Taken for every module (unknown_module_param_cb, ddebug_dyndbg_module_param_cb). */
function isForEveryModule(name: string): boolean {
  return name === 'async_probe' || name === 'dyndbg';
}

function unknown(module: KernelModule, name: string): string {
  const known = module.parameters.map((parameter) => parameter.name).join(', ');
  return `The module has no parameter ${name}: the kernel ignores it with a message and loads the module. ${known === '' ? 'It has none at all.' : `It has ${known}.`}`;
}
