import { describe, expect, it } from 'vitest';
import { withDefaults } from '../../../modules/lib/ansible/coerce.ts';
import type { Link } from '../../../modules/lib/link/observe.ts';
import { formatAddress, parseAddress } from '../../../modules/lib/net/address.ts';
import { type Network, networkOf } from '../../../modules/objects/network/network-of.ts';
import type { State } from '../../../modules/objects/network/observe.ts';
import { networkOptions } from '../../../modules/objects/network/options.ts';
import { topologyOf } from '../../../modules/objects/network/port.ts';
import { refuseForeignPort, refuseOpenBridge, seenBy } from '../../../modules/objects/network/seen.ts';

const network = (name: string, subnet: string, more: object = {}): Network =>
  networkOf(withDefaults(networkOptions, { name, bridge: 'br0', vlan: 10, subnet: [subnet], ...more }));
const known = (...all: Network[]) =>
  new Map(all.map((one) => [one.name, { network: one, uplinks: [], guests: [] }]));
const link = (...texts: string[]): Link => {
  const nothing = { addresses: [], routes: [] };
  return { ...nothing, up: true, leased: nothing, addresses: texts.map((text) => parseAddress(text)) };
};

type Seen = Exclude<State['topology'], Error>;

/** What the port of an item is planned from, of a host with some links. */
function seen(name: string, links: Record<string, Link>, before: Network[], after: Network[], text = '') {
  const kept = { keeper: 'ifupdown', interfaces: text };
  const topology = { net: { links: new Map(Object.entries(links)), kept } } as unknown as Seen;
  const declared = new Set([...before, ...after].map((one) => one.name));
  const state = { stored: known(...before), final: known(...after), declared } as unknown as State;
  const { net } = seenBy(name, topology, state);
  const addresses = Object.fromEntries(
    [...(net?.links ?? [])].map(([port, one]) => [port, one.addresses.map(formatAddress)]),
  );
  return { addresses, interfaces: net?.kept.interfaces };
}

describe('the port of a network is planned', () => {
  const lan = network('lan', '10.20.0.0/24');
  const dmz = network('dmz', '10.21.0.0/24');

  it('without the address of a network that is removed in the same task', () => {
    const links = { lan: link('10.20.0.1/24', '192.0.2.1/24') };
    const office = network('office', '10.20.0.0/24');
    expect(seen('office', links, [lan], [office]).addresses).toEqual({ lan: ['192.0.2.1/24'] });
    expect(seen('lan', links, [lan], [office]).addresses).toEqual({ lan: ['10.20.0.1/24', '192.0.2.1/24'] });
  });

  it('without the address that another one gives up for it', () => {
    const links = { lan: link('10.20.0.1/24'), dmz: link('10.21.0.1/24') };
    const exchanged = [network('lan', '10.21.0.0/24'), network('dmz', '10.20.0.0/24')];
    expect(seen('lan', links, [lan, dmz], exchanged).addresses).toEqual({ lan: ['10.20.0.1/24'], dmz: [] });
    expect(seen('dmz', links, [lan, dmz], [lan, dmz]).addresses).toEqual({
      lan: ['10.20.0.1/24'],
      dmz: ['10.21.0.1/24'],
    });
  });

  it('with the lines of /etc/network/interfaces that the items before it have added', () => {
    const line = 'source /etc/network/interfaces.d/ovs_port_lan\n';
    expect(seen('lan', {}, [], [lan, dmz], 'auto lo\n').interfaces).toBe('auto lo\n');
    expect(seen('dmz', {}, [], [lan, dmz], 'auto lo\n').interfaces).toBe(`auto lo\n${line}`);
  });
});

describe('a network of a host', () => {
  it('without a VLAN is refused where the host has an address on the bridge itself', () => {
    const plain = network('plain', '10.22.0.0/24', { vlan: undefined });
    const links = new Map([['br0', link('192.0.2.1/24')]]);
    expect(() => refuseOpenBridge(plain, links)).toThrow("option 'vlan': is required on br0");
    expect(() => refuseOpenBridge(network('lan', '10.20.0.0/24'), links)).not.toThrow();
    expect(() => refuseOpenBridge(plain, new Map([['br0', link()]]))).not.toThrow();
  });

  it('takes no port that it has not made, and removes none', () => {
    const eth1 = network('eth1', '10.20.0.0/24');
    const database = (owner: Record<string, string>) =>
      ({ database: { ports: [{ name: 'eth1', external_ids: owner }] } }) as unknown as Seen;
    expect(() => refuseForeignPort(eth1, database({}), new Set())).toThrow("has a port 'eth1'");
    expect(() => refuseForeignPort(eth1, database({}), new Set(['eth1']))).not.toThrow();
    expect(() =>
      refuseForeignPort(eth1, database({ 'piecewise-owner': 'network' }), new Set()),
    ).not.toThrow();
    const without = network('eth1', '10.20.0.0/24', { gateway: false });
    for (const state of ['present', 'absent'] as const)
      expect(topologyOf([{ network: without, state }], {} as never).ports).toEqual([]);
    expect(topologyOf([{ network: eth1, state: 'absent' }], {} as never).ports).toHaveLength(1);
  });
});
