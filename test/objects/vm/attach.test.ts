import { describe, expect, it } from 'vitest';
import type { KnownNetwork } from '../../../modules/objects/network/record.ts';
import { attach } from '../../../modules/objects/vm/attach.ts';
import { planAttachments } from '../../../modules/objects/vm/attachments.ts';
import { networkConfigOf } from '../../../modules/objects/vm/network.ts';
import { LAN, problems, vmOf } from './given.ts';
import { DHCP, known, network } from './networks.ts';

const BOTH = { subnet: ['10.20.0.0/24', 'fd00:20::/64'] };

const MAC = '52:54:00:00:00:01';
const attached = (networks: object[], all: ReadonlyMap<string, KnownNetwork>, more: object = {}) =>
  attach(vmOf({ networks, ...more }), all);
const seedOf = (networks: object[], all: ReadonlyMap<string, KnownNetwork>) =>
  networkConfigOf(
    attached(networks, all).vm.interfaces,
    networks.map(() => MAC),
  );

describe('an entry of networks', () => {
  it('is an interface on the bridge and VLAN of its network, before those of the blog', () => {
    const { vm } = attached([{ name: 'lan' }], known(network('lan', { vlan: 20, ...DHCP })), {
      ...LAN,
      interfaces: [{ ...LAN.interfaces[0], name: 'eth1' }],
    });
    expect(vm.ovs).toEqual([{ name: 'br-lan', vlans: [20] }, ...LAN.ovs]);
    expect(vm.interfaces.map(({ name }) => name)).toEqual(['eth0', 'eth1']);
  });

  it('is an access port in a network without a VLAN too, since a trunk would lead into all others', () => {
    const { vm } = attached([{ name: 'lan' }], known(network('lan', DHCP)));
    expect(vm.ovs).toEqual([{ name: 'br-lan', vlans: [0] }]);
  });

  it('tells a guest with a fixed address the MTU, which others learn by DHCP', () => {
    const fixed = [{ name: 'lan', address: '10.20.0.5' }];
    expect(seedOf(fixed, known(network('lan', { mtu: 1442 })))).toContain('    mtu: 1442\n');
    expect(seedOf(fixed, known(network('lan', { mtu: 1442, ...DHCP })))).not.toContain('mtu');
    expect(seedOf(fixed, known(network('lan', {})))).not.toContain('mtu');
  });

  it("is a port of OVN's bridge without a VLAN in a network of OVN, where alone it may have security groups", () => {
    const [name, local] = network('lan', DHCP);
    const all = known([name, { ...local, engine: 'ovn', network: { ...local.network, bridge: 'br-int' } }]);
    const groups = [{ name: 'lan', security_groups: ['web'] }];
    expect(attached(groups, all)).toMatchObject({
      missing: [],
      vm: { ovs: [{ name: 'br-int', vlans: [] }] },
    });
    expect(attached(groups, known([name, local])).missing).toEqual([
      expect.stringMatching(/^option 'networks\[0\]\.security_groups': .*'network_engine: ovn'/),
    ]);
  });

  it('is named in order, unless it has a name of its own', () => {
    const all = known(network('lan', DHCP), network('dmz', DHCP), network('mgmt', DHCP));
    const { vm } = attached([{ name: 'lan' }, { name: 'dmz', interface: 'up0' }, { name: 'mgmt' }], all);
    expect(vm.interfaces.map(({ name }) => name)).toEqual(['eth0', 'up0', 'eth2']);
  });

  it('is configured by DHCP where the network has it, whether or not the address is reserved', () => {
    const all = known(network('lan', { ...BOTH, ...DHCP }));
    expect(seedOf([{ name: 'lan' }], all)).toMatch(/- type: dhcp4\n\s+- type: ipv6_slaac\n$/);
    expect(seedOf([{ name: 'lan', address: ['10.20.0.5', 'fd00:20::5'] }], all)).toMatch(
      /- type: dhcp4\n\s+- type: dhcp6\n$/,
    );
  });

  it('is static where the network has none, with what the network gives', () => {
    const given = { ...BOTH, nat: true, dns: { domain: 'lab.test' } };
    const text = seedOf(
      [{ name: 'lan', address: ['10.20.0.5', 'fd00:20::5'] }],
      known(network('lan', given)),
    );
    expect(text).toContain('type: static\n        address: "10.20.0.5/24"\n        gateway: "10.20.0.1"');
    expect(text).toContain('type: static6\n        address: "fd00:20::5/64"\n        gateway: "fd00:20::1"');
    expect(text).toContain('dns_nameservers: ["10.20.0.1"]');
    expect(text).toContain('dns_search: ["lab.test"]');
  });

  it('has no default route by a network that leads nowhere, nor a second one', () => {
    const all = known(network('lan', {}), network('dmz', { subnet: ['10.21.0.0/24'], nat: true }));
    expect(seedOf([{ name: 'lan', address: ['10.20.0.5'] }], all)).not.toContain('gateway');
    const two = seedOf(
      [
        { name: 'dmz', address: ['10.21.0.5'] },
        { name: 'lan', address: ['10.20.0.5'] },
      ],
      all,
    );
    expect(two.match(/gateway/g)).toHaveLength(1);
  });

  it('in a network that the host does not have is missing, by its option', () => {
    const { vm, missing } = attached([{ name: 'lan' }, { name: 'dmz' }], known(network('dmz', DHCP)));
    expect(missing).toEqual([
      expect.stringMatching(/^option 'networks\[0\]\.name': there is no network 'lan'/),
    ]);
    expect(vm.interfaces.map(({ name }) => name)).toEqual(['eth1']);
  });

  it.each<[object, object, string]>([
    [{ address: ['10.21.0.5'] }, {}, "option 'networks[0].address[0]': 10.21.0.5 is not in the subnet"],
    [{ address: ['10.20.0.1'] }, {}, "option 'networks[0].address[0]': 10.20.0.1 is the address of the host"],
    [{ address: ['fd00::1'] }, {}, "option 'networks[0].address[0]': the network 'lan' has no IPv6 subnet"],
    [
      { address: ['10.20.0.150'] },
      DHCP,
      "option 'networks[0].address[0]': 10.20.0.150 is in the range 10.20.0.100",
    ],
    [{}, {}, "option 'networks[0].address': is required, since the network 'lan' has no DHCP"],
  ])(
    'asks what its network does not have, unless an earlier task changes that: %j',
    (nic, given, message) => {
      const { vm, missing } = attached([{ name: 'lan', ...nic }], known(network('lan', given as never)));
      expect(missing).toEqual([expect.stringContaining(message)]);
      expect(vm.interfaces).toHaveLength(1);
    },
  );

  it.each<[object, object, string]>([
    [
      { address: ['10.20.0.5', '10.20.0.6'] },
      {},
      "option 'networks[0].address': has two addresses of one family",
    ],
    [
      { address: ['10.20.0.7'] },
      {},
      "option 'networks[0].address[0]': 10.20.0.7 is the address of the guest 'db1'",
    ],
    [
      { address: ['10.20.0.5'], aliases: ['sql'] },
      {},
      "option 'networks[0].aliases[0]': 'sql' is a name of the guest 'db1'",
    ],
  ])('is an error: %j', (nic, given, message) => {
    const guests = [{ name: 'db1', addresses: ['10.20.0.7'], aliases: ['sql'] }];
    expect(() => attached([{ name: 'lan', ...nic }], known(network('lan', given as never, guests)))).toThrow(
      message,
    );
  });
});

