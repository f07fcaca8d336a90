import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { withoutApplied } from '../../../modules/lib/libvirt/applied.ts';
import { bridgedNetwork } from '../../../modules/lib/libvirt/network/document.ts';
import { planLibvirtNetwork, planNoLibvirtNetwork } from '../../../modules/lib/libvirt/network/plan.ts';
import type { LibvirtNetwork } from '../../../modules/lib/libvirt/network/read.ts';
import { sameNetwork } from '../../../modules/lib/libvirt/network/redefine.ts';
import type { NetworkChange, NetworkStep } from '../../../modules/lib/libvirt/network/step.ts';
import {
  childOf,
  childrenOf,
  type Element,
  element,
  withChildren,
} from '../../../modules/lib/xml/element.ts';
import { parseXml } from '../../../modules/lib/xml/parse.ts';
import { serialiseXml } from '../../../modules/lib/xml/serialise.ts';

const desired = (vlan = 0, bridge = 'ovs-lan') => bridgedNetwork({ name: 'lan', bridge, vlan });

const plan = (network: LibvirtNetwork | undefined, vlan?: number, bridge?: string) =>
  planLibvirtNetwork('lan', desired(vlan, bridge), network, 'machine');

/** As libvirt does it: the active network and its definition are two, and a portgroup is replaced as a whole. */
function applied(network: LibvirtNetwork | undefined, step: NetworkStep): LibvirtNetwork | undefined {
  if (step.act === 'define') {
    const definition = parseXml(step.xml);
    return network
      ? { ...network, definition, persistent: true }
      : { name: 'lan', autostart: false, persistent: true, definition, live: undefined };
  }
  if (!network) throw new Error(`there is no network to ${step.act}`);
  switch (step.act) {
    case 'update': {
      const portgroup = parseXml(step.portgroup);
      const { live } = network;
      if (!live) throw new Error('not active');
      const same = (one: Element) =>
        one.name === 'portgroup' && one.attributes.name === portgroup.attributes.name;
      if (live.children.some(same) === (step.command === 'add-last')) throw new Error(step.command);
      const others = live.children.filter((one) => !same(one));
      const next = withChildren(live, step.command === 'delete' ? others : [...others, portgroup]);
      const defaults = next.children.filter((one) => one.attributes.default === 'yes');
      if (defaults.length > 1) throw new Error('multiple default portgroups');
      return { ...network, live: next };
    }
    case 'start':
    case 'restart':
      return { ...network, live: network.definition };
    case 'autostart':
      return { ...network, autostart: true };
    case 'stop':
      return network.persistent ? { ...network, live: undefined } : undefined;
    case 'undefine':
      return undefined;
  }
}

const run = (network: LibvirtNetwork | undefined, changes: readonly NetworkChange[]) =>
  changes.reduce((at, { step }) => applied(at, step), network);

const made = (vlan?: number) => run(undefined, plan(undefined, vlan)) as LibvirtNetwork;

const titles = (changes: readonly NetworkChange[]) => changes.map(({ title }) => title);

/** Both sides of a network with something that an administrator added. */
const edited = (network: LibvirtNetwork, edit: (xml: Element) => Element): LibvirtNetwork => ({
  ...network,
  definition: edit(network.definition),
  live: network.live && edit(network.live),
});

const by = (xml: string, name = 'lan'): LibvirtNetwork => {
  const definition = parseXml(
    `<network><name>${name}</name><uuid>0d9f6a1f-6f4b-8a52-9c3c-6a8e0e4e6a0e</uuid>${xml}</network>`,
  );
  return { name, autostart: true, persistent: true, definition, live: definition };
};

