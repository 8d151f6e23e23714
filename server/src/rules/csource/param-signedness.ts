import type { CParameter } from '../../text/c-source.ts';
import type { Found, SpanEdit } from '../text-rule.ts';
import type { CSourceFacts, CSourceRule } from './csource-facts.ts';
import { declarationOf, isAmount, usesOfParameter } from './parameter-use.ts';

const unsignedType: Readonly<Record<string, readonly [parameter: string, variable: string]>> = {
  int: ['uint', 'unsigned int'],
  long: ['ulong', 'unsigned long'],
  short: ['ushort', 'unsigned short'],
};

export const paramSignedness: CSourceRule = {
  *check(facts) {
    for (const parameter of facts.source.parameters) {
      const other = unsignedType[parameter.type];
      if (other === undefined || !isAmount(parameter.variable) || mayBeNegative(facts, parameter)) continue;
      yield found(facts, parameter, other);
    }
  },
};

/** A negative value has a meaning of its own: a default of -1, a test for it, or a description that says so. */
function mayBeNegative({ source }: CSourceFacts, parameter: CParameter): boolean {
  if (declarationOf(source, parameter.variable)?.initialValue?.startsWith('-')) return true;
  const description = source.macros.find(
    (macro) => macro.name === 'MODULE_PARM_DESC' && macro.argument.startsWith(parameter.variable),
  );
  if (description && /-\s*1\b|negative/i.test(description.argument)) return true;
  return usesOfParameter(source, parameter.variable).negative;
}

function found({ source }: CSourceFacts, parameter: CParameter, [type, variable]: readonly [string, string]): Found {
  const declaration = declarationOf(source, parameter.variable);
  const edits: SpanEdit[] = [{ start: parameter.typeStart, end: parameter.typeEnd, newText: type }];
  if (declaration) edits.push({ start: declaration.typeStart, end: declaration.typeEnd, newText: variable });
  return {
    rule: 'param-signedness',
    start: parameter.typeStart,
    end: parameter.typeEnd,
    message: `${parameter.variable} is an amount, but of type ${parameter.type}: "-1" is accepted and becomes ${huge(parameter.type)} where it is used as unsigned, and larger amounts are refused with ERANGE. Use ${type}, for which "-1" is EINVAL.`,
    symbol: parameter.variable,
    ...(declaration && { fixes: [{ title: `Make ${parameter.variable} ${variable}`, edits, preferred: true }] }),
  };
}

function huge(type: string): string {
  return type === 'short' ? '65535' : type === 'int' ? '4294967295' : '18446744073709551615';
}
