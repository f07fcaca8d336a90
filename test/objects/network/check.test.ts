import { describe, expect, it } from 'vitest';
import { compileValidator } from '../../../build/validator.ts';
import { readOptions } from '../../../modules/lib/ansible/arguments.ts';
import { withDefaults } from '../../../modules/lib/ansible/coerce.ts';
import { spec } from '../../../modules/network/spec.ts';
import { checkNetwork } from '../../../modules/objects/network/check.ts';
import { checkTogether } from '../../../modules/objects/network/conflicts.ts';
import { type NetworkOptions, networkOptions } from '../../../modules/objects/network/options.ts';

const options = (given: Record<string, unknown>): NetworkOptions =>
  withDefaults(networkOptions, { name: 'lan', bridge: 'br0', subnet: ['10.20.0.0/24'], ...given });

const message = (given: Record<string, unknown>): string | undefined => {
  try {
    checkNetwork(options(given));
    return undefined;
  } catch (error) {
    return (error as Error).message;
  }
};

const forward = (given: Record<string, unknown>) => ({
  forwards: [{ protocol: 'tcp', port: '80', to: 'web1', ...given }],
});
const dhcp = (given: Record<string, unknown>) => ({
  dhcp: { lease_time: '12h', options: {}, known_only: false, ...given },
});
const both = { subnet: ['10.20.0.0/24', 'fd00::/64'] };

