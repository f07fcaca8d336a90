import fc from 'fast-check';
import { expect, test } from 'vitest';
import { expectUnchanged } from '../../support/unchanged.ts';
import { FakeHost } from './fake-host.ts';
import { play } from './play.ts';

// Ports of more than one row, and bridges that are ports: each task says anything of them, in any order.
const NICS = ['eth1', 'eth2', 'eth3'];
const state = fc.constantFrom('present', 'present', 'present', 'absent');
const option = <T>(of: fc.Arbitrary<T>) => fc.option(of, { nil: undefined, freq: 2 });
const real = fc.constantFrom('br0', 'br1');

const bridges = fc.tuple(
  fc.record({ name: fc.constant('br0'), controller: option(fc.subarray(['tcp:[::1]:6653', 'ptcp:6654'])) }),
  fc.record({ name: fc.constant('br1'), controller: option(fc.constant('')) }),
);

const fake = (name: string) =>
  fc.record({ name: fc.constant(name), parent: real, vlan: fc.constantFrom(10, 11), state });

const bond = (name: string, nics: string[]) =>
  fc.record({
    bridge: fc.oneof(real, fc.constant('vlan-a')),
    port: fc.constant(name),
    interfaces: option(fc.subarray(nics, { minLength: 1 })),
    mode: option(fc.constant('manual')),
    mtu_request: option(fc.constantFrom(1400, '')),
    lacp: fc.constantFrom('active', 'passive'),
    state,
  });

const pair = fc.record({
  bridge: fc.constant('br0'),
  port: fc.constantFrom('patch0', 'patch1'),
  peer: fc.record({ bridge: fc.constant('br1'), port: fc.constantFrom('peer0', 'peer1') }),
  state,
});

const single = (name: string) =>
  fc.record({
    bridge: fc.constantFrom('br0', 'br1', 'vlan-a', 'vlan-b'),
    port: fc.constant(name),
    address: option(fc.constantFrom('10.0.0.1/24', '')),
    state,
  });

const task = fc.record({
  bridges: fc
    .tuple(bridges, fc.subarray([0, 1]), fc.tuple(fake('vlan-a'), fake('vlan-b')))
    .map(([both, some, fakes]) => [...both, ...some.map((i) => fakes[i])]),
  ports: fc
    .tuple(
      bond('bond0', ['eth1', 'eth2']),
      bond('bond1', ['eth2', 'eth3']),
      pair,
      single('p0'),
      single('vlan-b'),
      single('eth1'),
      fc.subarray([0, 1, 2, 3, 4, 5]),
    )
    .map(([a, b, c, d, e, f, some]) => some.map((i) => [a, b, c, d, e, f][i])),
  purge: fc.boolean(),
});

test('a check says what a run does, a run after a run changes nothing, and a refused one writes nothing', async () => {
  let [fine, refused] = [0, 0];
  await fc.assert(
    fc.asyncProperty(fc.array(task, { minLength: 1, maxLength: 5 }), async (steps) => {
      const host = new FakeHost();
      for (const nic of NICS) host.devices.set(nic, { up: false, addresses: [], routes: [] });
      for (const step of steps) {
        const before = host.snapshot();
        const foreseen = await play(host, true).topology(step);
        expect(host.snapshot()).toBe(before);
        const done = await play(host).topology(step);
        if (done.failed) {
          expect(done.exception).toBeUndefined();
          expect(done).toMatchObject({
            changed: false,
            msg: expect.stringMatching(/^option '(ports|bridges)|^there is no bridge|^port '/),
          });
          expect(host.snapshot()).toBe(before);
          refused += 1;
          continue;
        }
        expect(done).toEqual(foreseen);
        fine += 1;
        const after = host.snapshot();
        expectUnchanged(await play(host).topology(step));
        expect(host.snapshot()).toBe(after);
      }
    }),
    { numRuns: 300 },
  );
  expect(fine).toBeGreaterThan(refused / 2);
}, 60_000);