describe('a network of libvirt', () => {
  it('is defined, started, and started at boot', () => {
    const changes = plan(undefined, 10);
    expect(titles(changes)).toEqual([
      'define libvirt network lan',
      'start libvirt network lan',
      'autostart libvirt network lan',
    ]);
    expect(changes[0]?.after).toBe(`<network>
  <name>lan</name>
  <uuid>d9fbcf09-a490-89e8-b360-7b85cb6fa0e1</uuid>
  <forward mode="bridge"/>
  <bridge name="ovs-lan"/>
  <virtualport type="openvswitch"/>
  <portgroup name="lan" default="yes">
    <vlan>
      <tag id="10"/>
    </vlan>
  </portgroup>
</network>
`);
    expect(plan(made(10), 10)).toEqual([]);
  });

  it('without a VLAN has access ports too, since others would be trunks', () => {
    const [portgroup] = childrenOf(made().definition, 'portgroup');
    expect(portgroup && serialiseXml(portgroup)).toContain('<tag id="0"/>');
  });

  it('changes its portgroup while it is active, before its definition', () => {
    expect(titles(plan(made(10), 11))).toEqual([
      'update portgroup lan of the active libvirt network lan',
      'redefine libvirt network lan',
    ]);
    expect(plan(made(10))[0]?.step).toMatchObject({ act: 'update', command: 'modify' });
  });

  it('is restarted for another bridge, after its definition', () => {
    expect(titles(plan(made(10), 10, 'ovs-new'))).toEqual([
      'redefine libvirt network lan',
      'restart libvirt network lan',
    ]);
  });

  it('is not restarted for a change of others that waits for a restart', () => {
    const network = made(10);
    const bandwidth = parseXml("<bandwidth><inbound average='1000'/></bandwidth>");
    const definition = withChildren(network.definition, [...network.definition.children, bandwidth]);
    expect(plan({ ...network, definition }, 10)).toEqual([]);
  });

  it.each([
    ['inactive', { live: undefined }, ['start libvirt network lan']],
    ['not started at boot', { autostart: false }, ['autostart libvirt network lan']],
    [
      'transient',
      { persistent: false, autostart: false },
      ['adopt libvirt network lan', 'autostart libvirt network lan'],
    ],
  ])('that others made %s is repaired', (_, change, expected) => {
    expect(titles(plan({ ...made(10), ...change }, 10))).toEqual(expected);
  });
});

describe('a network of others', () => {
  const SAME =
    "<forward mode='bridge'/><bridge name='ovs-lan'/><virtualport type='openvswitch'/><portgroup name='blue'><vlan><tag id='7'/></vlan></portgroup><portgroup name='lan' default='yes'><vlan><tag id='0'/></vlan></portgroup>";

  it.each([
    ["<forward mode='nat'/><bridge name='virbr0'/>", 'nat on virbr0'],
    ["<forward/><bridge name='virbr0'/>", 'nat on virbr0'],
    ["<bridge name='virbr1'/>", 'none on virbr1'],
    ["<forward mode='bridge'/><bridge name='br0'/>", 'bridge on br0'],
    ["<forward mode='private'><interface dev='eth0'/></forward>", 'private'],
  ])('of another kind is an error: %s', (xml, kind) => {
    expect(() => plan(by(xml), 10)).toThrow(
      `libvirt has another network 'lan', of forward mode ${kind}, which no task made: give this network another name, or remove libvirt's (virsh net-destroy lan; virsh net-undefine lan)`,
    );
  });

  it('over the same bridge is adopted, with what it has', () => {
    const network = by(SAME);
    expect(titles(plan(network))).toEqual(['adopt libvirt network lan']);
    const after = run(network, plan(network)) as LibvirtNetwork;
    expect(withoutApplied(after.definition)).toEqual(network.definition);
    expect(plan(after)).toEqual([]);
  });

  it.each([SAME, "<forward mode='nat'/><bridge name='virbr0'/>"])('is not removed: %s', (xml) => {
    expect(planNoLibvirtNetwork(by(xml))).toEqual([]);
    expect(planNoLibvirtNetwork(undefined)).toEqual([]);
  });

  it('that is a clone of ours, or was made another kind, is not removed', () => {
    const { definition } = made(10);
    const text = serialiseXml(definition);
    const clone = parseXml(
      text.replace(/<uuid>.*<\/uuid>/, '<uuid>0d9f6a1f-6f4b-8a52-9c3c-6a8e0e4e6a0e</uuid>'),
    );
    const nat = parseXml(text.replace('mode="bridge"', 'mode="nat"'));
    for (const other of [clone, nat])
      expect(planNoLibvirtNetwork({ ...made(10), definition: other })).toEqual([]);
  });

  it('with a default portgroup of its own is an error, before libvirt refuses it', () => {
    const network = by(
      "<forward mode='bridge'/><bridge name='ovs-lan'/><portgroup name='blue' default='yes'/>",
    );
    expect(() => plan(network, 10)).toThrow("portgroup 'blue'");
  });
});

