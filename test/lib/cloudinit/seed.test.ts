import { describe, expect, it } from 'vitest';
import {
  SeedError,
  type SeedOptions,
  seedOf,
  stableInstanceId,
} from '../../../modules/lib/cloudinit/seed.ts';
import { parseYaml } from '../../../modules/lib/cloudinit/yaml/parse.ts';
import { OptionError } from '../../../modules/lib/failure.ts';

const DEFAULT = { defaultInstanceId: 'iid-default' };
const texts = (options: Partial<SeedOptions>): Record<string, string> =>
  Object.fromEntries(
    seedOf({ ...DEFAULT, ...options }).files.map(({ path, content }) => [
      path,
      new TextDecoder().decode(content as Uint8Array),
    ]),
  );

function problem(options: Partial<SeedOptions>): SeedError {
  try {
    seedOf({ ...DEFAULT, ...options });
  } catch (error) {
    if (error instanceof SeedError) return error;
    throw error;
  }
  throw new Error('it was taken');
}

describe('files', () => {
  it('meta-data and user-data are always there', () => {
    expect(texts({})).toEqual({
      'meta-data': '"instance-id": "iid-default"\n',
      'user-data': '#cloud-config\n{}\n',
    });
  });

  it('a blank text counts as not given', () => {
    expect(texts({ user_data: '\n', vendor_data: ' ', network_config: '# none\n', meta_data: '' })).toEqual(
      texts({}),
    );
  });

  it('mappings are written as YAML, cloud-config with its first line', () => {
    const files = texts({
      user_data: { packages: ['vim'] },
      vendor_data: { a: 1 },
      network_config: { version: 2 },
      meta_data: { tags: ['x'] },
    });
    expect(files).toEqual({
      'meta-data': '"instance-id": "iid-default"\n"tags":\n  - "x"\n',
      'user-data': '#cloud-config\n"packages":\n  - "vim"\n',
      'vendor-data': '#cloud-config\n"a": 1\n',
      'network-config': '"version": 2\n',
    });
  });

  it('texts stay as they are', () => {
    const given = { user_data: '#!/bin/sh\r\necho Größe', network_config: '# ours\nnetwork: {version: 1}' };
    expect(texts(given)).toMatchObject({
      'user-data': given.user_data,
      'network-config': given.network_config,
    });
  });
});

describe('user-data that cloud-init knows', () => {
  it.each([
    '#cloud-config\na: 1',
    '#cloud-config-archive\n- a',
    '\n #Cloud-Config\na: 1',
    '#!/bin/sh\n',
    '#include\nhttp://x',
    '#include-once\nhttp://x',
    '#cloud-boothook\n',
    '#part-handler\n',
    '## template: jinja\n#cloud-config\n',
    'Content-Type: multipart/mixed; boundary="x"\nMIME-Version: 1.0\n\n--x--',
    'MIME-Version: 1.0\n\n',
    'From nobody Mon Sep 17\nmime-version: 1.0\n',
  ])('%j', (text) => {
    expect(texts({ user_data: text })['user-data']).toBe(text);
  });

  it.each([
    ['packages: [secret]', "begin it with '#cloud-config' for YAML"],
    ['# cloud-config\nsecret', "begin it with '#cloud-config' for YAML"],
    ['Content-Type: multipart/mixed\n\nsecret', "no header 'MIME-Version: 1.0': add it"],
    ['\ufeff#cloud-config\nsecret: 1', 'byte order mark (U+FEFF)'],
    ['#cloud-config\nsecret: \ud83d', 'half a surrogate pair'],
  ])('%j is refused', (text, message) => {
    for (const option of ['user_data', 'vendor_data']) {
      const error = problem({ [option]: text });
      expect(error.option).toBe(option);
      expect(error.message).toContain(message);
      expect(error.message).not.toContain('secret');
    }
  });
});

