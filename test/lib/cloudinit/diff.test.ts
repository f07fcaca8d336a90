import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { diffSeeds, instanceIdOf } from '../../../modules/lib/cloudinit/diff.ts';
import { type SeedOptions, seedOf } from '../../../modules/lib/cloudinit/seed.ts';
import { anyValue } from './yaml/values.ts';

const files = (options: Partial<SeedOptions>) => seedOf({ defaultInstanceId: 'iid', ...options }).files;
const paths = (before: Partial<SeedOptions>, after: Partial<SeedOptions>) =>
  diffSeeds(files(before), files(after)).map(({ path, keys }) => [path, ...keys]);

describe('the changed keys', () => {
  it('of mappings, lists and scalars', () => {
    const before = { users: [{ name: 'a', passwd: 'secret1' }], packages: ['x'], gone: 1 };
    const after = { users: [{ name: 'a', passwd: 'secret2' }], packages: ['x', 'y'], come: { deep: 1 } };
    expect(paths({ user_data: before }, { user_data: after })).toEqual([
      ['user-data', 'users[0].passwd', 'packages[1]', 'gone', 'come'],
    ]);
  });

  it('of texts that are cloud-config, of meta-data and of network-config', () => {
    expect(
      paths(
        { user_data: '#cloud-config\na: 1\n', network_config: 'version: 1\nconfig: []\n', instance_id: 'x' },
        { user_data: '#cloud-config\na: 2\n', network_config: 'version: 2\n', instance_id: 'y' },
      ),
    ).toEqual([
      ['meta-data', 'instance-id'],
      ['network-config', 'version', 'config'],
      ['user-data', 'a'],
    ]);
  });

  it.each([
    ['a script', '#!/bin/sh\ncurl -H "Token: secret1"', '#!/bin/sh\ncurl -H "Token: secret2"'],
    [
      'a template',
      '## template: jinja\n#cloud-config\nsecret1: 1',
      '## template: jinja\n#cloud-config\nsecret2: 1',
    ],
    ['broken YAML', '#cloud-config\na: [secret1', '#cloud-config\na: [secret2'],
    ['an archive', '#cloud-config-archive\n- secret1', '#cloud-config-archive\n- secret2'],
  ])('of %s are not shown', (_, before, after) => {
    expect(paths({ user_data: before }, { user_data: after })).toEqual([['user-data']]);
  });

  it('that look like no name are not shown', () => {
    const keyed = (key: string) => ({ user_data: `#cloud-config\nusers: {${key}}\n` });
    expect(paths(keyed('root:secret1'), keyed('root:secret2'))).toEqual([
      ['user-data', 'users.…', 'users.…'],
    ]);
  });
});

it('a file that is added or removed has one digest', () => {
  const [come] = diffSeeds(files({}), files({ vendor_data: { a: 1 } }));
  expect(come).toEqual({
    path: 'vendor-data',
    after: expect.stringMatching(/^sha256:[0-9a-f]{12}$/),
    keys: [],
  });
  expect(diffSeeds([], files({})).map(({ path }) => path)).toEqual(['meta-data', 'user-data']);
});

it('is empty for the same seed only, and holds no content', () => {
  const seed = fc.record({ user_data: anyValue.map((value) => ({ key: value, other: 'hidden-word' })) });
  fc.assert(
    fc.property(seed, seed, (a, b) => {
      expect(diffSeeds(files(a), files(a))).toEqual([]);
      const difference = diffSeeds(files(a), files(b));
      const texts = [a, b].map((one) => JSON.stringify(files(one)[1]?.content));
      expect(difference.length).toBe(texts[0] === texts[1] ? 0 : 1);
      expect(JSON.stringify(difference)).not.toContain('hidden-word');
    }),
  );
});

it('the instance-id of a seed is found again', () => {
  expect(instanceIdOf(files({ instance_id: 'web-1' }))).toBe('web-1');
  expect(instanceIdOf(files({ meta_data: 'instance-id: 42' }))).toBe('42');
  expect(instanceIdOf([])).toBeUndefined();
});
