import { afterAll, beforeAll, expect, it } from 'vitest';
import type { Hypervisor } from '../lab/hypervisor.ts';
import { publicKey } from '../lab/key.ts';
import { sharedHypervisor } from '../lab/shared.ts';
import { onGuest, waitForPing } from '../support/guest.ts';
import { guestImage } from '../support/guest-image.ts';
import { runModule, runThrice } from '../support/module.ts';

// A real guest, by Debian's cloud-init, in a network with DHCP and DNS. The tests build on each other.
const GUEST = '10.20.0.5';
const LAN = {
  name: 'glan',
  bridge: 'br-glan',
  vlan: 10,
  subnet: ['10.20.0.0/24'],
  dhcp: { range: ['10.20.0.100', '10.20.0.199'] },
  dns: { domain: 'lab.test', forwarders: [], records: [{ name: 'nas', address: ['10.20.0.9'] }] },
  // It gives the guest a default route; no packet goes there.
  nat: true,
  uplink: 'lo',
  forwards: [{ port: '2222', to: 'gnet1', to_port: '22' }],
};

let hypervisor: Hypervisor;
let vm: Record<string, unknown>;
const sh = async (script: string) => (await hypervisor.exec(['sh', '-c', script])).stdout.trim();
const dig = (words: string) => sh(`dig +short +time=2 +tries=1 @10.20.0.1 ${words}`);
const inGuest = async (command: string) => (await onGuest(hypervisor, GUEST, command)).stdout.trim();

beforeAll(async () => {
  hypervisor = await sharedHypervisor(12);
  const image = await guestImage(hypervisor);
  await sh('ovs-vsctl add-br br-glan -- set bridge br-glan datapath_type=netdev');
  vm = {
    name: 'gnet1',
    memory: '512 MiB',
    virt_type: 'qemu',
    directory: '/var/lib/libvirt/gnet',
    image_directory: image.replace(/\/[^/]*$/, ''),
    archive_name: 'debian-12.qcow2',
    checksum_offload: false,
    networks: [{ name: 'glan', address: [GUEST], aliases: ['www'] }],
    ssh_authorized_keys: [await publicKey()],
    force_off: true,
    shutdown_timeout: 1,
  };
});
afterAll(() => sh('rm -rf /var/lib/libvirt/gnet; ovs-vsctl --if-exists del-br br-glan'));

it('a guest gets its reserved address, and finds names, its own too', async () => {
  const made = await runThrice(hypervisor, 'network', LAN);
  expect(made.warnings).toEqual([
    expect.stringContaining("port 2222 leads to 'gnet1', which has no address"),
  ]);
  const done = await runThrice(hypervisor, 'vm', vm);
  expect(done).toMatchObject({ interfaces: [{ name: 'eth0', addresses: [`${GUEST}/24`] }] });
  await waitForPing(hypervisor, GUEST, 480);
  expect(await inGuest('ip -4 -o address show dev eth0')).toContain(`${GUEST}/24`);
  expect(await inGuest('ip route show default')).toContain('default via 10.20.0.1');
  expect(await inGuest('getent hosts www nas')).toMatch(
    /^10\.20\.0\.5 +www\.lab\.test.*\n10\.20\.0\.9 +nas\.lab\.test/,
  );
}, 600_000);

it('its name and aliases answer, in both directions', async () => {
  expect(await dig('gnet1.lab.test')).toBe(GUEST);
  expect(await dig('www.lab.test')).toBe(GUEST);
  expect(await dig(`-x ${GUEST}`)).toBe('gnet1.lab.test.');
});

it('a port that leads to it by its name is forwarded since it has an address', async () => {
  expect(await sh('nft list table inet piecewise_cloud')).toContain(`dnat ip to ${GUEST}:22`);
  const { warnings } = await runModule(hypervisor, 'network', LAN);
  expect(warnings).toBeUndefined();
});

it('a changed alias answers at once, and the old one no longer', async () => {
  const networks = [{ name: 'glan', address: [GUEST], aliases: ['blog'] }];
  await runThrice(hypervisor, 'vm', { ...vm, networks });
  await expect.poll(() => dig('blog.lab.test'), { timeout: 20_000 }).toBe(GUEST);
  expect(await dig('www.lab.test')).toBe('');
});

it('a changed address is reserved at once, and a warning says when the guest will have it', async () => {
  const networks = [{ name: 'glan', address: ['10.20.0.6'] }];
  const { warnings } = await runThrice(hypervisor, 'vm', { ...vm, networks });
  expect(warnings).toEqual([expect.stringMatching(/^gnet1 keeps its former lease in the network 'glan'/)]);
  await expect.poll(() => dig('gnet1.lab.test'), { timeout: 20_000 }).toBe('10.20.0.6');
  // As at a boot: the guest asks for the address that it had.
  await inGuest('sudo systemd-run --quiet --on-active=1 systemctl restart networking');
  await waitForPing(hypervisor, '10.20.0.6');
});

it('its name and reservation go with it', async () => {
  await runThrice(hypervisor, 'vm', { ...vm, state: 'absent', remove_storage: true });
  expect(await dig('gnet1.lab.test')).toBe('');
  expect(await sh('find /etc/piecewise-cloud/networks/glan -name gnet1')).toBe('');
  expect(await sh('nft list table inet piecewise_cloud')).not.toContain('dnat ip');
  await runThrice(hypervisor, 'network', { name: 'glan', state: 'absent' });
  expect(await sh('ls /etc/piecewise-cloud 2>/dev/null || true')).toBe('');
});