describe('a network', () => {
  it.each([
    [{}],
    [both],
    [{ ...both, gateway: ['10.20.0.9'] }],
    [{ gateway: false }],
    [{ gateway: '10.20.0.9' }],
    [dhcp({ range: ['10.20.0.10', '10.20.0.10'] })],
    [{ ...both, ...dhcp({ range6: ['fd00::100', 'fd00::1ff'] }) }],
    [{ nat: true, nat_address: ['192.0.2.1'] }],
    [forward({ port: '8000-8100', to: '10.20.0.5', sources: ['192.0.2.0/24', '192.0.2.1'] })],
    [{ state: 'absent', subnet: undefined }],
  ])('is taken: %j', (given) => {
    expect(message(given)).toBeUndefined();
  });

  it.each<[Record<string, unknown>, string]>([
    [{ subnet: [] }, "option 'subnet': has no entry"],
    [{ subnet: ['10.20.0.1/24'] }, "option 'subnet[0]': '10.20.0.1/24' is an address within 10.20.0.0/24"],
    [{ subnet: ['10.20.0.0/31'] }, "option 'subnet[0]': '10.20.0.0/31' has no room for a guest"],
    [{ subnet: ['10.0.0.0/24', '10.1.0.0/24'] }, "option 'subnet[1]': is the second IPv4 subnet"],
    [{ gateway: ['10.21.0.1'] }, "option 'gateway[0]': 10.21.0.1 is not in the subnet 10.20.0.0/24"],
    [{ gateway: ['10.20.0.255'] }, "option 'gateway[0]': 10.20.0.255 is the broadcast address"],
    [{ gateway: ['fd00::1'] }, "option 'gateway[0]': is an IPv6 address, and the network has no IPv6 subnet"],
    [{ gateway: true }, "option 'gateway': must be an address, a list of addresses, or false"],
    [{ gateway: ['gw'] }, "option 'gateway[0]': 'gw' is not an IP address"],
    [{ gateway: false, nat: true }, "option 'gateway': 'nat' needs an address of the host"],
    [{ gateway: false, ...dhcp({}) }, "option 'gateway': 'dhcp' needs an address of the host"],
    [{ gateway: false, ...forward({}) }, "option 'gateway': 'forwards' needs an address of the host"],
    [dhcp({ range: ['10.20.0.10'] }), "option 'dhcp.range': is the first and the last address: give two"],
    [dhcp({ range: ['10.20.0.20', '10.20.0.10'] }), "option 'dhcp.range': 10.20.0.10 is before 10.20.0.20"],
    [
      dhcp({ range: ['10.20.0.1', '10.20.0.10'] }),
      "option 'dhcp.range': has the gateway's address 10.20.0.1",
    ],
    [
      dhcp({ range: ['10.20.0.10', '10.20.1.10'] }),
      "option 'dhcp.range[1]': 10.20.1.10 is not in the subnet",
    ],
    [dhcp({ range: ['fd00::1', 'fd00::2'] }), "option 'dhcp.range[0]': 'fd00::1' is an IPv6 address"],
    [
      dhcp({ range6: ['fd00::1', 'fd00::2'] }),
      "option 'dhcp.range6': is an IPv6 address, and the network has no",
    ],
    [
      { dns: { records: [], forwarders: ['dns.test'], host: true } },
      "option 'dns.forwarders[0]': 'dns.test' is not",
    ],
    [{ dns: { records: [{ name: 'nas' }], host: true } }, "option 'dns.records[0].address': is required"],
    [{ nat_address: ['192.0.2.1'] }, "option 'nat_address': needs 'nat: true'"],
    [
      { nat: true, nat_address: ['192.0.2.1', '192.0.2.2'] },
      "option 'nat_address': has two addresses of one",
    ],
    [{ subnet: ['127.0.0.0/8'] }, "option 'subnet[0]': '127.0.0.0/8' has addresses of 127.0.0.0/8"],
    [{ subnet: ['0.0.0.0/0'] }, "option 'subnet[0]': '0.0.0.0/0' has addresses of 0.0.0.0/8"],
    [{ subnet: ['fe80::/64'] }, "option 'subnet[0]': 'fe80::/64' has addresses of fe80::/10"],
    [{ port: 'br0' }, "option 'port': 'br0' is the bridge itself"],
    [{ port: 'default' }, "option 'port': 'default' is a name that the kernel uses"],
    [{ port: 'x'.repeat(16) }, "option 'port': 'xxxxxxxxxxxxxxxx' has 16 characters"],
    [{ ...both, mtu: 1000 }, "option 'mtu': 1000 is less than IPv6 needs"],
    [dhcp({ lease_time: '30s' }), "option 'dhcp.lease_time': '30s' is less than dnsmasq's least"],
    [
      { ...both, subnet: ['fd00::/56'], ...dhcp({ range6: ['fd00::100', 'fd00::1ff'] }) },
      "option 'subnet[0]': 'dhcp' serves IPv6 subnets from /64 on",
    ],
    [{ dns: { domain: 'lab.ab--c', records: [] } }, "option 'dns.domain': 'lab.ab--c' has \"--\" after two"],
    [
      { dns: { records: [{ name: 'ab--c', address: ['10.20.0.9'] }] } },
      "option 'dns.records[0].name': 'ab--c' has",
    ],
    [{ subnet: ['fd00::/80'], ...dhcp({}) }, "option 'dhcp.range6': is required"],
    [dhcp({ options: { 'ntp server': '1.2.3.4' } }), "option 'dhcp.options': 'ntp server' is neither"],
    [
      dhcp({ options: { 42: '1.2.3.4\ndhcp-script=/x' } }),
      "option 'dhcp.options.42': must be a text without line breaks",
    ],
    [forward({ listen: [] }), "option 'forwards[0].listen': has no entry"],
    [forward({ sources: [] }), "option 'forwards[0].sources': has no entry"],
    [
      forward({ listen: ['10.20.0.1'] }),
      "option 'forwards[0].listen': 10.20.0.1 is the host's address in the network",
    ],
    [
      {
        forwards: [
          { protocol: 'tcp', port: '80', to: 'a' },
          { protocol: 'tcp', port: '70-90', to: 'b' },
        ],
      },
      "option 'forwards[1].port': tcp port 70-90 is forwarded by forwards[0] too",
    ],
    [{ routed_to: ['lan'] }, "option 'routed_to': a network reaches itself"],
    [forward({ port: '0' }), "option 'forwards[0].port': '0' is not a port"],
    [forward({ port: '9-8' }), "option 'forwards[0].port': '9-8' is not a port"],
    [forward({ port: '65536' }), "option 'forwards[0].port': '65536' is not a port"],
    [
      forward({ port: '80-90', to_port: '80' }),
      "option 'forwards[0].to_port': a range of ports keeps its numbers",
    ],
    [forward({ to_port: '70000' }), "option 'forwards[0].to_port': '70000' is not a port"],
    [forward({ to: '10.21.0.5' }), "option 'forwards[0].to': 10.21.0.5 is not in the subnet"],
    [forward({ to: '10.20.0.1' }), "option 'forwards[0].to': 10.20.0.1 is the host's own address"],
    [
      forward({ to: 'Web_1' }),
      "option 'forwards[0].to': 'Web_1' is neither an address nor the name of a guest",
    ],
    [forward({ listen: ['eth0'] }), "option 'forwards[0].listen[0]': 'eth0' is not an IP address"],
    [forward({ sources: ['here'] }), "option 'forwards[0].sources[0]': 'here' is not an IP address"],
    [forward({ to: '10.20.0.5', sources: ['fd00::/64'] }), "option 'forwards[0]': 'to' is an IPv4 address"],
  ])('is an error: %j', (given, expected) => {
    expect(message(given)).toContain(expected);
  });
});

