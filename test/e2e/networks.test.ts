import { join } from 'node:path';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { ROOT } from '../../build/modules.ts';
import { findHypervisor, type Hypervisor, startHypervisor } from '../lab/hypervisor.ts';
import { publicKey } from '../lab/key.ts';
import { NetworkLab } from '../network/lab.ts';
import { buildCollection } from '../support/build.ts';
import { onGuest, waitForPing } from '../support/guest.ts';
import { runPlaybook } from '../support/playbook.ts';
import { bookwormFor, keepTemplates } from '../support/templates.ts';

// Two networks and a guest on Debian 13, from variables alone, and from nothing to nothing. The tests build on each other.
const LAB = 'e2e-networks';
const GUEST = '10.20.0.5';
const NETWORKS = [
  {
    name: 'lan',
    bridge: 'ovs-lan',
    vlan: 10,
    subnet: ['10.20.0.0/24', 'fd00:20::/64'],
    dhcp: { range: ['10.20.0.100', '10.20.0.199'] },
    dns: { domain: 'lab.test', forwarders: [] },
    nat: true,
    forwards: [{ protocol: 'tcp', port: 8080, to: 'web1', to_port: 22 }],
    libvirt: true,
  },
  { name: 'dmz', bridge: 'ovs-lan', vlan: 11, subnet: '10.21.0.0/24' },
];

let hypervisor: Hypervisor;
let lab: NetworkLab;
let variables: Record<string, unknown>;

const play = async (name: string, more: Record<string, unknown> = {}, ...args: string[]) => {
  const run = await runPlaybook(
    join(ROOT, 'playbooks', `${name}.yml`),
    { hv1: LAB },
    { args, inventories: [], extraVars: { ...variables, ...more } },
  );
  expect(run.exitCode, run.output).toBe(0);
  return run;
};

/** What a playbook could leave on the host. */
const traces = () =>
  lab.sh(`
    find /etc/piecewise-cloud /var/lib/private /var/lib/libvirt/images /etc/sysctl.d /etc/systemd/system /etc/network/interfaces.d 2>/dev/null | sort
    nft list tables; virsh net-list --all --name; virsh list --all --name; ovs-vsctl list-br
    systemctl list-units --all --no-legend 'piecewise*'; ip -br address | grep -v -e up0 -e host0
    cat /proc/sys/net/ipv4/ip_forward /proc/sys/net/ipv6/conf/all/forwarding`);

let before: string;
beforeAll(async () => {
  await buildCollection();
  await (await findHypervisor(LAB))?.remove();
  hypervisor = await startHypervisor({ name: LAB, release: 13, binds: [bookwormFor(LAB)] });
  lab = new NetworkLab(hypervisor);
  variables = {
    ovs_bridges: [{ name: 'ovs-lan' }],
    networks: NETWORKS,
    images: { 'debian-12.qcow2': { debootstrap: { suite: 'bookworm' } } },
    vms: [
      {
        name: 'web1',
        memory: '512 MiB',
        archive_name: 'debian-12.qcow2',
        ssh_authorized_keys: [(await publicKey()).trim()],
        networks: [
          { name: 'lan', address: [GUEST, 'fd00:20::5'], aliases: ['www'] },
          { name: 'dmz', address: '10.21.0.5' },
        ],
      },
    ],
  };
  await lab.sh('outside; serve outside 80');
  before = await traces();
});
afterAll(async () => {
  await hypervisor?.remove();
  keepTemplates(LAB);
});

it('are only planned in check mode, where nothing has been made yet', async () => {
  const { recap } = await play('site', {}, '--check', '--diff');
  expect(recap.hv1?.changed).toBeGreaterThan(2);
  expect(await traces()).toBe(before);
});

it('are made with their guest, and a second run changes nothing', async () => {
  await play('site');
  const { recap, output } = await play('site');
  expect(recap.hv1?.changed, output).toBe(0);
});

/** What works, by the guest itself and from outside. */
async function expectAll(): Promise<void> {
  await waitForPing(hypervisor, GUEST, 480);
  const inGuest = async (command: string) => (await onGuest(hypervisor, GUEST, command)).stdout.trim();
  expect(await inGuest('ip -br address show dev eth1')).toContain('10.21.0.5/24');
  expect(await inGuest('getent hosts www')).toMatch(/^(10\.20\.0\.5|fd00:20::5) /);
  const dig = (words: string) => lab.sh(`dig +short +time=2 +tries=2 @10.20.0.1 ${words}`);
  expect(await dig('web1.lab.test')).toBe(GUEST);
  expect(await dig('AAAA www.lab.test')).toBe('fd00:20::5');
  expect(await dig(`-x ${GUEST}`)).toBe('web1.lab.test.');
  const ask = (address: string) =>
    inGuest(`timeout 5 bash -c 'exec 3<>/dev/tcp/${address}/80; cat <&3' || true`);
  expect(await ask('203.0.113.9')).toBe('198.51.100.2');
  // The guest has it when its DHCPv6 client or its router solicitation has been answered.
  await expect.poll(() => ask('2001:db8:9::9'), { timeout: 60_000 }).toContain('2001:0db8');
  await expect
    .poll(() => lab.sh('ping -6 -c 1 -W 2 fd00:20::5 >/dev/null && echo yes || true'), { timeout: 60_000 })
    .toBe('yes');
  for (const address of ['198.51.100.2:8080', '[2001:db8:1::2]:8080'])
    await expect.poll(() => lab.ask('outside', address), { timeout: 60_000 }).toMatch(/^SSH-/);
}

it('serve a guest of Debian: addresses, names, the outside, and a forward', expectAll, 900_000);

it('do so after a reboot, without a playbook run', async () => {
  await hypervisor.reboot();
  await lab.sh('outside; serve outside 80');
  await expectAll();
}, 900_000);

it('leave nothing', async () => {
  await play('destroy', { destroy_confirm: 'hv1' });
  expect(await traces()).toBe(before);
});
