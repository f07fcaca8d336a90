import fc from 'fast-check';
import { expect, test } from 'vitest';
import { INTERFACES } from '../../../modules/lib/link/files.ts';
import { FakeHost } from './fake-host.ts';
import { play } from './play.ts';

const state = fc.constantFrom('present', 'present', 'absent');
const option = <T>(of: fc.Arbitrary<T>) => fc.option(of, { nil: undefined, freq: 2 });
const ids = option(fc.dictionary(fc.constantFrom('a', 'b=c', 'd'), fc.constantFrom('1', 'x=y', 'ü')));

const bridge = (name: string) =>
  fc.record({
    name: fc.constant(name),
    state,
    datapath_type: option(fc.constantFrom('system', 'netdev')),
    fail_mode: option(fc.constantFrom('secure', 'standalone', '')),
    external_ids: ids,
    other_config: ids,
  });

const layer3 = fc.oneof(
  fc.constant({}),
  fc.constant({ mode: 'manual' }),
  fc.constant({ mode: 'dhcp' }),
  fc.constant({ address: '' }),
  fc.record({ address: fc.subarray(['10.0.0.1/24', '10.0.0.1/25', 'fd00::1/64'], { minLength: 1 }) }),
  fc.constant({ mode: 'static', address: '10.0.1.1', netmask: '255.255.255.0' }),
);

const port = (name: string, type: string) =>
  fc
    .tuple(
      fc.record({
        bridge: fc.constantFrom('br0', 'br1'),
        port: fc.constant(name),
        state,
        tag: option(fc.constantFrom(0, 25, '4095', '')),
        type: option(fc.constant(type)),
        external_ids: ids,
      }),
      layer3,
    )
    .map(([one, more]) => ({ ...one, ...more }));

const topology = fc
  .record({
    bridges: fc.tuple(bridge('br0'), bridge('br1')),
    ports: fc.tuple(port('p0', 'internal'), port('p1', 'internal'), port('eth1', 'system')),
  })
  // A port on a bridge that is absent is an error, and has a test of its own.
  .filter(({ bridges, ports }) =>
    ports.every(
      (one) => one.state === 'absent' || bridges.some((b) => b.name === one.bridge && b.state === 'present'),
    ),
  );

test('whatever the way, a check says what a run does, and a run after a run changes nothing', async () => {
  await fc.assert(
    fc.asyncProperty(fc.array(topology, { minLength: 1, maxLength: 4 }), async (steps) => {
      const fake = new FakeHost();
      for (const step of steps) {
        const before = fake.snapshot();
        const foreseen = await play(fake, true).topology(step);
        expect(fake.snapshot()).toBe(before);
        const done = await play(fake).topology(step);
        expect(done).toEqual(foreseen);
        expect(done.failed).toBeUndefined();
        const state = fake.snapshot();
        const again = await play(fake).topology(step);
        expect(again).toMatchObject({ changed: false, diff: [] });
        expect(fake.snapshot()).toBe(state);
      }
    }),
    { numRuns: 100 },
  );
}, 60_000);

test('what was made is removed without a trace', async () => {
  await fc.assert(
    fc.asyncProperty(topology, fc.boolean(), async (step, covered) => {
      const fake = new FakeHost();
      if (!covered) fake.files.set(INTERFACES, 'auto lo\n');
      const clean = fake.snapshot();
      await play(fake).topology(step);
      const gone = { bridges: ['br0', 'br1'].map((name) => ({ name, state: 'absent' })) };
      const result = await play(fake).topology(gone);
      expect(result.failed).toBeUndefined();
      fake.database.tables.Open_vSwitch?.forEach((root) => {
        root.next_cfg = 0;
        root.cur_cfg = 0;
      });
      const eth1 = fake.devices.get('eth1');
      if (eth1) eth1.up = true;
      fake.devices.delete('br0');
      expect(fake.snapshot()).toBe(clean);
    }),
    { numRuns: 100 },
  );
}, 60_000);
