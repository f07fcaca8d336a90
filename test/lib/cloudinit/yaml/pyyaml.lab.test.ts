import fc from 'fast-check';
import { expect, it } from 'vitest';
import { seedOf } from '../../../../modules/lib/cloudinit/seed.ts';
import { emitYaml } from '../../../../modules/lib/cloudinit/yaml/emit.ts';
import { judge } from '../../../support/judge.ts';
import { anyValue, EDGES } from './values.ts';

// Reads [[yaml, json], …] and prints the pairs that differ. Numbers are compared as numbers, and -0.0 isn't 0; a
// text that reads as a number, or a boolean as one, differs.
const COMPARE = `
import json, math, sys, yaml

def same(a, b):
    if isinstance(a, bool) or isinstance(b, bool):
        return a is b
    if isinstance(a, (int, float)) and isinstance(b, (int, float)):
        return a == b and math.copysign(1, a) == math.copysign(1, b)
    if type(a) is not type(b):
        return False
    if isinstance(a, dict):
        return list(a) == list(b) and all(same(a[k], b[k]) for k in a)
    if isinstance(a, list):
        return len(a) == len(b) and all(map(same, a, b))
    return a == b

def read(text, loader):
    try:
        return yaml.load(text, Loader=loader)
    except Exception as error:
        return Exception(error)

pairs = json.load(sys.stdin)
loaders = [yaml.SafeLoader] + ([yaml.CSafeLoader] if yaml.__with_libyaml__ else [])
bad = [[text, value, str(read(text, loader))]
       for text, value in pairs for loader in loaders if not same(read(text, loader), json.loads(value))]
json.dump({"pairs": len(pairs), "bad": bad[:5]}, sys.stdout)
`;

// JSON, but for -0, which JSON.stringify makes 0, and for integers beyond 2^53, of which it gives other digits.
const jsonOf = (value: unknown): string => {
  if (typeof value === 'number') {
    if (Object.is(value, -0)) return '-0.0';
    return Number.isInteger(value) && Math.abs(value) < 1e21 ? String(BigInt(value)) : String(value);
  }
  if (Array.isArray(value)) return `[${value.map(jsonOf).join(',')}]`;
  if (typeof value === 'object' && value !== null) {
    return `{${Object.entries(value)
      .map(([key, item]) => `${JSON.stringify(key)}:${jsonOf(item)}`)
      .join(',')}}`;
  }
  return JSON.stringify(value);
};

async function compare(pairs: readonly (readonly [string, string])[]) {
  const { stdout } = await judge(['/usr/bin/python3', '-c', COMPARE], { input: JSON.stringify(pairs) });
  return JSON.parse(stdout);
}

it('PyYAML reads back every value that we emit', async () => {
  const values = [...EDGES, ...fc.sample(anyValue, 1000)];
  const verdict = await compare(values.map((value) => [emitYaml(value), jsonOf(value)]));
  expect(verdict).toEqual({ pairs: values.length, bad: [] });
});

it('PyYAML reads back a seed, with its meta_data given as text too', async () => {
  const network = { version: 2, ethernets: { a: { match: { macaddress: '52:54:00:12:34:56' } } } };
  const { files } = seedOf({
    user_data: { runcmd: ['echo yes'], on: 'off' },
    network_config: { network },
    meta_data: 'when: 12:30 # kept\nflag: yes',
    hostname: 'web',
    defaultInstanceId: '0123',
  });
  const expected = {
    'meta-data': { when: 750, flag: true, 'instance-id': '0123', 'local-hostname': 'web' },
    'user-data': { runcmd: ['echo yes'], on: 'off' },
    'network-config': network,
  };
  const pairs = files.map(
    ({ path, content }) =>
      [
        new TextDecoder().decode(content as Uint8Array),
        jsonOf(expected[path as keyof typeof expected]),
      ] as const,
  );
  expect(await compare(pairs)).toEqual({ pairs: 3, bad: [] });
});

it('the judge would notice', async () => {
  const pairs = [
    ['52:54:00:12:34:56', '"52:54:00:12:34:56"'],
    ['1e-7', '1e-7'],
    ['"\\ud83e\\udd8a"', '"🦊"'],
    ['0', '-0.0'],
    ['yes', '"yes"'],
  ] as const;
  const { bad } = await compare(pairs);
  expect(new Set(bad.map(([text]: string[]) => text)).size).toBeGreaterThanOrEqual(3);
});
