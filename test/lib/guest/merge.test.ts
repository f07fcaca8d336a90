import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { Pair } from '../../../modules/lib/guest/addresses/found.ts';
import { addressesIn, toldBy } from '../../../modules/lib/guest/addresses/merge.ts';

const [A, B, OTHER] = ['52:54:00:00:00:0a', '52:54:00:00:00:0b', '52:54:00:00:00:0c'] as const;
const at = (mac: string, address: string): Pair => ({ mac, address });
const NONE = { leases: [], agents: new Map(), neighbours: [] };
const GUESTS = [
  { name: 'a', macs: [A.toUpperCase(), B] },
  { name: 'other', macs: [OTHER] },
];

describe('the addresses of each guest', () => {
  it('are each once, leases first, and IPv4 before IPv6', () => {
    const found = addressesIn(GUESTS, {
      leases: [at(A, '10.0.0.1')],
      agents: new Map([
        ['a', [at(A, 'fd00::1'), at(A, '10.0.0.1'), at(B, '10.0.1.1'), at(OTHER, '10.0.0.9')]],
      ]),
      neighbours: [at(B, '10.0.1.1'), at(A, 'fd00::2'), at(OTHER, '10.0.0.2')],
    });
    expect(found.get('a')).toEqual([
      { mac: A, address: '10.0.0.1', source: 'lease' },
      { mac: B, address: '10.0.1.1', source: 'agent' },
      { mac: A, address: 'fd00::1', source: 'agent' },
      { mac: A, address: 'fd00::2', source: 'neighbour' },
    ]);
    expect(found.get('other')).toEqual([{ mac: OTHER, address: '10.0.0.2', source: 'neighbour' }]);
  });

  it('are not those that are leased to another, whatever a guest says', () => {
    const found = addressesIn(GUESTS, {
      leases: [at(A, '10.0.0.1'), at('52:54:00:00:00:ff', '10.0.0.3')],
      agents: new Map([['other', [at(OTHER, '10.0.0.1'), at(A, '10.0.0.4')]]]),
      neighbours: [at(OTHER, '10.0.0.1'), at(OTHER, '10.0.0.3')],
    });
    expect(found.get('other')).toEqual([]);
  });

  it('are bounded, and of all that is asked for', () => {
    const neighbours = Array.from({ length: 1000 }, (_, i) => at(A, `10.0.${i >> 8}.${i & 255}`));
    const found = addressesIn(GUESTS, { ...NONE, neighbours });
    expect([found.get('a')?.length, found.get('other')]).toEqual([64, []]);
  });

  it('have a MAC address of that guest', () => {
    const pair = fc.record({ mac: fc.constantFrom(A, B, OTHER), address: fc.ipV4() });
    const pairs = fc.array(pair);
    fc.assert(
      fc.property(pairs, pairs, pairs, (leases, told, neighbours) => {
        const agents = new Map([
          ['a', told],
          ['other', told],
        ]);
        const found = addressesIn(GUESTS, { leases, agents, neighbours });
        expect(found.get('a')?.every(({ mac }) => mac === A || mac === B)).toBe(true);
        expect(found.get('other')?.every(({ mac }) => mac === OTHER)).toBe(true);
      }),
    );
  });
});

it('what a guest tells of its addresses is bounded, of its interfaces, and leased to no other', () => {
  const guest = { macs: [A.toUpperCase()] };
  const leases = [at(OTHER, '10.0.0.9'), at(A, '10.0.0.1')];
  const told = [at(A, '10.0.0.9'), at(OTHER, '10.0.0.3'), at(A, '10.0.0.1'), at(A, '10.0.0.1')];
  expect(toldBy(guest, told, leases)).toEqual([at(A, '10.0.0.1')]);
  const pair: fc.Arbitrary<Pair> = fc.record({ mac: fc.constantFrom(A, B, OTHER), address: fc.ipV4() });
  fc.assert(
    fc.property(fc.array(pair, { maxLength: 200, size: 'max' }), fc.array(pair), (many, others) => {
      const found = toldBy(guest, many, others);
      const alien = others.filter(({ mac }) => mac !== A).map(({ address }) => address);
      const leasedToA = others.filter(({ mac }) => mac === A).map(({ address }) => address);
      expect(found.length).toBeLessThanOrEqual(64);
      expect(new Set(found.map(({ address }) => address)).size).toBe(found.length);
      expect(found.every((one) => one.mac === A && many.includes(one))).toBe(true);
      const taken = alien.filter((address) => !leasedToA.includes(address));
      expect(found.filter(({ address }) => taken.includes(address))).toEqual([]);
    }),
  );
});
