import fc from 'fast-check';
import { expect, it } from 'vitest';
import { readYaml } from '../../../../modules/lib/cloudinit/yaml/read.ts';
import { judge } from '../../../support/judge.ts';

// Reads a list of plain scalars and prints the type that PyYAML gives each.
const TYPES = `
import json, sys, yaml

def kind(text):
    try:
        return type(yaml.safe_load("- " + text)[0]).__name__
    except Exception:
        return "none"

json.dump([kind(text) for text in json.load(sys.stdin)], sys.stdout)
`;

const KINDS: Readonly<Record<string, string>> = {
  str: 'string',
  bool: 'boolean',
  int: 'number',
  float: 'number',
};

function kindOf(text: string): string {
  const { document } = readYaml(`- ${text}`);
  if (document.errors.length > 0) return 'none';
  const [value] = document.toJS() as unknown[];
  if (value === null) return 'null';
  return value instanceof Date ? 'date' : typeof value;
}

it('a plain scalar is of the type that PyYAML gives it', async () => {
  const known =
    'y n Y N yes No ON off true False null Null ~ 08 0o17 017 0x1F 0b101 1_000 1e3 1.0e3 1.0e+3 1.e+3 .5 -.5 +.5 . .. ' +
    '12:30 12:60 1:2:3.5 01:30 52:54:00:12:34:56 .inf -.Inf +.INF .NaN .nan - + 2030-01-01 2030-1-1 0 -0 +0 00 09 1.2.3';
  const digits = fc.string({ unit: fc.constantFrom(...'01289:._+-eExob'), minLength: 1, maxLength: 9 });
  const words = fc.mixedCase(
    fc.constantFrom('yes', 'no', 'on', 'off', 'true', 'false', 'null', 'y', 'n', '.inf', '.nan'),
  );
  const made = fc.sample(fc.oneof(digits, words), { numRuns: 5000, seed: 1 });
  const texts = [...new Set([...known.split(' '), ...made])].filter((text) => !/^[?:]|^-$|:$/.test(text));
  const { stdout } = await judge(['/usr/bin/python3', '-c', TYPES], { input: JSON.stringify(texts) });
  const theirs = (JSON.parse(stdout) as string[]).map(
    (kind) => KINDS[kind] ?? (kind === 'NoneType' ? 'null' : kind),
  );
  const differ = texts.flatMap((text, i) =>
    kindOf(text) === theirs[i] ? [] : [[text, kindOf(text), theirs[i]]],
  );
  expect(differ).toEqual([]);
  expect(new Set(theirs).size).toBeGreaterThanOrEqual(5);
});
