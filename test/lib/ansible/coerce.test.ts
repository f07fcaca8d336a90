import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { coerce, coerceOptions } from '../../../modules/lib/ansible/coerce.ts';
import type { Option } from '../../../modules/lib/ansible/spec.ts';

const option = (type: string, more: object = {}) => ({ type, description: '', ...more }) as Option;

// What ansible-core's own validation makes of the same values.
const ROWS: [string, object, unknown, unknown][] = [
  ['int', {}, '25', 25],
  ['int', {}, 25, 25],
  ['int', {}, '25.0', 25],
  ['float', {}, '2.5', 2.5],
  ['bool', {}, 'yes', true],
  ['bool', {}, 'Off', false],
  ['bool', {}, 1, true],
  ['bool', {}, '0', false],
  ['str', {}, 25, '25'],
  ['str', {}, true, 'True'],
  ['str', { choices: ['active', 'off'] }, false, 'off'],
  ['str', { choices: ['active', 'off'] }, 'False', 'off'],
  ['str', { choices: ['on', 'off'] }, true, 'on'],
  ['str', { choices: ['no', 'off'] }, false, 'False'],
  ['list', { elements: { type: 'str' } }, 'a, b', ['a', 'b']],
  ['list', { elements: { type: 'int' } }, '1,2', [1, 2]],
  ['list', { elements: { type: 'str' } }, 7, ['7']],
  ['dict', {}, '{"a": 1}', { a: 1 }],
  ['dict', {}, 'a=1, b="x y"', { a: '1', b: 'x y' }],
  ['dict', { values: 'str' }, { a: 1, b: true }, { a: '1', b: 'True' }],
  ['dict', { values: 'str' }, { a: 1, b: null }, { a: '1' }],
];

describe('coerce', () => {
  it.each(ROWS)('%s %j: %j → %j', (type, more, given, expected) => {
    expect(coerce(option(type, more), given, 'x')).toEqual(expected);
  });

  const refused: [string, unknown][] = [
    ['int', '2.5'],
    ['int', true],
    ['int', ''],
    ['bool', 'maybe'],
    ['bool', 2],
    ['dict', 'plain'],
    ['dict', '{broken'],
    ['str', ['a']],
    ['float', ''],
  ];
  it.each(refused)('%s refuses %j, by its path', (type, given) => {
    expect(() => coerce(option(type), given, 'ports[2].tag')).toThrow("option 'ports[2].tag': ");
  });

  it('reads back what Jinja makes of a number or a boolean', () => {
    fc.assert(
      fc.property(fc.integer(), fc.boolean(), (number, flag) => {
        expect(coerce(option('int'), String(number), 'x')).toBe(number);
        expect(coerce(option('bool'), flag ? 'True' : 'False', 'x')).toBe(flag);
      }),
    );
  });

  it('is done after one time', () => {
    const types = fc.constantFrom('str', 'int', 'float', 'bool', 'list', 'dict');
    fc.assert(
      fc.property(types, fc.jsonValue(), (type, value) => {
        const spec = option(type, type === 'list' ? { elements: { type: 'raw' } } : {});
        let once: unknown;
        try {
          once = coerce(spec, value, 'x');
        } catch {
          return;
        }
        expect(coerce(spec, once, 'x')).toEqual(once);
      }),
    );
  });
});

describe('coerceOptions', () => {
  const specs = {
    name: { type: 'str', description: '', aliases: ['called'] },
    size: { type: 'int', description: '', default: 3 },
  } as const;

  it('knows aliases, defaults, and a null that is not given', () => {
    expect(coerceOptions(specs, { called: 'a', size: null })).toEqual({ name: 'a', size: 3 });
  });

  it('keeps what it does not know, for the validator', () => {
    expect(coerceOptions(specs, { nmae: 'a', constructor: 1 })).toEqual({
      nmae: 'a',
      constructor: 1,
      size: 3,
    });
  });
});
