import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { SCHEMAS } from '../../../../build/schemas.ts';
import type { Schema } from '../../../../modules/lib/cloudinit/schemas/dsl.ts';
import { checkCloudConfig, checkNetworkConfig } from '../../../../modules/lib/cloudinit/validate/validate.ts';
import { emitYaml } from '../../../../modules/lib/cloudinit/yaml/emit.ts';
import { CLOUD_CONFIGS, NETWORK_CONFIGS } from './cases.ts';

/** All that a schema may say: its hints and its advice. */
function sayings(schema: Schema): string[] {
  const { fits = [], avoid, properties = {}, others, items, cases } = schema;
  const inner = [
    ...Object.values(properties),
    others ?? [],
    items ?? [],
    ...Object.values(cases?.of ?? {}),
  ].flat();
  return [...fits.map(({ hint }) => hint), ...(avoid ? [avoid.advice] : []), ...inner.flatMap(sayings)];
}

describe('each rule of a schema', () => {
  const said = [
    ...CLOUD_CONFIGS.flatMap((text) => checkCloudConfig('it', `#cloud-config\n${text}`)),
    ...NETWORK_CONFIGS.flatMap((text) => checkNetworkConfig('it', text)),
  ].map(({ message }) => message);

  it.each(Object.keys(SCHEMAS))('of %s is broken by one of the documents that cloud-init judges', (name) => {
    const all = [...new Set(sayings(SCHEMAS[name] ?? {}))];
    expect(all.length).toBeGreaterThan(10);
    expect(all.filter((saying) => !said.some((message) => message.includes(`: ${saying}`)))).toEqual([]);
  });
});

describe('whatever a document says', () => {
  const keys = [
    'users',
    'write_files',
    'chpasswd',
    'apt',
    'version',
    'config',
    'ethernets',
    'network',
    'routes',
    'a',
  ];
  const { value } = fc.letrec((tie) => ({
    value: fc.oneof({ depthSize: 'small' }, tie('leaf'), tie('list'), tie('mapping')),
    leaf: fc.oneof(fc.constantFrom(null, true, 1, 2, 'static', '192.0.2.1/24', ''), fc.string(), fc.double()),
    list: fc.array(tie('value'), { maxLength: 4 }),
    mapping: fc.dictionary(fc.oneof(fc.constantFrom(...keys), fc.string()), tie('value'), { maxKeys: 5 }),
  }));
  const document = fc.dictionary(fc.constantFrom(...keys), value) as fc.Arbitrary<Record<string, unknown>>;

  it('there is an answer, and it is the same of a mapping and of its text, but for the places', () => {
    fc.assert(
      fc.property(document, fc.boolean(), (given, network) => {
        const check = network ? checkNetworkConfig : checkCloudConfig;
        const text = `#cloud-config\n${emitYaml(given)}`;
        const places = / \(line \d+, column \d+\)|^line \d+, column \d+: /g;
        const fromText = check('it', text).map((found) => ({
          ...found,
          message: found.message.replace(places, ''),
        }));
        expect(fromText).toEqual(check('it', given));
      }),
      { numRuns: 300 },
    );
  });

  it('every place in a text is one of the text', () => {
    fc.assert(
      fc.property(document, (given) => {
        const text = `#cloud-config\n${emitYaml(given)}`;
        const lines = text.split('\n');
        for (const { message } of checkCloudConfig('it', text)) {
          const [, line = 0, column = 0] = /line (\d+), column (\d+)/.exec(message) ?? [];
          expect(lines[Number(line) - 1]?.length).toBeGreaterThanOrEqual(Number(column));
        }
      }),
    );
  });
});
