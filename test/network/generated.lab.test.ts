import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { compileValidator } from '../../build/validator.ts';
import { readOptions } from '../../modules/lib/ansible/arguments.ts';
import {
  formatAddress,
  textOf as ipOf,
  networkOf as networkAt,
  numberOf,
} from '../../modules/lib/net/address.ts';
import { spec } from '../../modules/network/spec.ts';
import { checkNetwork } from '../../modules/objects/network/check.ts';
import { checkTogether } from '../../modules/objects/network/conflicts.ts';
import { networkOf } from '../../modules/objects/network/network-of.ts';
import type { NetworkOptions } from '../../modules/objects/network/options.ts';
import type { KnownNetwork } from '../../modules/objects/network/record.ts';
import { textOf } from '../../modules/objects/network/rules.ts';
import { dnsmasqText, isServed } from '../../modules/objects/network/served.ts';
import { sharedHypervisor } from '../lab/shared.ts';

// What is made of valid networks is accepted by the programs that read it.

const validate = compileValidator(spec);
const SEED = 16;
const HOSTS = 60;

const maybe = <T>(value: fc.Arbitrary<T>) => fc.option(value, { nil: undefined });

/** An address of a network by its number there. */
const ipIn = (family: 4 | 6, network: string, n: number) =>
  ipOf(family, numberOf(family, network) + BigInt(n));

const label = fc.stringMatching(/^[a-z0-9]([a-z0-9-]{0,20}[a-z0-9])?$/);
const domain = fc.stringMatching(
  /^[A-Za-z0-9_]([A-Za-z0-9_-]{0,9}[A-Za-z0-9])?(\.[A-Za-z][A-Za-z0-9-]{0,8}[A-Za-z0-9]){0,2}$/,
);
const device = fc.stringMatching(/^[A-Za-z0-9_][A-Za-z0-9_.@+-]{0,14}$/);
const portNumber = fc.oneof(fc.integer({ min: 1, max: 65535 }), fc.constantFrom(1, 53, 65535)).map(String);
const ports = fc.oneof(
  portNumber,
  fc.tuple(portNumber, portNumber).map(([a, b]) => (Number(a) <= Number(b) ? `${a}-${b}` : `${b}-${a}`)),
  portNumber.map((port) => `${port}-${port}`),
);
const outside4 = fc.oneof(fc.ipV4(), fc.constantFrom('203.0.113.9', '198.51.100.2'));
const within4 = fc
  .tuple(fc.ipV4(), fc.integer({ min: 0, max: 32 }))
  .map(([ip, prefix]) => formatAddress(networkAt({ family: 4, ip, prefix })));
const outside6 = fc.nat().map((n) => ipIn(6, '2001:db8::', n));
const within6 = fc
  .tuple(outside6, fc.integer({ min: 0, max: 128 }))
  .map(([ip, prefix]) => formatAddress(networkAt({ family: 6, ip, prefix })));
const some = <T>(value: fc.Arbitrary<T>) => maybe(fc.array(value, { minLength: 1, maxLength: 4 }));

const forwardTo = (listed: { address: fc.Arbitrary<string>; source: fc.Arbitrary<string> }, to: string) =>
  fc.record(
    {
      protocol: fc.constantFrom('tcp', 'udp'),
      port: ports,
      listen: some(listed.address),
      sources: some(listed.source),
      to: fc.constant(to),
      to_port: maybe(portNumber),
    },
    { requiredKeys: ['port', 'to'] },
  );

const FOUR = { address: outside4, source: fc.oneof(outside4, within4) };
const SIX = { address: outside6, source: fc.oneof(outside6, within6) };
const EITHER = {
  address: fc.oneof(FOUR.address, SIX.address),
  source: fc.oneof(FOUR.source, SIX.source),
};

