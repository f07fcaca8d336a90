import fc from 'fast-check';
import { type Cloud, type CloudHost, type CloudInfo, KINDS } from '../../picture/cloud.ts';
import { NASTY } from './made-up.ts';

// Clouds as nobody would build them: references that lead nowhere, bridges that are connected in circles, names of all kinds.

const name = fc.oneof(
  { weight: 6, arbitrary: fc.stringMatching(/^[a-z][a-z0-9-]{0,14}$/) },
  { weight: 1, arbitrary: fc.string({ unit: 'grapheme', minLength: 1, maxLength: 60 }) },
  { weight: 1, arbitrary: fc.constantFrom(...NASTY) },
);
const vlan = fc.integer({ min: 1, max: 4094 });
const maybe = <T, K extends string>(key: K, value: fc.Arbitrary<T>): fc.Arbitrary<Partial<Record<K, T>>> =>
  fc
    .option(value, { nil: undefined })
    .map((one) => (one === undefined ? {} : { [key]: one })) as fc.Arbitrary<Partial<Record<K, T>>>;

const BRIDGES = ['br0', 'br1', 'br2', 'br3', 'br4'];
const bridge = fc.constantFrom(...BRIDGES, 'br-missing');
const address = fc.ipV4().map((one) => `${one}/24`);

const guest = (host: string): fc.Arbitrary<CloudInfo['guests'][number]> =>
  fc
    .record({
      name,
      state: fc.constantFrom('running', 'shut off', 'paused', 'crashed'),
      managed: fc.boolean(),
      kind: fc.constantFrom('vm' as const, 'container' as const),
      nics: fc.array(
        fc
          .tuple(
            maybe('bridge', bridge),
            maybe('tag', vlan),
            maybe('network', fc.constantFrom('lan', 'dmz', 'other')),
          )
          .map((parts) => ({ mac: '52:54:00:00:00:01', link: true, ...parts[0], ...parts[1], ...parts[2] })),
        { maxLength: 6 },
      ),
      addresses: fc.array(
        fc.oneof(fc.ipV4(), fc.ipV6()).map((one) => ({ address: one, source: 'lease' })),
        { maxLength: 3 },
      ),
      restart_reasons: fc.array(fc.constant('cpus'), { maxLength: 1 }),
    })
    .map((parts) => ({
      ...{ uuid: host, autostart: true, memory: 2 ** 30, memory_max: 2 ** 30 },
      ...{ vcpus: 1, disks: [] },
      ...parts,
    }));

const network: fc.Arbitrary<CloudInfo['networks'][number]> = fc
  .tuple(
    fc.record({
      name: fc.oneof(fc.constantFrom('lan', 'dmz'), name),
      bridge,
      subnets: fc.array(address, { maxLength: 3 }),
      gateways: fc.array(fc.ipV4(), { maxLength: 2 }),
      ...{ dhcp: fc.boolean(), dns: fc.boolean(), nat: fc.boolean() },
      forwards: fc.array(fc.constant('tcp 80 -> a:80'), { maxLength: 2 }),
    }),
    maybe('vlan', vlan),
    maybe('service', fc.constantFrom('active', 'failed', 'inactive')),
  )
  .map(([parts, one, other]) => ({ ...parts, ...one, ...other, leases: [] }));

const port: fc.Arbitrary<CloudInfo['ports'][number]> = fc
  .tuple(
    fc.record({
      bridge,
      name: fc.oneof(fc.constantFrom('br0', 'p1', 'p2', 'p3', 'p4'), name),
      type: fc.constantFrom('system', 'bond', 'internal', 'patch', 'vxlan', 'geneve', 'tap', 'dpdk'),
      managed: fc.boolean(),
      up: fc.boolean(),
      addresses: fc.array(address, { maxLength: 2 }),
    }),
    maybe('peer', fc.constantFrom('p1', 'p2', 'p3', 'p4', 'none')),
    maybe('remote', fc.constantFrom('192.0.2.1', '192.0.2.2', '192.0.2.3', '203.0.113.9')),
    maybe('key', fc.constantFrom('1', '2', '3')),
    maybe('tag', vlan),
  )
  .map(([parts, ...more]) => Object.assign({ interfaces: [parts.name] }, parts, ...more));

const info = (host: string): fc.Arbitrary<CloudInfo> =>
  fc
    .record({
      bridges: fc.uniqueArray(
        fc
          .tuple(
            fc.record({ name: fc.constantFrom(...BRIDGES), up: fc.boolean(), managed: fc.boolean() }),
            maybe('parent', bridge),
            maybe('vlan', vlan),
          )
          .map(([parts, parent, of]) => ({ datapath: 'system', ...parts, ...parent, ...of })),
        { selector: (one) => one.name, maxLength: 5 },
      ),
      ports: fc.array(port, { maxLength: 14 }),
      networks: fc.uniqueArray(network, { selector: (one) => one.name, maxLength: 5 }),
      guests: fc.uniqueArray(guest(host), { selector: (one) => one.name, maxLength: 60, size: 'max' }),
    })
    .map((parts) => ({
      host: {
        ...{ hostname: host, release: 'Debian GNU/Linux 12 (bookworm)', kernel: '6.1', uptime: 5 },
        cpu: { model: 'x', count: 4, load: 0.5 },
        memory: { total: 2 ** 33, available: 2 ** 32 },
        ...{ filesystems: [], versions: {} },
      },
      templates: [],
      ...parts,
    }));

const host = (index: number): fc.Arbitrary<CloudHost> => {
  const hostName = `hv${index}`;
  return fc
    .tuple(
      fc.record({
        problems: fc.array(fc.lorem({ maxCount: 30 }), { maxLength: 2 }),
        declared: fc.dictionary(
          name,
          fc.record({
            state: fc.constantFrom('running', 'absent'),
            addresses: fc.array(fc.ipV4(), { maxLength: 1 }),
          }),
          {
            maxKeys: 5,
          },
        ),
        drift: fc.array(
          fc.record({
            kind: fc.constantFrom(...Object.values(KINDS), 'hypervisor'),
            name: fc.constantFrom('br0', 'lan', 'p1', 'x'),
          }),
          { maxLength: 4 },
        ),
      }),
      maybe('info', info(hostName)),
    )
    .map(([parts, more]) => ({
      ...{ name: hostName, address: `192.0.2.${index}`, guest_commands: {} },
      ...parts,
      drift: parts.drift.map((one) => ({ ...one, changes: ['change'], diffs: [] })),
      ...more,
    }));
};

/** Any cloud of up to so many hosts. */
export const anyCloud = (most: number): fc.Arbitrary<Cloud> =>
  fc
    .integer({ min: 0, max: most })
    .chain((count) => fc.tuple(...Array.from({ length: count }, (_, index) => host(index + 1))))
    .map((hosts) => ({ version: 1, read_at: '2026-11-30T08:15:00Z', drift_checked: true, hosts }));
