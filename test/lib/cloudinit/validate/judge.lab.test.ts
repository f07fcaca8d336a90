import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { readYaml } from '../../../../modules/lib/cloudinit/read.ts';
import { checkCloudConfig, checkNetworkConfig } from '../../../../modules/lib/cloudinit/validate/validate.ts';
import { emitYaml } from '../../../../modules/lib/cloudinit/yaml.ts';
import type { Release } from '../../../lab/packages.ts';
import { CLOUD_CONFIGS, NETWORK_CONFIGS } from './cases.ts';
import { DISAGREEMENTS } from './disagreements.ts';
import { type Case, cloudInit } from './judge.ts';

const HEADER = '#cloud-config\n';

const cases: readonly Case[] = [
  ...CLOUD_CONFIGS.map((text) => ({ kind: 'cloud-config' as const, text: `${HEADER}${text}` })),
  ...NETWORK_CONFIGS.map((text) => ({ kind: 'network-config' as const, text })),
];

const ours = ({ kind, text }: Case) =>
  kind === 'cloud-config' ? checkCloudConfig('it', text) : checkNetworkConfig('it', text);

/** The documents that one refuses and the other takes, with the words of the one that refuses. */
async function disagreements(release: Release, asked: readonly Case[]) {
  const verdicts = await cloudInit(release, asked);
  expect(verdicts).toHaveLength(asked.length);
  return asked.flatMap((given, i) => {
    const { verdict = 'none', why = '' } = verdicts[i] ?? {};
    const errors = ours(given).filter(({ level }) => level === 'error');
    const refused = errors.length > 0;
    if (refused === (verdict === 'invalid')) return [];
    const text = given.text.replace(HEADER, '');
    return [
      {
        text,
        by: refused ? 'us' : 'cloud-init',
        words: refused ? errors.map((e) => e.message).join('; ') : why,
      },
    ];
  });
}

describe.each([12, 13] as const)('the cloud-init of Debian %d', (release) => {
  it('says of each document what we say, but for those that are listed', async () => {
    const listed = DISAGREEMENTS.filter(({ releases }) => releases.includes(release)).flatMap(
      ({ texts, refusedBy }) => texts.map((text) => [text, refusedBy] as const),
    );
    const found = await disagreements(release, cases);
    const unlisted = found.filter(({ text, by }) => !listed.some((one) => one[0] === text && one[1] === by));
    expect(unlisted).toEqual([]);
    // One that doesn't disagree any more has no place in the list.
    expect(found.map(({ text }) => text).sort()).toEqual(listed.map(([text]) => text).sort());
  });

  it('takes some of them and refuses some: it does judge', async () => {
    const verdicts = await cloudInit(release, cases);
    for (const kind of ['cloud-config', 'network-config']) {
      const own = verdicts.filter((_, i) => cases[i]?.kind === kind);
      expect(own.filter(({ verdict }) => verdict === 'valid').length).toBeGreaterThan(40);
      expect(own.filter(({ verdict }) => verdict === 'invalid').length).toBeGreaterThan(20);
    }
  });

  it('calls nothing outdated of which we say nothing', async () => {
    const verdicts = await cloudInit(release, cases);
    const silent = cases.filter(
      (given, i) => verdicts[i]?.verdict === 'deprecated' && ours(given).length === 0,
    );
    expect(silent).toEqual([]);
    expect(verdicts.filter(({ verdict }) => verdict === 'deprecated').length).toBeGreaterThan(10);
  });
});

// Documents in which a value, anywhere, is another one: what a list of cases doesn't think of.
describe('of documents made from these at random, cloud-init says what we say', () => {
  const strange = fc.constantFrom(
    null,
    true,
    7,
    -1,
    1.5,
    'text',
    '',
    [],
    ['text'],
    [7],
    {},
    { text: 'text' },
    [[]],
    [{}],
  );
  const listed = new Set(DISAGREEMENTS.flatMap(({ texts }) => texts));
  const sound = CLOUD_CONFIGS.filter((text) => !listed.has(text))
    .map((text) => readYaml(text).toJS() as Record<string, unknown>)
    // A date is none to JSON.
    .filter(
      (value) =>
        JSON.stringify(value) ===
        JSON.stringify(readYaml(emitYaml(JSON.parse(JSON.stringify(value)))).toJS()),
    );

  const paths = (value: unknown): (string | number)[][] =>
    typeof value !== 'object' || value === null
      ? [[]]
      : [
          [],
          ...(Array.isArray(value) ? [...value.entries()] : Object.entries(value)).flatMap(([key, item]) =>
            paths(item).map((path) => [key, ...path]),
          ),
        ];

  const replaced = (value: unknown, [key, ...rest]: (string | number)[], item: unknown): unknown => {
    if (key === undefined) return item;
    if (Array.isArray(value)) return value.map((old, i) => (i === key ? replaced(old, rest, item) : old));
    const mapping = value as Record<string, unknown>;
    return { ...mapping, [key]: replaced(mapping[key], rest, item) };
  };

  const changed = fc
    .constantFrom(...sound)
    .chain((value) => fc.tuple(fc.constant(value), fc.constantFrom(...paths(value).slice(1)), strange))
    .map(([value, path, item]) => replaced(value, path, item));

  it('of Debian 13', async () => {
    const values = [...new Set(fc.sample(changed, 2000).map((value) => emitYaml(value)))];
    const found = await disagreements(
      13,
      values.map((text) => ({ kind: 'cloud-config', text: `${HEADER}${text}` })),
    );
    console.log(
      values.length,
      found.length,
      found.map((f) => `${f.by} ${f.text.replace(/\n/g, ' / ')} -- ${f.words.slice(0, 200)}`).join('\n'),
    );
  });
});
