import { describe, expect, it } from 'vitest';
import type { Cloud, CloudGuest, CloudHost, CloudInfo } from '../../picture/cloud.ts';
import { detailsOf } from '../../picture/details.ts';
import { unifiedDiff } from '../../picture/diff.ts';
import { mermaidOf } from '../../picture/mermaid.ts';
import { labelOf } from '../../picture/model/label.ts';
import { modelOf } from '../../picture/model/make.ts';
import { type GuestModel, guestsOf, itemsOf, type Model } from '../../picture/model/model.ts';
import { svgOf } from '../../picture/svg.ts';
import { madeUp, unreachable } from './made-up.ts';

const cloud = madeUp(3, 12);
const model = modelOf(cloud);
const items = itemsOf(model);

/** A cloud whose first host has other data. */
const changed = (change: (info: CloudInfo) => CloudInfo, more: Partial<CloudHost> = {}): Model => {
  const [first, ...rest] = madeUp(2, 4).hosts as [CloudHost, ...CloudHost[]];
  const hosts = [{ ...first, ...more, info: change(first.info as CloudInfo) }, ...rest];
  return modelOf({ ...cloud, hosts } as Cloud);
};

const ends = (of: Model) =>
  of.overlays.map(({ name, ends: all }) => [name, all.map(({ host }) => host).join(' ')]);

