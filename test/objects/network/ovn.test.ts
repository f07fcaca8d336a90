import { describe, expect, it } from 'vitest';
import { withDefaults } from '../../../modules/lib/ansible/coerce.ts';
import { EMPTY } from '../../../modules/lib/ovs/tables.ts';
import { checkNetwork } from '../../../modules/objects/network/check.ts';
import { networkOptions } from '../../../modules/objects/network/options.ts';
import { ovn } from '../../../modules/objects/network/ovn.ts';
import { recordIn, recordPath } from '../../../modules/objects/network/ovn-record.ts';

const LAN = {
  ...{ name: 'lan', engine: 'ovn', subnet: ['10.20.0.0/24'], nat: true, uplink: 'wan' },
  dhcp: { range: ['10.20.0.100', '10.20.0.199'] },
  host_interfaces: {},
};
const of = (more: object = {}) => withDefaults(networkOptions, { ...LAN, ...more });
const NOTHING = { text: undefined, isLocal: false, topology: undefined };
const LEG = { interface_id: 'id-of-hv1', mac: '0a:58:0a:14:00:fa', addresses: ['10.20.0.250/24'], mtu: 1442 };
const WITH_LEG = { host_port: true, host_interfaces: { lan: LEG } };
const topology = {
  ...{ database: EMPTY, devices: new Set<string>(), net: undefined },
  ...{ socket: '/run/db.sock', unreachable: undefined },
};

describe('a network of OVN on a host', () => {
  it('is noted, and then nothing is left to do', () => {
    const { changes, result } = ovn.plan(of(), NOTHING);
    expect(changes.map(({ title }) => title)).toEqual([recordPath('lan')]);
    expect(result).toMatchObject({ name: 'lan', interface: '', gateway: ['10.20.0.1/24'] });
    const text = String(changes[0]?.after);
    expect(recordIn(text, 'x').known).toMatchObject({
      engine: 'ovn',
      network: { bridge: 'br-int', options: { nat: true, dhcp: LAN.dhcp } },
    });
    expect(ovn.plan(of(), { ...NOTHING, text }).changes).toEqual([]);
    const removed = ovn.plan(of({ state: 'absent' }), { ...NOTHING, text }).changes;
    expect(removed).toMatchObject([{ before: text, after: undefined }]);
  });

  it('is noted with the MTU that OVN has chosen, unless the options say it', () => {
    const mtuOf = (more: object) => {
      const [change] = ovn.plan(of(more), NOTHING).changes;
      return recordIn(String(change?.after), 'x').known.network.mtu;
    };
    const told = { ovn_mtus: { other: 9000, lan: 1442 } };
    expect(mtuOf(told)).toBe(1442);
    expect(mtuOf({ ...told, mtu: 1400 })).toBe(1400);
    expect(mtuOf({ ovn_mtus: { other: 9000 } })).toBeUndefined();
  });

  it('gives the host the interface that OVN has told, and forgets it last', () => {
    const item = of(WITH_LEG);
    const { changes } = ovn.plan(item, { ...NOTHING, topology });
    expect(changes.map(({ title }) => title)).toEqual([recordPath('lan'), 'add port lan']);
    expect(changes[1]?.after).toMatchObject({
      ...{ bridge: 'br-int', mac: LEG.mac, mtu_request: 1442 },
      interface_external_ids: { 'iface-id': 'id-of-hv1' },
    });
    const text = String(changes[0]?.after);
    expect(recordIn(text, 'x').interface).toBe('lan');
    const last = ovn.plan(of(), { ...NOTHING, text, topology }).changes.at(-1);
    expect(last?.title).toBe(recordPath('lan'));
    expect(() => ovn.plan(of({ host_port: true }), NOTHING)).toThrow(/^option 'host_interfaces': .*'lan'/);
  });

  it.each([
    ['another network', '10.21.0.5/24', /10.21.0.5 is not in the subnet 10.20.0.0\/24/],
    ['a wider one', '10.20.0.250/5', /'10.20.0.250\/5' must have the prefix of 10.20.0.0\/24/],
    ['another family', 'fd00::5/64', /'fd00::5\/64' is in no subnet of 'lan'/],
    ['no address', 'x', /'x' is in no subnet/],
    ['the gateway', '10.20.0.1/24', /is the gateway of 'lan'/],
  ])('gives the host no address of %s', (_, address, problem) => {
    const leg = { ...LEG, addresses: [address] };
    expect(() => ovn.plan(of({ host_port: true, host_interfaces: { lan: leg } }), NOTHING)).toThrow(problem);
  });

  it('is none of a cloud without OVN', () => {
    const alone = of({ host_interfaces: null });
    expect(() => ovn.plan(alone, NOTHING)).toThrow(/^option 'host_interfaces': .*'network_engine: ovn'/);
    expect(() => ovn.plan({ ...alone, state: 'absent' }, { ...NOTHING, text: '{}' })).not.toThrow();
  });

  it('is none that the host makes itself', () => {
    expect(() => ovn.plan(of(), { ...NOTHING, isLocal: true })).toThrow(
      /'engine: local' and 'state: absent'/,
    );
  });

  it.each([
    [{ bridge: 'ovs-lan' }, /^option 'bridge': is of 'engine: local'/],
    [{ vlan: 5 }, /^option 'vlan'/],
    [{ host_ports: ['tcp/22'] }, /^option 'host_ports'/],
    [{ port: 'lan0' }, /^option 'port': is of 'engine: local'/],
    [{ libvirt: true }, /^option 'libvirt': is of 'engine: local'/],
    [{ engine: 'local', bridge: 'ovs-lan', host_port: true }, /^option 'host_port': is of 'engine: ovn'/],
    [{ engine: 'local' }, /^option 'bridge': is required with 'engine: local'/],
    [{ subnet: ['10.20.0.0/31'] }, /^option 'subnet\[0\]'/],
  ])('has no key of the other engine: %j', (more, message) => {
    expect(() => checkNetwork(of(more))).toThrow(message);
  });
});