describe('networks of one task', () => {
  const errors = (...given: Record<string, unknown>[]) =>
    checkTogether(
      given.map((one, i) => ({ path: `networks[${i}]`, options: options({ name: `n${i}`, ...one }) })),
    ).map((error) => error?.message);

  it('may differ in their VLANs alone', () => {
    expect(errors({ vlan: 1, subnet: ['10.0.0.0/24'] }, { vlan: 2, subnet: ['10.0.1.0/24'] })).toEqual([
      undefined,
      undefined,
    ]);
  });

  it.each<[Record<string, unknown>, Record<string, unknown>, string, string]>([
    [
      { vlan: 1 },
      { vlan: 2 },
      "option 'subnet[0]': 10.20.0.0/24 overlaps with 10.20.0.0/24 of networks[1]",
      'subnet[0]',
    ],
    [
      { vlan: 3 },
      { vlan: 3, subnet: ['10.0.0.0/8'] },
      "option 'vlan': VLAN 3 of br0 is that of networks[1] too",
      'vlan',
    ],
    [{}, { subnet: ['10.21.0.0/24'] }, "option 'vlan': bridge br0 is that of networks[1] too", 'vlan'],
    [
      { port: 'x', vlan: 1 },
      { port: 'x', vlan: 2 },
      "option 'port': the interface 'x' is that of networks[1] too",
      'port',
    ],
    [
      { vlan: 1, ...forward({}) },
      { vlan: 2, subnet: ['10.0.0.0/24'], ...forward({ port: '70-90' }) },
      "option 'forwards[0].port': tcp port 80 is forwarded by networks[1] too",
      'forwards[0].port',
    ],
  ])('are errors of both: %j, %j', (one, other, expected, option) => {
    const [first, second] = errors(one, other);
    expect(first).toContain(expected);
    expect(second).toContain(`option '${option}'`);
    expect(second).toContain('networks[0]');
  });

  it('may forward one port for different sources, addresses or protocols', () => {
    const pair = (a: Record<string, unknown>, b: Record<string, unknown>) =>
      errors({ vlan: 1, ...forward(a) }, { vlan: 2, subnet: ['10.0.0.0/24'], ...forward(b) });
    expect(pair({ protocol: 'udp' }, {})).toEqual([undefined, undefined]);
    expect(pair({ listen: ['192.0.2.1'] }, { listen: ['192.0.2.2'] })).toEqual([undefined, undefined]);
    expect(pair({ sources: ['192.0.2.1'] }, { sources: ['192.0.2.2'] })).toEqual([undefined, undefined]);
  });
});

describe('a port', () => {
  it.each(['080', '0', '8000-0081', '80-'])('is not %s', (port) => {
    const given = { name: 'lan', bridge: 'br0', subnet: ['10.20.0.0/24'], forwards: [{ port, to: 'web1' }] };
    expect(() => readOptions(spec, compileValidator(spec), { path: '', options: given })).toThrow(
      `option 'forwards[0].port': "${port}" must be a port, or a range`,
    );
  });
});