describe('instance-id and hostname', () => {
  const told = (options: Partial<SeedOptions>) => {
    const { instanceId, instanceIdFrom, hostname } = seedOf({ ...DEFAULT, ...options });
    return [instanceId, instanceIdFrom, hostname];
  };

  it.each<[string, Partial<SeedOptions>, unknown[], object]>([
    ['by default', {}, ['iid-default', 'default', undefined], { 'instance-id': 'iid-default' }],
    [
      'by options',
      { instance_id: 'a', hostname: 'h' },
      ['a', 'instance_id', 'h'],
      { 'instance-id': 'a', 'local-hostname': 'h' },
    ],
    [
      'by meta_data',
      { meta_data: { 'instance-id': 'a', 'local-hostname': 'h', x: 1 } },
      ['a', 'meta_data', 'h'],
      { 'instance-id': 'a', 'local-hostname': 'h', x: 1 },
    ],
    [
      'by both, alike',
      { meta_data: { 'instance-id': 7 }, instance_id: '7' },
      ['7', 'meta_data', undefined],
      { 'instance-id': 7 },
    ],
    [
      'by a text of a block mapping',
      { meta_data: 'x: 1', hostname: 'h' },
      ['iid-default', 'default', 'h'],
      { x: 1, 'instance-id': 'iid-default', 'local-hostname': 'h' },
    ],
    [
      'by a text of JSON',
      { meta_data: '{"x": "12:30"}', instance_id: 'a' },
      ['a', 'instance_id', undefined],
      { x: '12:30', 'instance-id': 'a' },
    ],
    [
      'by a text that has it empty',
      { meta_data: 'instance-id:\nx: 1\n', instance_id: 'a' },
      ['a', 'instance_id', undefined],
      { 'instance-id': 'a', x: 1 },
    ],
    [
      'by a text that ends a document',
      { meta_data: 'x: 1\n...\n' },
      ['iid-default', 'default', undefined],
      { x: 1, 'instance-id': 'iid-default' },
    ],
  ])('%s', (_, options, expected, metaData) => {
    expect(told(options)).toEqual(expected);
    expect(parseYaml(texts(options)['meta-data'] ?? '')).toEqual(metaData);
  });

  it('a text keeps its comments, and stays as it is where nothing is added', () => {
    expect(texts({ meta_data: '# ours\nwhen: 12:30' })['meta-data']).toBe(
      '# ours\nwhen: 12:30\n"instance-id": "iid-default"\n',
    );
    const whole = 'instance-id: a # ours\n';
    expect(texts({ meta_data: whole })['meta-data']).toBe(whole);
  });

  it.each<[Partial<SeedOptions>, string, string]>([
    [
      { instance_id: 'a', meta_data: { 'instance-id': 'b' } },
      'instance_id',
      "'a', but meta_data has 'instance-id: b'",
    ],
    [
      { hostname: 'a', meta_data: 'local-hostname: b' },
      'hostname',
      "'a', but meta_data has 'local-hostname: b'",
    ],
    [{ instance_id: ' ' }, 'instance_id', 'leave the option out'],
    [{ meta_data: '- a' }, 'meta_data', 'must be a mapping'],
    [{ meta_data: 'a: [secret' }, 'meta_data', "isn't YAML: line 1"],
    [{ meta_data: { 'instance-id': ['secret'] } }, 'meta_data', 'must be a text: quote it'],
    [
      { meta_data: '{made: 2001-12-14}' },
      'meta_data',
      'made is not a text, number, boolean, list or mapping, but a date',
    ],
  ])('%j is refused', (options, option, message) => {
    const error = problem(options);
    expect(error).toBeInstanceOf(OptionError);
    expect([error.option, error.message]).toEqual([option, expect.stringContaining(message)]);
    expect(error.message).not.toContain('secret');
  });

  it('the stable id depends on every name, and on where one ends', () => {
    const ids = [['a', 'b'], ['ab'], ['a', 'c'], ['a']].map((names) => stableInstanceId(...names));
    expect(new Set(ids).size).toBe(4);
    expect(stableInstanceId('a', 'b')).toBe(ids[0]);
    expect(ids[0]).toMatch(/^iid-[0-9a-f]{16}$/);
  });
});

describe('network_config', () => {
  it('is unwrapped', () => {
    expect(texts({ network_config: { network: { version: 1, config: [] } } })['network-config']).toBe(
      '"version": 1\n"config": []\n',
    );
  });

  it.each([{ config: 'disabled' }, { network: { config: 'disabled' } }])('%j is taken', (network_config) => {
    expect(texts({ network_config })['network-config']).toBe('"config": "disabled"\n');
  });

  it.each([
    [{}, "'version' is missing"],
    [{ version: 3 }, 'must be the number 2'],
    [{ version: '2' }, 'is a text: write it without quotes'],
    [{ network: null }, 'must be a mapping'],
    [{ network: { version: 2 }, ethernets: {} }, "keys outside 'network'"],
    ['- a', 'must be a mapping'],
    ['network: {version: 4}', 'must be the number 2'],
    ['a: [secret', "isn't YAML"],
  ])('%j is refused', (network_config, message) => {
    const error = problem({ network_config });
    expect([error.option, error.message]).toEqual(['network_config', expect.stringContaining(message)]);
    expect(error.message).not.toContain('secret');
  });
});
