import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type Hypervisor, startHypervisor } from '../lab/hypervisor.ts';
import { runModule, runThrice } from '../support/module.ts';
import { expectUnchanged } from '../support/unchanged.ts';
import { NetworkLab } from './lab.ts';

// One network and its guests, which run on and on while tasks change it. The tests build on each other, in this order.
const LAN = { name: 'lan', bridge: 'ovs-lan', vlan: 10, subnet: ['10.20.0.0/24'], libvirt: true };
const MAC = '52:54:00:77:10:01';
const BLUE =
  "<portgroup name='blue'><bandwidth><inbound average='1000'/></bandwidth><vlan><tag id='77'/></vlan></portgroup>";

let hypervisor: Hypervisor;
let lab: NetworkLab;
/** libvirt's own network, which no task changes. */
let ofLibvirt: string;

const task = (given: object = {}) => ({ ...LAN, ...given });
const virsh = (command: string) => lab.sh(`virsh -q ${command}`);
const active = () => virsh('net-dumpxml lan');
const stored = () => virsh('net-dumpxml --inactive lan');
const flags = async () =>
  Object.fromEntries(
    [...(await virsh('net-info lan')).matchAll(/^(Active|Persistent|Autostart): +(\w+)$/gm)].map(
      ([, name, value]) => [name, value],
    ),
  );

/** A guest without a disk, whose firmware asks for an address again and again. */
const guest = (name: string, mac: string) => `
  <domain type='qemu'><name>${name}</name><memory unit='MiB'>64</memory>
    <os><type arch='x86_64' machine='pc'>hvm</type><boot dev='network'/><bios rebootTimeout='1000'/></os>
    <devices><interface type='network'><mac address='${mac}'/><source network='lan'/><model type='virtio'/></interface></devices>
  </domain>`;

async function start(name: string, mac: string): Promise<void> {
  await lab.sh(`cat >/root/${name}.xml <<'END'
${guest(name, mac)}
END
virsh -q define /root/${name}.xml; virsh -q start ${name}`);
}

/** What must be the same as long as a guest isn't cut off: its process, its port, and where that is. */
const port = (name: string) =>
  lab.sh(`port=$(virsh -q domiflist ${name} | awk '{print $1}')
    cat /run/libvirt/qemu/${name}.pid; echo " $port"; ovs-vsctl port-to-br $port
    ovs-vsctl get Interface $port ofport; ovs-vsctl get Interface $port link_state; ovs-vsctl get Port $port tag`);

/** Whether what the first guest sends arrives at a client's interface, or at that of the host. */
const arrives = async (device: string, client?: string) =>
  (
    await lab.sh(
      `timeout 60 ${client === undefined ? '' : `ip netns exec ${client}`} tcpdump -i ${device} -nn -c 1 ether src ${MAC} and udp port 67 2>/dev/null || true`,
    )
  ).includes('BOOTP/DHCP');

beforeAll(async () => {
  hypervisor = await startHypervisor({ name: 'test-vnet' });
  lab = new NetworkLab(hypervisor);
  ofLibvirt = await virsh('net-dumpxml --inactive default');
  await lab.sh(`for name in ovs-lan ovs-new; do
      ovs-vsctl add-br $name -- set bridge $name datapath_type=netdev
    done
    client ten ovs-lan 10 52:54:00:00:00:10`);
});
afterAll(() => hypervisor?.remove());