describe('the model', () => {
  it('puts guests below the first bridge of their NICs, and knows the others', () => {
    const [host] = model.hosts;
    const guest = items.get('guest:hv1/cache1-1');
    expect(host?.bridges.find(({ name }) => name === 'br0')?.guests).toContain(guest);
    expect(guest).toMatchObject({ bridges: ['br0', 'br-storage'], vlans: [30, 100] });
  });

  it('has each guest once, and those that are declared only', () => {
    for (const host of model.hosts) {
      const names = guestsOf(host).map(({ name }) => name);
      expect(new Set(names).size).toBe(names.length);
    }
    expect(items.get('guest:hv1/new1')).toMatchObject({ state: 'missing', addresses: ['10.20.1.250'] });
    const { hosts } = modelOf({ ...cloud, hosts: [unreachable('hv9')] });
    expect(hosts[0]?.missing.map(({ state }) => state)).toEqual(['unknown', 'unknown']);
  });

  it('takes bridge and VLAN of a NIC from its network', () => {
    const found = changed((info) => ({
      ...info,
      guests: info.guests.map((guest) => ({
        ...guest,
        nics: [{ mac: '52:54:00:00:00:01', network: 'dmz', link: true }],
      })),
    }));
    expect(found.hosts[0]?.bridges[0]?.guests).toHaveLength(4);
    expect(found.hosts[0]?.bridges[0]?.guests[0]?.vlans).toEqual([30]);
  });

  it('gives drift to the object that drifts, and the rest to the host', () => {
    const drift = (id: string) => items.get(id)?.drift.map(({ kind }) => kind);
    expect(drift('guest:hv1/db1-1')).toEqual(['vms']);
    expect(drift('guest:hv1/new1')).toEqual(['vms']);
    expect(drift('network:hv1/lan')).toEqual(['networks']);
    expect(drift('host:hv1')).toEqual(['hypervisor']);
    expect(model.hosts[0]?.allDrift).toBe(4);
    const tunnel = { kind: 'ovs_ports', name: 'vx2', changes: ['key'], diffs: [] };
    const other = changed((info) => info, { drift: [tunnel] });
    expect(other.hosts[0]?.drift).toEqual([tunnel]);
  });

  it('connects bridges by patch ports and by VLAN bridges', () => {
    expect(model.hosts[0]?.links).toMatchObject([{ kind: 'patch', from: 'br-test', to: 'br0' }]);
    const found = changed((info) => ({
      ...info,
      bridges: [
        ...info.bridges,
        { name: 'br0.7', datapath: 'system', managed: true, up: true, parent: 'br0', vlan: 7 },
      ],
    }));
    expect(found.hosts[0]?.links).toContainEqual({
      kind: 'vlan',
      from: 'br0',
      to: 'br0.7',
      vlan: 7,
      text: 'VLAN 7 of br0',
    });
    expect(found.vlans).toContain(7);
  });

  it('joins the tunnels of a mesh, and says what it lacks', () => {
    expect(ends(model)).toEqual([
      ['geneve 77', 'hv1 hv2 hv3'],
      ['vxlan 5000', 'hv1 hv2 hv3'],
    ]);
    const lacking = changed((info) => ({ ...info, ports: info.ports.filter(({ name }) => name !== 'vx2') }));
    expect(lacking.overlays.find(({ type }) => type === 'vxlan')?.oneSided).toEqual(['hv1 - hv2']);
  });

  it('keeps tunnels to other machines apart, unless they have one key', () => {
    const outside = (key?: string) =>
      changed((info) => ({
        ...info,
        ports: info.ports.map((port) =>
          port.type === 'vxlan'
            ? {
                ...port,
                type: 'gre',
                remote: '203.0.113.7',
                ...(key === undefined ? { key: undefined } : { key }),
              }
            : port,
        ) as CloudInfo['ports'],
      }));
    expect(outside('9').overlays.find(({ type }) => type === 'gre')?.outside).toEqual(['203.0.113.7']);
    expect(ends(outside())).toContainEqual(['gre', 'hv1']);
  });

  it('says what each object is, in one line', () => {
    const label = (id: string) => [items.get(id)].flatMap((item) => (item ? labelOf(item) : [])).join();
    expect(label('guest:hv1/queue1-1')).toBe(
      'Guest queue1-1 on hv1, running, 10.40.1.13, VLAN 40, 4 GiB, restart pending',
    );
    expect(label('network:hv1/lan')).toContain('drift: 1 object');
    expect(label('overlay:vxlan:5000:0')).toBe('Overlay vxlan 5000, 3 hosts');
  });

  it('a container is called one, and drawn in a box', () => {
    const [host] = madeUp(1, 2).hosts as [CloudHost];
    const info = host.info as CloudInfo;
    const [first, ...rest] = info.guests as [CloudGuest];
    const box = { ...first, kind: 'container' as const, root: { path: '/srv/box/root' }, disks: [] };
    const declared = { ...host.declared, box2: { state: 'running', kind: 'container', addresses: [] } };
    const cloud: Cloud = {
      ...madeUp(1, 2),
      hosts: [{ ...host, declared, info: { ...info, guests: [box, ...rest] } }],
    };
    const drawn = modelOf(cloud);
    const all = itemsOf(drawn);
    const item = all.get(`guest:hv1/${first.name}`) as GuestModel;
    expect(labelOf(item)).toMatch(new RegExp(`^Container ${first.name} on hv1, running, `));
    const details = detailsOf(item, drawn);
    expect(details.kind).toBe('Container');
    expect(JSON.stringify(details)).toContain('/srv/box/root');
    expect(labelOf(all.get('guest:hv1/box2') as GuestModel)).toMatch(/^Container box2/);
    expect(mermaidOf(cloud)).toContain(`${first.name}<br>container<br>`);
    expect(svgOf(cloud)).toContain('>container</text>');
    expect(svgOf(madeUp(1, 2))).not.toContain('container');
  });

  it('has details of each object, with texts alone', () => {
    for (const item of items.values()) {
      const details = detailsOf(item, model);
      expect(details.sections.length, item.id).toBeGreaterThan(0);
      for (const { facts = [] } of details.sections) {
        for (const [, value] of facts) expect(value).not.toMatch(/undefined|NaN|\[object/);
      }
      for (const { links = [] } of details.sections)
        for (const { id } of links) expect(items.has(id), id).toBe(true);
    }
  });
});

describe('a unified diff', () => {
  it('has the lines around a change', () => {
    expect(unifiedDiff('a\nb\nc\n', 'a\nB\nc\n').map(({ kind, text }) => `${kind} ${text}`)).toEqual([
      'hunk @@ -1,3 +1,3 @@',
      'same  a',
      'removed -b',
      'added +B',
      'same  c',
    ]);
    expect(unifiedDiff('a', 'a')).toEqual([]);
  });
});
