import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { ModelDatabase } from '../../lib/ovn/model.ts';
import { mac, run, uuid } from './given.ts';

// Clouds as tasks could have them, one after another: each plan does what the next one finds done.

const NAMES = ['a', 'b', 'c', 'wan'];
const GROUPS = ['web', 'ops'];
const HOSTS = ['hv1', 'hv2', 'hv3'];

const some = <T>(list: readonly T[]) => fc.subarray([...list]);

const network = (name: string, all: readonly string[], hasUplink: boolean) => {
  const number = 20 + NAMES.indexOf(name);
  const isLed = hasUplink ? fc.boolean() : fc.constant(false);
  return fc
    .record({
      six: fc.boolean(),
      dhcp: fc.option(fc.record({ ranged: fc.boolean(), ranged6: fc.boolean(), known_only: fc.boolean() }), {
        nil: undefined,
      }),
      dns: fc.boolean(),
      nat: isLed,
      out: isLed,
      forwards: isLed,
      routed_to: some(all.filter((other) => other !== name)),
      host_port: fc.boolean(),
    })
    .map(({ six, dhcp, dns, nat, out, forwards, routed_to, host_port }) => ({
      name,
      subnet: [`10.${number}.0.0/24`, ...(six ? [`fd00:${number}::/64`] : [])],
      ...(dhcp && {
        dhcp: {
          known_only: dhcp.known_only,
          ...(dhcp.ranged && { range: [`10.${number}.0.100`, `10.${number}.0.199`] }),
          ...(six && dhcp.ranged6 && { range6: [`fd00:${number}::100`, `fd00:${number}::1ff`] }),
        },
      }),
      ...(dns && { dns: { domain: 'lab.test', forwarders: ['192.0.2.53'] } }),
      ...(out && { uplink: 'wan' }),
      ...(forwards && {
        forwards: [
          { port: '8000-8010', to: 'guest1' },
          { port: '53', protocol: 'udp', to: `10.${number}.0.9` },
        ],
      }),
      ...{ nat, routed_to, host_port },
    }));
};

const group = (name: string) =>
  fc.record({
    name: fc.constant(name),
    rules: fc.array(
      fc.record(
        {
          protocol: fc.constant('tcp'),
          ports: fc.constantFrom(['22'], ['80', '8000-8100']),
          from_group: fc.constant(name),
          from: fc.constant(['192.0.2.0/24', 'fd00::1']),
        },
        { requiredKeys: ['protocol'] },
      ),
      { maxLength: 2 },
    ),
  });

/** Guests of a host; no two hosts have one of a number. */
const guests = (host: number, networks: readonly string[], groups: readonly string[]) =>
  networks.length === 0
    ? fc.constant([])
    : fc
        .uniqueArray(
          fc.record({
            slot: fc.integer({ min: 0, max: 9 }),
            network: fc.constantFrom(...networks),
            fixed: fc.boolean(),
            groups: some(groups),
          }),
          { selector: ({ slot }) => slot, maxLength: 6 },
        )
        .map((list) =>
          list.map(({ slot, network: of, fixed, groups: its }) => {
            const number = host * 10 + slot + 1;
            return {
              name: `guest${number}`,
              interfaces: [
                {
                  ...{ network: of, port: uuid(number), mac: mac(number), security_groups: its },
                  ...(fixed && { addresses: [`10.${20 + NAMES.indexOf(of)}.0.${10 + number}`] }),
                },
              ],
            };
          }),
        );

const cloud = fc
  .record({ names: some(NAMES), hasUplink: fc.boolean(), groups: some(GROUPS) })
  .chain(({ names, hasUplink, groups }) =>
    fc.record({
      networks: fc.tuple(...names.map((name) => network(name, names, hasUplink))),
      uplinks: fc.constant(
        hasUplink
          ? [
              {
                name: 'wan',
                subnet: ['192.0.2.0/24'],
                gateway: ['192.0.2.1'],
                addresses: ['192.0.2.4', '192.0.2.9'],
              },
            ]
          : [],
      ),
      security_groups: fc.tuple(...groups.map(group)),
      hypervisors: fc
        .tuple(...HOSTS.map((_, i) => guests(i, names, groups)))
        .map((all) => all.map((list, i) => ({ name: HOSTS[i], guests: list }))),
      purge: fc.constant(true),
    }),
  );

/** A database in which others have rows, beside ours. */
function withOthers(): ModelDatabase {
  const database = new ModelDatabase();
  const port = database.add('Logical_Switch_Port', {
    name: 'theirs',
    addresses: ['52:54:00:aa:00:01 10.20.0.9'],
  });
  const acl = database.add('ACL', { match: 'ip', action: 'drop' });
  database.add('Logical_Switch', { name: 'theirs', ports: [port], acls: [acl] });
  database.add('Port_Group', { name: 'theirs', ports: [port] });
  database.add('DHCP_Options', { cidr: '10.20.0.0/24', options: { lease_time: '1' } });
  database.add('DNS', { records: { 'guest1.lab.test': '10.20.0.9' } });
  run(database, { owner: 'other', networks: [{ name: 'other', subnet: ['10.99.0.0/24'], dhcp: {} }] });
  return database;
}

/** The rows that are not of owner `cloud`. */
const others = (database: ModelDatabase) =>
  Object.fromEntries(
    Object.entries(database.read()).map(([table, rows]) => [
      table,
      (rows as unknown as { external_ids?: Record<string, string> }[]).filter(
        ({ external_ids }) => external_ids?.['piecewise-owner'] !== 'cloud',
      ),
    ]),
  );

describe('plans of generated clouds', () => {
  it('are done when they have been carried out, and touch nothing of others', () => {
    fc.assert(
      fc.property(fc.array(cloud, { minLength: 1, maxLength: 3 }), (clouds) => {
        const database = withOthers();
        const theirs = others(database);
        for (const one of clouds) {
          run(database, one);
          const before = database.read();
          expect(run(database, one)).toMatchObject({ titles: [], operations: [] });
          // The same without its guests: all is kept.
          const hypervisors = HOSTS.map((name) => ({ name }));
          expect(run(database, { ...one, hypervisors }).titles).toEqual([]);
          expect(database.read()).toEqual(before);
          expect(others(database)).toEqual(theirs);
        }
        run(database, { purge: true });
        expect(database.read()).toEqual(theirs);
      }),
      { numRuns: 25 },
    );
  });

  it('give no address and no MAC address twice, and each guest one of its network', () => {
    fc.assert(
      fc.property(fc.tuple(cloud, cloud), (clouds) => {
        const database = new ModelDatabase();
        for (const one of clouds) {
          const { result } = run(database, one);
          const legs = Object.values(result?.host_interfaces ?? {}).flatMap((of) =>
            Object.entries(of).map(([network, leg]) => ({ network, ...leg })),
          );
          const all = [...(result?.interfaces ?? []), ...legs];
          const addresses = [
            ...all.flatMap((nic) => nic.addresses),
            ...(result?.networks ?? []).flatMap(({ gateway }) => gateway),
          ];
          expect(new Set(addresses).size).toBe(addresses.length);
          expect(new Set(all.map((nic) => nic.mac)).size).toBe(all.length);
          const outside = (result?.networks ?? []).flatMap((network) => network.outside);
          expect(new Set(outside).size).toBe(outside.length);
          for (const { network, addresses: own } of all)
            for (const address of own)
              expect(address).toMatch(
                new RegExp(`^(10\\.${20 + NAMES.indexOf(network)}\\.0|fd00:${20 + NAMES.indexOf(network)}:)`),
              );
        }
      }),
      { numRuns: 60 },
    );
  });
});