describe('networks of VMs', () => {
  it.each<[object, string]>([
    [{ name: 'Web_1', networks: [{ name: 'lan' }] }, "option 'vms[0].name': 'Web_1' can't be a name in DNS"],
    [
      { networks: [{ name: 'lan' }, { name: 'lan' }] },
      "option 'vms[0].networks[1].name': the VM is in the network 'lan'",
    ],
    [
      { networks: [{ name: 'lan', aliases: ['www'] }] },
      "option 'vms[0].networks[0].aliases': are names of an address",
    ],
    [
      { networks: [{ name: 'lan', address: ['10.20.0.5'], aliases: ['ab--c'] }] },
      "option 'vms[0].networks[0].aliases[0]': 'ab--c' has",
    ],
    [{ name: 'ab--c', networks: [{ name: 'lan' }] }, "option 'vms[0].name': 'ab--c' has"],
    [
      { networks: [{ name: 'lan', address: ['10.20.0.5/24'] }] },
      "'10.20.0.5/24' is not an IP address; the prefix is",
    ],
    [
      { ...LAN, networks: [{ name: 'lan' }] },
      "option 'vms[0].interfaces[0].name': another interface has the name 'eth0'",
    ],
  ])('are an error: %j', async (one, message) => {
    expect((await problems([one])).join('\n')).toContain(message);
  });

  it('can have an address, and a name, once in a network', async () => {
    const nic = { name: 'lan', address: ['10.20.0.5'] };
    const found = await problems([
      { name: 'web1', networks: [nic] },
      { name: 'web2', networks: [{ ...nic, aliases: ['web1'] }] },
    ]);
    expect(found.join('\n')).toContain(
      "the address 10.20.0.5 in the network 'lan' is used by vms[1].networks[0].address[0]",
    );
    expect(found.join('\n')).toContain(
      "the name 'web1' in the network 'lan' is used by vms[1].networks[0].aliases[0]",
    );
  });
});

