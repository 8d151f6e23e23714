import type { CParameter, CSource } from '../../text/c-source.ts';
import type { Found, FoundFix } from '../text-rule.ts';
import type { CSourceRule } from './csource-facts.ts';
import {
  declarationOf,
  firstStatement,
  initBody,
  isAmount,
  type ParameterUse,
  usesOfParameter,
} from './parameter-use.ts';

/** Types of numbers: C type, print format, and the names of the kernel's parser and getter. */
const numbers: Readonly<Record<string, readonly [cType: string, format: string, parse: string, get: string]>> = {
  byte: ['u8', '%u', 'kstrtou8', 'param_get_byte'],
  short: ['short', '%d', 'kstrtos16', 'param_get_short'],
  ushort: ['unsigned short', '%u', 'kstrtou16', 'param_get_ushort'],
  int: ['int', '%d', 'kstrtoint', 'param_get_int'],
  uint: ['unsigned int', '%u', 'kstrtouint', 'param_get_uint'],
  long: ['long', '%ld', 'kstrtol', 'param_get_long'],
  ulong: ['unsigned long', '%lu', 'kstrtoul', 'param_get_ulong'],
  ullong: ['unsigned long long', '%llu', 'kstrtoull', 'param_get_ullong'],
};

export const paramUnchecked: CSourceRule = {
  *check({ source }) {
    for (const parameter of source.parameters) {
      if (numbers[parameter.type] === undefined || parameter.macro === 'module_param_array') continue;
      const { uses, checked } = usesOfParameter(source, parameter.variable);
      const risky = uses.find((use) => use.kind !== 'passed' || isAmount(parameter.variable));
      if (checked || risky === undefined) continue;
      yield found(source, parameter, risky);
    }
  },
};

function found(source: CSource, parameter: CParameter, use: ParameterUse): Found {
  const name = parameter.variable;
  return {
    rule: 'param-unchecked',
    start: use.node.start,
    end: use.node.end,
    message: `${name} comes from the command line as it is and ${consequence(use)} without a range check. The kernel only checks that it is a number of type ${parameter.type}. Check it before this use${writable(parameter) ? '; it can be written in /sys at any time, so check it when it is set (module_param_cb)' : ''}.`,
    symbol: name,
    related: [{ start: parameter.start, end: parameter.end, message: 'declared as a parameter here' }],
    fixes: [...rangeCheck(source, parameter), ...callback(source, parameter)],
  };
}

function consequence(use: ParameterUse): string {
  switch (use.kind) {
    case 'size':
      return 'sizes an allocation (a product may overflow: use kcalloc or array_size)';
    case 'index':
      return 'indexes an array';
    case 'arithmetic':
      return 'goes into arithmetic that may overflow';
    case 'passed':
      return 'is passed on';
  }
}

function writable(parameter: CParameter): boolean {
  return /^0[0-7]*[2367][0-7]{0,2}$|S_IW/.test(parameter.permissions) && !/^0?[0145]{3}$/.test(parameter.permissions);
}

/** The bounds that the description gives ("(68-9000)"), else names that the author has to define. */
function bounds(source: CSource, name: string): readonly [string, string] {
  const description = source.macros.find(
    (macro) => macro.name === 'MODULE_PARM_DESC' && macro.argument.startsWith(name),
  );
  const range = /\b(\d+)\s*(?:-|\.\.|to)\s*(\d+)\b/.exec(description?.argument ?? '');
  const upper = name.toUpperCase();
  return range ? [range[1] ?? '0', range[2] ?? '0'] : [`${upper}_MIN`, `${upper}_MAX`];
}

function rangeCheck(source: CSource, parameter: CParameter): FoundFix[] {
  const body = initBody(source);
  const [, format] = numbers[parameter.type] ?? [];
  if (!body || format === undefined) return [];
  const name = parameter.variable;
  const [low, high] = bounds(source, name);
  const at = firstStatement(body);
  const newText = `\n\tif (${name} < ${low} || ${name} > ${high}) {\n\t\tpr_err("invalid ${name} ${format}\\n", ${name});\n\t\treturn -EINVAL;\n\t}\n`;
  return [
    {
      title: `Check the range of ${name} in the init function`,
      edits: [{ start: at, end: at, newText }],
      preferred: true,
    },
  ];
}

/** A setter of its own checks every write, also those through /sys. */
function callback(source: CSource, parameter: CParameter): FoundFix[] {
  const [cType, , parse, get] = numbers[parameter.type] ?? [];
  const name = parameter.variable;
  if (parameter.macro !== 'module_param' || declarationOf(source, name) === undefined) return [];
  const [low, high] = bounds(source, name);
  const newText = `static int ${name}_set(const char *val, const struct kernel_param *kp)
{
	${cType} n;
	int ret = ${parse}(val, 0, &n);

	if (ret)
		return ret;
	if (n < ${low} || n > ${high})
		return -EINVAL;
	*(${cType} *)kp->arg = n;
	return 0;
}

static const struct kernel_param_ops ${name}_ops = {
	.set = ${name}_set,
	.get = ${get},
};
module_param_cb(${name}, &${name}_ops, &${name}, ${parameter.permissions});`;
  return [
    {
      title: `Check ${name} whenever it is set (module_param_cb)`,
      edits: [{ start: parameter.start, end: parameter.end, newText }],
    },
  ];
}