describe('libvirt: true', () => {
  it('makes a network of libvirt over the bridge: active, and started at boot', async () => {
    const done = await runThrice(hypervisor, 'network', task());
    expect(done.failed, done.msg).toBeFalsy();
    expect(JSON.stringify(done.diff)).toMatch(/define libvirt network lan.*<virtualport type=/);
    expect(await flags()).toEqual({ Active: 'yes', Persistent: 'yes', Autostart: 'yes' });
    const xml = await active();
    expect(xml).toMatch(/<forward mode='bridge'\/>\s*<bridge name='ovs-lan'\/>/);
    expect(xml).toMatch(
      /<virtualport type='openvswitch'\/>\s*<portgroup name='lan' default='yes'>\s*<vlan>\s*<tag id='10'\/>/,
    );
    expect(xml).toContain('https://piecewise.cloud/libvirt/1');
  });

  it('connects guests that name it, in its VLAN', async () => {
    await start('first', MAC);
    expect(await port('first')).toMatch(/ovs-lan\n\d+\nup\n10$/);
    expect(await arrives('lan')).toBe(true);
  });

  it('is read by one virsh, and a network without it by none', async () => {
    const plain = { ...LAN, name: 'plain', vlan: 14, subnet: ['10.24.0.0/24'], libvirt: false };
    await lab.sh(`cat >/usr/local/bin/virsh <<'END'
#!/bin/dash
echo "$$" >>/run/virsh.log
exec /usr/bin/virsh "$@"
END
chmod +x /usr/local/bin/virsh`);
    const started = async (args: object) => {
      await lab.sh(': >/run/virsh.log');
      await runModule(hypervisor, 'network', { ...args }, { check: true });
      return Number(await lab.sh('wc -l </run/virsh.log'));
    };
    try {
      expect(await started(task())).toBe(1);
      expect(await started({ networks: [task(), { ...plain, libvirt: true }] })).toBe(1);
      expect(await started(plain)).toBe(0);
    } finally {
      await lab.sh('rm /usr/local/bin/virsh /run/virsh.log');
    }
  });

  it('repairs what others have changed of it', async () => {
    await virsh('net-autostart --disable lan');
    await virsh('net-destroy lan');
    await runThrice(hypervisor, 'network', task());
    expect(await flags()).toEqual({ Active: 'yes', Persistent: 'yes', Autostart: 'yes' });
  });
});