/** A network: its number gives it a VLAN and subnets that no other has. Not each is valid. */
function network(i: number): fc.Arbitrary<Record<string, unknown>> {
  const [ip4, ip6] = [`10.${i}.0.0`, `fd00:${i + 1}::`];
  const [to4, to6] = [ipIn(4, ip4, 2), ipIn(6, ip6, 2)];
  const prefix4 = fc.integer({ min: 16, max: 30 });
  const prefix6 = fc.constantFrom(48, 56, 64, 64, 64, 80, 112, 126);
  const range = (family: 4 | 6, ip: string) =>
    fc
      .tuple(fc.integer({ min: 2, max: 200 }), fc.nat({ max: 100 }))
      .map(([first, more]) => [ipIn(family, ip, first), ipIn(family, ip, first + more)]);
  return fc.record({
    name: label,
    bridge: fc.constant('br0'),
    vlan: fc.constant(i + 1),
    subnet: fc
      .tuple(maybe(prefix4), maybe(prefix6))
      .map(([four, six]) => [
        ...(four === undefined && six !== undefined ? [] : [`${ip4}/${four ?? 24}`]),
        ...(six === undefined ? [] : [`${ip6}/${six}`]),
      ]),
    mtu: maybe(fc.integer({ min: 576, max: 65535 })),
    port: maybe(device),
    dhcp: maybe(
      fc.record({
        range: maybe(range(4, ip4)),
        range6: maybe(range(6, ip6)),
        lease_time: fc.constantFrom('120', '2m', '12h', '7d', '1w', 'infinite'),
        options: fc.constantFrom(
          {},
          { 42: '10.0.0.1' },
          { 'ntp-server': '10.0.0.1,10.0.0.2' },
          { 3: '10.0.0.9' },
          { mtu: '1400' },
        ),
        known_only: fc.boolean(),
      }),
    ),
    dns: maybe(
      fc.record({
        domain: maybe(domain),
        forwarders: maybe(fc.array(EITHER.address, { maxLength: 3 })),
        records: fc.array(
          fc.record({ name: domain, address: fc.array(EITHER.address, { minLength: 1, maxLength: 3 }) }),
          { maxLength: 3 },
        ),
        host: fc.boolean(),
      }),
    ),
    nat: fc.boolean(),
    nat_address: some(EITHER.address),
    uplink: maybe(device),
    forwards: fc.array(fc.oneof(forwardTo(FOUR, to4), forwardTo(SIX, to6), forwardTo(EITHER, 'web1')), {
      maxLength: 4,
    }),
  });
}

/** The options as the module gets them; undefined where it refuses them. */
function read(given: Record<string, unknown>): NetworkOptions | undefined {
  try {
    const options = readOptions(spec, validate, { path: '', options: given }) as NetworkOptions;
    checkNetwork(options);
    return options;
  } catch {
    return undefined;
  }
}

const valid = (i: number) =>
  network(i)
    .map(read)
    .filter((options) => options !== undefined);

/** The networks of a host, with a guest in each. */
const host = fc
  .integer({ min: 1, max: 3 })
  .chain((count) => fc.tuple(...Array.from({ length: count }, (_, i) => valid(i))))
  .map((all) => {
    const names = all.map(({ name }) => name);
    return all.map((options, i) => ({
      ...options,
      routed_to: names.filter((_, j) => j !== i && (i + j) % 2 === 1),
    }));
  })
  .filter(
    (all) =>
      new Set(all.map(({ name }) => name)).size === all.length &&
      checkTogether(all.map((options, i) => ({ path: `networks[${i}]`, options }))).every((one) => !one),
  )
  .map(
    (all): ReadonlyMap<string, KnownNetwork> =>
      new Map(
        all.map((options) => {
          const one = networkOf(options);
          const addresses = one.subnets.map(({ subnet }) => ipIn(subnet.family, subnet.ip, 2));
          return [
            one.name,
            {
              network: one,
              engine: 'local' as const,
              uplinks: [options.uplink ?? 'eth0'],
              guests: [{ name: 'web1', addresses, aliases: [] }],
            },
          ];
        }),
      ),
  );

/** What a program says of each text that it doesn't take, judged in one process of the hypervisor. */
async function refused(command: string, texts: readonly string[]): Promise<string[]> {
  const calls = texts.map((text, i) => `judge ${i} <<'END OF ${i}'\n${text}END OF ${i}\n`);
  const input = `judge() { said=$(${command} 2>&1) || printf '%s\\0' "$1 $said"; }\n${calls.join('')}`;
  const { stdout } = await (await sharedHypervisor()).exec(['sh'], { input });
  return stdout
    .split('\0')
    .filter(Boolean)
    .map((line) => `${line}\n${texts[Number.parseInt(line, 10)]}`);
}

describe('generated networks', () => {
  const hosts = fc.sample(host, { numRuns: HOSTS, seed: SEED });

  it('are configurations that dnsmasq takes', async () => {
    const texts = hosts.flatMap((known) =>
      [...known.values()].flatMap(({ network: one }) => (isServed(one) ? dnsmasqText(one, known) : [])),
    );
    expect(texts.length).toBeGreaterThan(HOSTS / 2);
    expect(await refused('/usr/sbin/dnsmasq --test --conf-file=-', texts)).toEqual([]);
  });

  it('are rules that nftables takes', async () => {
    const texts = hosts.flatMap((known) => textOf(known) ?? []);
    expect(texts.filter((text) => text.includes('dnat')).length).toBeGreaterThan(HOSTS / 4);
    expect(await refused('nft -c -f -', texts)).toEqual([]);
  });

  it('are judged: what is damaged is refused', async () => {
    expect(await refused('/usr/sbin/dnsmasq --test --conf-file=-', ['dhcp-range=nowhere\n'])).toHaveLength(1);
    expect(await refused('nft -c -f -', ['table inet x {\n', 'table inet x { }\n'])).toHaveLength(1);
  });
});
