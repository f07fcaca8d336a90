import { expect, it } from 'vitest';
import { checkCloudConfig, checkNetworkConfig } from '../../../../modules/lib/cloudinit/validate/validate.ts';

const numbers = (count: number) => Array.from({ length: count }, (_, i) => i);
const lines = (count: number, line: (i: number) => string) => numbers(count).map(line).join('\n');
const unknownKeys = (count: number) => Object.fromEntries(numbers(count).map((i) => [`unknown_key_${i}`, 1]));

const seconds = (act: () => unknown) => {
  const start = performance.now();
  act();
  return (performance.now() - start) / 1000;
};

// What a slip in a template, or a hostile variable, makes many of.
const DOCUMENTS: readonly [string, (count: number) => unknown][] = [
  ['keys on top', (count) => checkCloudConfig('it', unknownKeys(count))],
  [
    'keys on top, of a text',
    (count) => checkCloudConfig('it', `#cloud-config\n${lines(count, (i) => `unknown_key_${i}: 1`)}`),
  ],
  ['keys of a user', (count) => checkCloudConfig('it', { users: [{ name: 'x', ...unknownKeys(count) }] })],
  [
    'lists in which a key is twice',
    (count) => checkCloudConfig('it', `#cloud-config\nusers:\n${lines(count, () => '- {name: x, name: y}')}`),
  ],
  [
    'files',
    (count) => checkCloudConfig('it', { write_files: numbers(count).map((i) => ({ path: `/file${i}` })) }),
  ],
  [
    'addresses',
    (count) => {
      const addresses = numbers(count).map((i) => `10.${i >> 16}.${(i >> 8) % 256}.${i % 256}/8`);
      return checkNetworkConfig('it', { version: 2, ethernets: { eth0: { addresses } } });
    },
  ],
];

// Linear ones take 8 times as long, and what grows by the square 64 times.
it.each(DOCUMENTS)(
  'a document with eight times the %s takes no more than some eight times as long',
  (_, check) => {
    check(500);
    const few = seconds(() => check(2000));
    expect(seconds(() => check(16_000))).toBeLessThan(Math.max(0.02, few) * 24);
  },
);

it('tells the first of very many warnings, how many there are besides, and each error', () => {
  const found = checkCloudConfig('it', { ...unknownKeys(1234), runcmd: 7 });
  const warnings = found.filter(({ level }) => level === 'warning').map(({ message }) => message);
  expect(warnings).toHaveLength(101);
  expect(warnings[0]).toContain('unknown_key_0: ');
  expect(warnings.at(-1)).toBe("has 1134 more warnings, which aren't shown");
  expect(found.filter(({ level }) => level === 'error').map(({ message }) => message)).toEqual([
    expect.stringContaining('runcmd: '),
  ]);
});
