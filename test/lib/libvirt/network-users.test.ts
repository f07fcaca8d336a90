import { expect, it } from 'vitest';
import { usersOf } from '../../../modules/lib/libvirt/network/users.ts';
import type { Domain } from '../../../modules/lib/libvirt/read.ts';
import { parseXml } from '../../../modules/lib/xml/parse.ts';

const domain = (name: string, definition: string, live?: string): Domain => {
  const xml = (nic: string) => parseXml(`<domain><devices>${nic}</devices></domain>`);
  const rest = { uuid: '', state: live ? 'running' : 'shut off', autostart: false, saved: false };
  return { name, ...rest, persistent: true, definition: xml(definition), live: live ? xml(live) : undefined };
};
const ON_LAN = "<interface type='network'><source network='lan'/></interface>";
// As libvirt 9.0 reports a NIC of a running guest.
const LIVE = "<interface type='bridge'><source network='lan' portid='p' bridge='ovs-lan'/></interface>";
const OTHER = "<interface type='bridge'><source bridge='lan'/></interface>";

it('a network is used by definitions and by running guests', () => {
  const domains = [
    domain('web2', ON_LAN),
    domain('other', OTHER, OTHER),
    domain('web1', ON_LAN, LIVE),
    domain('leaves', OTHER, LIVE),
    domain('joins', ON_LAN, OTHER),
  ];
  expect(usersOf(domains, 'lan')).toEqual([
    { name: 'joins', running: false },
    { name: 'leaves', running: true },
    { name: 'web1', running: true },
    { name: 'web2', running: false },
  ]);
});
