import fc from 'fast-check';
import { expect, test } from 'vitest';
import { INTERFACES } from '../../../modules/lib/link/files.ts';
import { expectUnchanged } from '../../support/unchanged.ts';
import { FakeHost } from './fake-host.ts';
import { play } from './play.ts';

const state = fc.constantFrom('present', 'present', 'absent');
const option = <T>(of: fc.Arbitrary<T>) => fc.option(of, { nil: undefined, freq: 2 });
const ids = option(fc.dictionary(fc.constantFrom('a', 'b=c', 'd'), fc.constantFrom('1', 'x=y', 'ü')));

/** In any order, and with an element twice now and then. */
const set = <T>(...of: T[]) => fc.array(fc.constantFrom(...of), { maxLength: 4 });

// Any VLAN options at once would mostly contradict each other, which is an error.
const vlans = fc.oneof(
  fc.record({ tag: option(fc.constantFrom(0, 25, '4095', '')) }),
  fc.record({
    tag: fc.constant(''),
    vlan_mode: fc.constantFrom('', 'trunk'),
    trunks: set<number | string>(1, '20', 300),
  }),
  fc.record({ tag: fc.constant(7), vlan_mode: fc.constant('native-tagged'), trunks: set(1, 20) }),
  fc.record({
    tag: fc.constant(7),
    vlan_mode: fc.constant('dot1q-tunnel'),
    cvlans: set(5, 6),
    trunks: fc.constant([]),
  }),
  fc.record({ tag: fc.constant(''), vlan_mode: fc.constant(''), cvlans: fc.constant([]) }),
);

const kind = (type: string) =>
  type === 'vxlan'
    ? fc.record({
        type: fc.constant(type),
        options: fc.record(
          {
            remote_ip: fc.constantFrom('192.0.2.1', '192.0.2.2'),
            psk: fc.constantFrom('secret1', 'secret2'),
          },
          { requiredKeys: ['remote_ip'] },
        ),
      })
    : fc.record({
        type: option(fc.constant(type)),
        ...(type === 'internal' ? { options: option(fc.constant({})) } : {}),
      });

// Each has networks of its own, and one that others have too, which is an error.
const layer3 = (n: number) =>
  fc.oneof(
    fc.constant({}),
    fc.constant({ mode: 'manual' }),
    fc.constant({ mode: 'dhcp' }),
    fc.constant({ address: '' }),
    fc.record({
      address: fc.subarray([`10.0.${n}.1/24`, `10.0.${n}.1/25`, `fd00:${n}::1/64`], { minLength: 1 }),
      routes: option(fc.subarray([{ to: '10.9.0.0/16', metric: n }, { to: `10.8.${n}.0/24` }])),
      dns: option(fc.subarray(['192.0.2.1', '2001:db8::1'])),
    }),
    fc.record({
      mode: fc.constant('static'),
      address: fc.constant(`10.1.${n}.1`),
      netmask: fc.constantFrom('255.255.255.0', '255.255.0.0'),
      gateway: option(fc.constantFrom(`10.1.${n}.2`, `10.1.${n}.3`, '')),
      routes: option(
        fc.subarray([
          { to: '10.9.0.0/16', via: `10.1.${n}.4` },
          { to: 'default', via: `10.1.${n}.4`, metric: 7 },
          { to: `10.8.${n}.0/24`, via: `10.1.${n}.5` },
        ]),
      ),
    }),
  );

const bridge = (n: number, name: string) =>
  fc
    .tuple(
      layer3(n),
      fc.record({
        name: fc.constant(name),
        state,
        datapath_type: option(fc.constantFrom('system', 'netdev')),
        fail_mode: option(fc.constantFrom('secure', 'standalone', '')),
        protocols: option(fc.oneof(fc.constant(''), set('OpenFlow10', 'OpenFlow13', 'OpenFlow15'))),
        stp_enable: option(fc.boolean()),
        rstp_enable: option(fc.constant(false)),
        mcast_snooping_enable: option(fc.boolean()),
        external_ids: ids,
        other_config: ids,
      }),
    )
    .map(([more, one]) => ({ ...more, ...one }));

const port = (n: number, name: string, ...types: string[]) =>
  fc
    .tuple(
      fc.record({
        bridge: fc.constantFrom('br0', 'br1'),
        port: fc.constant(name),
        state,
        protected: option(fc.boolean()),
        mtu_request: option(fc.constantFrom(1400, 9000, '')),
        ofport_request: option(fc.constantFrom(1, '2', '')),
        external_ids: ids,
        other_config: ids,
      }),
      vlans,
      fc.oneof(...types.map(kind)),
      layer3(n),
    )
    .map(([one, vlan, type, more]) => ({ ...one, ...vlan, ...type, ...(type.type === 'vxlan' ? {} : more) }));

const topology = fc
  .record({
    bridges: fc.tuple(bridge(4, 'br0'), bridge(5, 'br1')),
    ports: fc.tuple(port(1, 'p0', 'internal'), port(2, 'p1', 'internal', 'vxlan'), port(3, 'eth1', 'system')),
  })
  // A port on a bridge that is absent is an error, and has a test of its own.
  .filter(({ bridges, ports }) =>
    ports.every(
      (one) => one.state === 'absent' || bridges.some((b) => b.name === one.bridge && b.state === 'present'),
    ),
  );

test('whatever the way, a check says what a run does, and a run after a run changes nothing', async () => {
  let [fine, refused] = [0, 0];
  await fc.assert(
    fc.asyncProperty(fc.array(topology, { minLength: 1, maxLength: 4 }), async (steps) => {
      const fake = new FakeHost();
      for (const step of steps) {
        const before = fake.snapshot();
        const foreseen = await play(fake, true).topology(step);
        expect(fake.snapshot()).toBe(before);
        const done = await play(fake).topology(step);
        expect(done).toEqual(foreseen);
        expect(JSON.stringify(done)).not.toMatch(/secret[12]/);
        if (done.failed) {
          // What a port has already may contradict what a task says of it.
          expect(done).toMatchObject({
            changed: false,
            msg: expect.stringMatching(/^option '(ports|bridges)/),
          });
          expect(fake.snapshot()).toBe(before);
          refused += 1;
          continue;
        }
        fine += 1;
        const state = fake.snapshot();
        const again = await play(fake).topology(step);
        expectUnchanged(again);
        expect(fake.snapshot()).toBe(state);
      }
    }),
    { numRuns: 100 },
  );
  expect(fine).toBeGreaterThan(refused);
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
