import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { stringify } from 'yaml';
import { ANSIBLES, makeProject, type Project } from '../contract/ansible.ts';
import type { Hypervisor } from '../lab/hypervisor.ts';
import { hostVariables } from '../lab/inventory.ts';
import { privateKeyFile, publicKey } from '../lab/key.ts';
import { sharedHypervisor } from '../lab/shared.ts';
import { onGuest, waitForPing } from '../support/guest.ts';
import { guestImage } from '../support/guest-image.ts';
import { runModule, runThrice } from '../support/module.ts';

// A real guest, by Debian's cloud-init, in a network with DHCP and DNS. It boots by the kernel of its image, whose template is one
// partition. The tests build on each other.
const GUEST = '10.20.0.5';
const HOME = '/var/lib/libvirt/gnet';
const IMAGES = `${HOME}-images`;
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
let project: Project;
let vm: Record<string, unknown>;
const sh = async (script: string) => (await hypervisor.exec(['sh', '-c', script])).stdout.trim();
const dig = (words: string) => sh(`dig +short +time=2 +tries=1 @10.20.0.1 ${words}`);
const inGuest = async (command: string) => (await onGuest(hypervisor, GUEST, command)).stdout.trim();

beforeAll(async () => {
  project = await makeProject();
  hypervisor = await sharedHypervisor(12);
  const whole = await guestImage(hypervisor);
  await sh('ovs-vsctl add-br br-glan -- set bridge br-glan datapath_type=netdev');
  const checksum = `sha256:${(await sh(`sha256sum ${whole}`)).slice(0, 64)}`;
  // As the action plugin copies it.
  await sh(
    `mkdir -p ${IMAGES}/incoming; cp ${whole} ${IMAGES}/incoming/${checksum.replace(':', '-')}-whole.img`,
  );
  const image = { name: 'root', path: 'whole.img', checksum, partition: 1, kernel: true };
  const made = await runModule(hypervisor, 'image', {
    ...{ ...image, directory: IMAGES, uploaded: ['root'] },
  });
  expect(made.failed, made.msg).toBeUndefined();
  vm = {
    name: 'gnet1',
    memory: '512 MiB',
    virt_type: 'qemu',
    directory: HOME,
    image_directory: IMAGES,
    archive_name: 'root',
    disk_size: '3G',
    kernel: 'template',
    cmdline: 'root=/dev/vda ro net.ifnames=0 console=tty0 console=ttyS0',
    checksum_offload: false,
    networks: [{ name: 'glan', address: [GUEST], aliases: ['www'] }],
    ssh_authorized_keys: [await publicKey()],
    force_off: true,
    shutdown_timeout: 1,
  };
});
afterAll(async () => {
  project?.remove();
  await sh(`rm -rf ${HOME}*; ovs-vsctl --if-exists del-br br-glan`);
});

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

it('it booted by the kernel of its image, from its one partition, which has grown', async () => {
  expect(await inGuest('cat /proc/cmdline')).toMatch(/^root=\/dev\/vda ro net\.ifnames=0 /);
  expect(await inGuest('lsblk -no NAME,SIZE,MOUNTPOINTS /dev/vda; df --output=size -BM / | tail -1')).toMatch(
    /^vda +3G \/\n +2[89]\d\dM$/,
  );
});

it('its name and aliases answer, in both directions', async () => {
  expect(await dig('gnet1.lab.test')).toBe(GUEST);
  expect(await dig('www.lab.test')).toBe(GUEST);
  expect(await dig(`-x ${GUEST}`)).toBe('gnet1.lab.test.');
});