describe('what a VM has in its networks', () => {
  const all = known(
    network('lan', {
      ...BOTH,
      ...DHCP,
      forwards: [{ protocol: 'tcp', port: '80', to: 'web1' }],
    }),
  );
  const nic = { name: 'lan', address: ['10.20.0.5', 'fd00:20::5'], aliases: ['www'] };
  const stepOf = (changes: ReturnType<typeof planAttachments>) => changes.at(-1)?.step;
  const RESERVED = '/etc/piecewise-cloud/networks/lan/reservations/web1';
  const NAMES = '/etc/piecewise-cloud/networks/lan/names/web1';

  it('is its reservation and its names', () => {
    const step = stepOf(planAttachments(vmOf({ networks: [nic] }), new Map(), all, [MAC], false));
    expect(Object.fromEntries(step?.files ?? [])).toEqual({
      [NAMES]: '10.20.0.5 web1 www\nfd00:20::5 web1 www\n',
      [RESERVED]: `${MAC},10.20.0.5,[fd00:20::5],web1\n`,
    });
    expect(step).toMatchObject({ reload: [], rules: true });
  });

  it('follows its changes, and goes with it', () => {
    const one = vmOf({ networks: [nic] });
    const step = stepOf(planAttachments(one, new Map(), all, [MAC], false));
    const current = new Map([...(step?.files ?? [])] as [string, string][]);
    expect(planAttachments(one, current, all, [MAC], false)).toEqual([]);
    const moved = stepOf(
      planAttachments(vmOf({ networks: [{ ...nic, address: ['10.20.0.6'] }] }), current, all, [MAC], false),
    );
    expect(moved?.files.get(RESERVED)).toBe(`${MAC},10.20.0.6,web1\n`);
    expect(moved?.reload).toEqual(['lan']);
    expect(moved?.ended).toEqual([]);
    // Its former MAC address would keep the address until its lease ends, and an IPv6 lease has no MAC address.
    const other = stepOf(planAttachments(one, current, all, ['52:54:00:00:00:02'], false));
    const ended = [{ network: 'lan', macs: [MAC], addresses: ['10.20.0.5', 'fd00:20::5'] }];
    expect(other?.ended).toEqual(ended);
    for (const given of [{ networks: [] }, { networks: [nic], state: 'absent' }]) {
      const gone = stepOf(planAttachments(vmOf(given), current, all, [MAC], false));
      expect([...(gone?.files.values() ?? [])]).toEqual([undefined, undefined]);
      expect(gone).toMatchObject({ reload: ['lan'], rules: true, ended });
    }
  });

  it('is a name alone in a network without DHCP, and a reservation of the name without an address', () => {
    const files = (given: object, one: object) => [
      ...(stepOf(
        planAttachments(
          vmOf({ networks: [one] }),
          new Map(),
          known(network('lan', given as never)),
          [MAC],
          false,
        ),
      )?.files.keys() ?? []),
    ];
    expect(files({}, { name: 'lan', address: ['10.20.0.5'] })).toEqual([NAMES]);
    expect(files(DHCP, { name: 'lan' })).toEqual([RESERVED]);
  });
});