describe('its removal', () => {
  it('stops and undefines it', () => {
    expect(titles(planNoLibvirtNetwork(made(10)))).toEqual([
      'stop libvirt network lan',
      'undefine libvirt network lan',
    ]);
    expect(run(made(10), planNoLibvirtNetwork(made(10)))).toBeUndefined();
    expect(titles(planNoLibvirtNetwork({ ...made(10), live: undefined }))).toEqual([
      'undefine libvirt network lan',
    ]);
    expect(titles(planNoLibvirtNetwork({ ...made(10), persistent: false }))).toEqual([
      'stop libvirt network lan',
    ]);
  });
});

describe('any history of tasks', () => {
  const vlans = fc.option(fc.integer({ min: 1, max: 3 }), { nil: undefined });
  const task = fc.record({ vlan: vlans, bridge: fc.constantFrom('ovs-lan', 'ovs-new') });
  const tag = (id: number) => element('vlan', {}, [element('tag', { id: String(id) })]);
  const portgroup = fc
    .record({ name: fc.constantFrom('blue', 'red'), vlan: vlans })
    .map(({ name, vlan }) => element('portgroup', { name }, vlan === undefined ? [] : [tag(vlan)]));
  const bandwidth = fc
    .integer({ min: 1, max: 9 })
    .map((average) => element('bandwidth', {}, [element('inbound', { average: String(average) })]));
  const others = fc
    .record({
      portgroups: fc.uniqueArray(portgroup, { selector: ({ attributes }) => attributes.name }),
      bandwidths: fc.array(bandwidth, { maxLength: 1 }),
    })
    .map(({ portgroups, bandwidths }) => [...bandwidths, ...portgroups]);

  it('leads to what the last task says, and keeps what others added', () => {
    fc.assert(
      fc.property(fc.array(task, { minLength: 1, maxLength: 4 }), others, (tasks, extra) => {
        let network: LibvirtNetwork | undefined;
        tasks.forEach(({ vlan, bridge }, i) => {
          network = run(network, plan(network, vlan, bridge)) as LibvirtNetwork;
          if (i === 0) network = edited(network, (xml) => withChildren(xml, [...xml.children, ...extra]));
          expect(plan(network, vlan, bridge)).toEqual([]);
        });
        const { vlan, bridge } = tasks.at(-1) as (typeof tasks)[0];
        const after = network as unknown as LibvirtNetwork;
        const uuid = childOf(after.definition, 'uuid') as Element;
        const expected = desired(vlan, bridge);
        const all = withChildren(expected, [...expected.children, uuid, ...extra]);
        for (const one of [after.definition, after.live as Element])
          expect(sameNetwork(withoutApplied(one), all)).toBe(true);
      }),
    );
  });

  it('that was killed after any step is completed by the next run', () => {
    fc.assert(
      fc.property(task, task, fc.nat(3), others, (first, then, steps, extra) => {
        const start = edited(
          run(undefined, plan(undefined, first.vlan, first.bridge)) as LibvirtNetwork,
          (xml) => withChildren(xml, [...xml.children, ...extra]),
        );
        const again = (network: LibvirtNetwork | undefined) => plan(network, then.vlan, then.bridge);
        const straight = run(start, again(start)) as LibvirtNetwork;
        const killed = run(start, again(start).slice(0, steps));
        const completed = run(killed, again(killed)) as LibvirtNetwork;
        expect(again(completed)).toEqual([]);
        expect(sameNetwork(completed.definition, straight.definition)).toBe(true);
        const live = (of: LibvirtNetwork) => withoutApplied(of.live as Element);
        expect(sameNetwork(live(completed), live(straight))).toBe(true);
      }),
    );
  });
});
