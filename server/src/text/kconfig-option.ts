import { KconfigScanner } from './kconfig-expression.ts';
import type { KconfigProperty, KconfigType } from './kconfig-file.ts';

/** The properties in one option line; `def_bool y` makes two, and a type with a prompt as well. */
export function readOption(text: string): KconfigProperty[] {
  const scanner = new KconfigScanner(text);
  const keyword = scanner.word();
  switch (keyword) {
    case 'bool':
    case 'tristate':
    case 'int':
    case 'hex':
    case 'string': {
      const type: KconfigProperty = { kind: 'type', type: keyword };
      if (scanner.done) return [type];
      if (scanner.peekWord() === 'prompt') scanner.word();
      const prompt = scanner.text();
      if (prompt === undefined) return [type];
      return [type, { kind: 'prompt', text: prompt, condition: scanner.condition() }];
    }
    case 'def_bool':
    case 'def_tristate':
    case 'def_int':
    case 'def_hex':
    case 'def_string': {
      const type: KconfigProperty = { kind: 'type', type: keyword.slice(4) as KconfigType };
      const value = scanner.expression();
      return value === undefined ? [type] : [type, { kind: 'default', value, condition: scanner.condition() }];
    }
    case 'prompt': {
      const prompt = scanner.text();
      return prompt === undefined ? [] : [{ kind: 'prompt', text: prompt, condition: scanner.condition() }];
    }
    case 'default': {
      const value = scanner.expression();
      return value === undefined ? [] : [{ kind: 'default', value, condition: scanner.condition() }];
    }
    case 'depends':
    case 'visible': {
      scanner.word();
      const condition = scanner.expression();
      return condition === undefined ? [] : [{ kind: keyword, condition }];
    }
    case 'select':
    case 'imply': {
      const name = scanner.word();
      return name === undefined ? [] : [{ kind: keyword, name, condition: scanner.condition() }];
    }
    case 'range': {
      const low = scanner.operand();
      const high = scanner.operand();
      if (low === undefined || high === undefined) return [];
      return [{ kind: 'range', low, high, condition: scanner.condition() }];
    }
    case 'optional':
    case 'modules':
      return [{ kind: keyword }];
    case 'option':
      // Up to 5.13 the symbol that enables modules said so with `option modules`.
      return scanner.word() === 'modules' ? [{ kind: 'modules' }] : [];
    default:
      return [];
  }
}