describe.each(ANSIBLES)('with Ansible %s', (ansible) => {
  it('the inventory of guests finds its leased address, and reaches it there', async () => {
    const vms = [{ name: 'gnet1', networks: [{ name: 'glan' }] }];
    const hosts = { hv1: { ...(await hostVariables(hypervisor.name)), vms } };
    const directory = join(project.directory, 'inventory');
    mkdirSync(join(directory, 'group_vars'), { recursive: true });
    const write = (file: string, content: object) =>
      writeFileSync(join(directory, file), stringify(content, { lineWidth: 0 }));
    write('hosts.yml', { kvm: { hosts } });
    write('zz_guests.yml', { plugin: 'piecewise.cloud.guests', live: true, live_timeout: 120 });
    write('group_vars/guests.yml', {
      ansible_user: 'debian',
      ansible_ssh_private_key_file: await privateKeyFile(),
      ansible_ssh_common_args: '-o StrictHostKeyChecking=no -o UserKnownHostsFile=/dev/null',
      ansible_ssh_timeout: 60,
    });
    const argv = [
      'ansible',
      '-i',
      directory,
      'guests',
      '-m',
      'raw',
      '-a',
      'ip -4 -o address show dev eth0; hostname',
    ];
    const { stdout, stderr } = await project.run(ansible, argv);
    expect(stdout, stderr).toMatch(/^gnet1 \| CHANGED.* 10\.20\.0\.5\/24 .*\ngnet1\s/s);
  });
});

it('its address is found by the lease, else by its agent and in the table of neighbours', async () => {
  const read = async () => {
    const { vms } = await runModule(hypervisor, 'vm_info', { names: ['gnet1', 'nosuch'], agent_timeout: 3 });
    const [{ addresses = [], ...rest } = {}, ...others] = vms as { addresses?: Record<string, unknown>[] }[];
    expect([rest, others]).toEqual([{ name: 'gnet1', kind: 'vm', state: 'running' }, []]);
    return addresses.map(({ address, source }) => `${source} ${address}`);
  };
  expect(await read()).toEqual([`lease ${GUEST}`]);
  const leases = '/var/lib/private/piecewise-cloud-networks/glan/leases';
  await sh(`mv ${leases} ${leases}.hidden`);
  try {
    expect(await read()).toEqual([`neighbour ${GUEST}`]);
    const mac = await inGuest('cat /sys/class/net/eth0/address');
    const at = (name: string, hardware: string, ...addresses: string[]) => ({
      name,
      'hardware-address': hardware,
      'ip-addresses': addresses.map((address) => ({
        'ip-address-type': address.includes(':') ? 'ipv6' : 'ipv4',
        'ip-address': address,
        prefix: 24,
      })),
    });
    const told = [
      at('lo', '00:00:00:00:00:00', '127.0.0.1'),
      at('eth0\n x 52:54:00:00:00:01 ipv4 10.20.0.9/24\n y', mac, 'fe80::1', 'fd00::7', '10.20.0.77'),
      at('docker0', '52:54:00:00:00:02', '172.17.0.1'),
    ];
    const program = readFileSync(new URL('../support/fake-agent.py', import.meta.url)).toString('base64');
    const argument = Buffer.from(JSON.stringify(told)).toString('base64');
    await inGuest(
      `echo ${program} | base64 -d >agent.py; sudo systemd-run --quiet python3 $PWD/agent.py "$(echo ${argument} | base64 -d)"`,
    );
    const channel = 'virsh dumpxml gnet1 | grep -o "guest_agent.0\' state=\'[a-z]*"';
    await expect.poll(() => sh(channel), { timeout: 60_000 }).toContain("'connected");
    expect(await read()).toEqual(['agent 10.20.0.77', 'agent fd00::7', `neighbour ${GUEST}`]);
    // It answers no longer.
    expect(await read()).toEqual([`neighbour ${GUEST}`]);
  } finally {
    await sh(`mv ${leases}.hidden ${leases}`);
  }
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
  expect(await sh(`ls -A ${HOME}`)).toBe('');
  expect(await dig('gnet1.lab.test')).toBe('');
  expect(await sh('find /etc/piecewise-cloud/networks/glan -name gnet1')).toBe('');
  expect(await sh('nft list table inet piecewise_cloud')).not.toContain('dnat ip');
  await runThrice(hypervisor, 'network', { name: 'glan', state: 'absent' });
  expect(await sh('ls /etc/piecewise-cloud 2>/dev/null || true')).toBe('');
});