describe('a change of the network', () => {
  it('of its VLAN cuts no running guest off, and new ones get it; what others added is kept', async () => {
    await lab.sh(`virsh -q net-update lan add-last portgroup "${BLUE}" --live --config
      virsh net-dumpxml --inactive lan | sed "s|^  </metadata>|<other:note xmlns:other='urn:example:other'/></metadata>|" >/root/lan.xml
      virsh -q net-define /root/lan.xml`);
    expectUnchanged(await runModule(hypervisor, 'network', task()));
    const before = await port('first');
    const done = await runThrice(hypervisor, 'network', task({ vlan: 11 }));
    expect(done.warnings).toEqual([expect.stringMatching(/^libvirt's network 'lan' changes .*: first$/)]);
    expect(await port('first')).toBe(before);
    expect(await arrives('eth0', 'ten')).toBe(true);
    await start('second', '52:54:00:77:10:02');
    expect(await port('second')).toMatch(/ovs-lan\n\d+\nup\n11$/);
    expect(await stored()).toContain('<other:note');
    for (const xml of [await active(), await stored()])
      expect(xml).toMatch(
        /<portgroup name='blue'>\s*<vlan>\s*<tag id='77'\/>\s*<\/vlan>\s*<bandwidth>\s*<inbound average='1000'\/>/,
      );
  });

  it('of its bridge cuts no running guest off either, and new ones get it', async () => {
    const before = await port('first');
    const done = await runThrice(hypervisor, 'network', task({ bridge: 'ovs-new' }));
    expect(done.warnings).toEqual([expect.stringMatching(/: first, second$/)]);
    expect(await port('first')).toBe(before);
    expect(await arrives('eth0', 'ten')).toBe(true);
    expect(await active()).toContain("<bridge name='ovs-new'/>");
    await virsh('destroy second');
    await virsh('start second');
    expect(await port('second')).toMatch(/ovs-new\n\d+\nup\n10$/);
  });

  it('to none in its VLAN leads new guests to access ports, which are no trunks', async () => {
    await runThrice(hypervisor, 'network', task({ bridge: 'ovs-new', vlan: undefined }));
    for (const xml of [await active(), await stored()]) {
      expect(xml).toMatch(/<portgroup name='lan' default='yes'>\s*<vlan>\s*<tag id='0'\/>/);
      expect(xml).toContain("<portgroup name='blue'");
    }
    await virsh('destroy second');
    await virsh('start second');
    expect(await port('second')).toMatch(/ovs-new\n\d+\nup\n0$/);
    await runThrice(hypervisor, 'network', task({ bridge: 'ovs-new' }));
    expect(await active()).toContain("<portgroup name='lan' default='yes'>");
  });
});

describe('what a task must not do', () => {
  it.each([
    [{ state: 'absent' }, 'state'],
    [{ libvirt: false, bridge: 'ovs-new' }, 'libvirt'],
  ])('a network that domains use is not removed, nor is anything else changed: %j', async (given, option) => {
    await virsh('destroy second');
    const before = await active();
    const result = await runModule(hypervisor, 'network', task(given));
    expect(result).toMatchObject({ failed: true, changed: false });
    expect(result.msg).toContain(`option '${option}': libvirt's network 'lan' can't be removed`);
    expect(result.msg).toContain('first, second');
    expect(await active()).toBe(before);
    expectUnchanged(await runModule(hypervisor, 'network', task({ bridge: 'ovs-new' })));
    await virsh('start second');
  });

  it("libvirt's own network is not touched", async () => {
    const result = await runModule(hypervisor, 'network', {
      ...LAN,
      name: 'default',
      vlan: 12,
      subnet: ['10.22.0.0/24'],
    });
    expect(result).toMatchObject({ failed: true, changed: false });
    expect(result.msg).toMatch(
      /libvirt has another network 'default', of forward mode nat on virbr0.* another name/,
    );
    expect(await virsh('net-dumpxml --inactive default')).toBe(ofLibvirt);
    expect(await lab.sh('ls /etc/piecewise-cloud/networks')).toBe('lan');
  });

  it('without libvirt it is an error that says what to install, and a warning in check mode', async () => {
    const other = task({ name: 'other', vlan: 13, subnet: ['10.23.0.0/24'] });
    await lab.sh('mv /usr/bin/virsh /usr/bin/virsh.away');
    try {
      const checked = await runModule(hypervisor, 'network', other, { check: true });
      expect(checked.failed, checked.msg).toBeFalsy();
      expect(JSON.stringify(checked.warnings)).toContain('libvirt-clients');
      const result = await runModule(hypervisor, 'network', other);
      expect(result).toMatchObject({ failed: true, changed: false });
      expect(result.msg).toContain("option 'libvirt': virsh isn't installed on this host");
    } finally {
      await lab.sh('mv /usr/bin/virsh.away /usr/bin/virsh');
    }
  });
});

it('is active after a reboot', async () => {
  await hypervisor.reboot();
  expect(await flags()).toEqual({ Active: 'yes', Persistent: 'yes', Autostart: 'yes' });
  expectUnchanged(await runModule(hypervisor, 'network', task({ bridge: 'ovs-new' })));
});

describe('its removal', () => {
  it('libvirt: false removes it from libvirt only', async () => {
    for (const name of ['first', 'second']) await virsh(`undefine ${name}`);
    await runThrice(hypervisor, 'network', task({ bridge: 'ovs-new', libvirt: false }));
    expect(await virsh('net-list --all --name')).toBe('default');
    expect(await lab.sh('ip -br address show lan')).toContain('10.20.0.1/24');
  });

  it('state: absent removes it with all else', async () => {
    await runThrice(hypervisor, 'network', task());
    await runThrice(hypervisor, 'network', { name: 'lan', state: 'absent' });
    expect(await virsh('net-list --all --name')).toBe('default');
    expect(await virsh('net-dumpxml --inactive default')).toBe(ofLibvirt);
    expect(await lab.sh('ls /etc/piecewise-cloud 2>/dev/null || true')).toBe('');
  });
});
