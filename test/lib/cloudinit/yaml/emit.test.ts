import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { emitYaml } from '../../../../modules/lib/cloudinit/yaml/emit.ts';
import { parseYaml } from '../../../../modules/lib/cloudinit/yaml/parse.ts';
import { YamlError } from '../../../../modules/lib/cloudinit/yaml/value.ts';
import { anyValue, EDGES } from './values.ts';

// A text without a value reads as undefined: `null` is the one value that isn't told from it.
const read = (value: unknown) => parseYaml(emitYaml(value)) ?? null;

describe('what is emitted is read back', () => {
  it('at the edges', () => {
    for (const value of EDGES) expect(read(value)).toEqual(value);
  });

  it('for any value', () => {
    fc.assert(
      fc.property(anyValue, (value) => {
        expect(read(value)).toEqual(value);
      }),
      { numRuns: 500 },
    );
  });

  it('and is printable, a line for each scalar', () => {
    fc.assert(
      fc.property(anyValue, (value) => {
        // biome-ignore lint/suspicious/noControlCharactersInRegex: none of them may be there
        expect(emitYaml(value)).not.toMatch(/[\x00-\x09\x0b-\x1f\x7f-\x9f\u2028\u2029\ufeff\ufffe\uffff]/);
      }),
    );
  });
});

it('is readable: block style, all texts quoted', () => {
  const value = {
    users: [
      'default',
      { name: 'ops', sudo: 'ALL=(ALL) NOPASSWD:ALL', ssh_authorized_keys: ['ssh-ed25519 A'] },
    ],
    mac: '52:54:00:12:34:56',
    matrix: [[1, 2], [], {}],
    ratio: 1e-7,
    on: true,
  };
  expect(emitYaml(value)).toBe(
    [
      '"users":',
      '  - "default"',
      '  - "name": "ops"',
      '    "sudo": "ALL=(ALL) NOPASSWD:ALL"',
      '    "ssh_authorized_keys":',
      '      - "ssh-ed25519 A"',
      '"mac": "52:54:00:12:34:56"',
      '"matrix":',
      '  - - 1',
      '    - 2',
      '  - []',
      '  - {}',
      '"ratio": 1.0e-7',
      '"on": true',
      '',
    ].join('\n'),
  );
});

describe('what has no YAML is refused by its path, without its content', () => {
  it.each([
    [{ users: [{ name: 'secret\ud83d' }] }, 'users[0].name has half a surrogate pair'],
    [{ a: { b: undefined } }, 'a.b is not a text'],
    [{ a: new Date(0) }, 'a is not a text, number, boolean, list or mapping, but a date: quote it'],
    [() => 1, 'the value is not a text'],
    [{ 'root:secret': [undefined] }, '…[0] is not a text'],
  ])('%#', (value, message) => {
    expect(() => emitYaml(value)).toThrow(YamlError);
    expect(() => emitYaml(value)).toThrow(message);
    expect(() => emitYaml(value)).not.toThrow(/secret/);
  });
});

it('a text that is not YAML is refused by line and column, without its content', () => {
  for (const text of [
    'a: [secret',
    'a: 1\nb: "secret',
    'a: *secret',
    'a: secret: secret',
    'a: 1\na: 2',
    '--- a\n--- b',
  ]) {
    expect(() => parseYaml(text)).toThrow(/isn't YAML: (line \d+, column \d+ \([A-Z_]+\)|an alias)/);
    expect(() => parseYaml(text)).not.toThrow(/secret/);
  }
});
