import { mkdirSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { stringify } from 'yaml';
import { ANSIBLES, makeProject, type Project } from '../contract/ansible.ts';
import { findHypervisor, type Hypervisor, startHypervisor } from '../lab/hypervisor.ts';
import { hostVariables } from '../lab/inventory.ts';
import { publicKey } from '../lab/key.ts';
import { onGuest } from '../support/guest.ts';
import { filesOf } from '../support/pages.ts';
import { LAB_VARIABLES } from '../support/playbook.ts';
import { connectToProvider, echoFrom, FAR, OWN, serveInternet } from './provider.ts';

// The cloud of docs/containers.md, as it is printed there: from a bare machine at a provider to a container that reaches the
// Internet by both families, and back. The tests build on each other, in this order.
const LAB = 'oslo';
const [ANSIBLE = '2.14'] = ANSIBLES;
const CONTAINER = { name: 'test', login: 'root@10.1.0.2', ipv6: '2001:db8:151:7307:1::1' };
const LXC = 'virsh --quiet --connect lxc:///system';
const FILES = filesOf('docs/containers.md');

let hypervisor: Hypervisor;
let project: Project;
const sh = async (script: string) => (await hypervisor.exec(['sh', '-ec', script])).stdout.trim();
const inContainer = (command: string) => onGuest(hypervisor, CONTAINER.login, command);

async function play(playbook: string, ...args: string[]) {
  const run = await project.run(ANSIBLE, ['ansible-playbook', `piecewise.cloud.${playbook}`, ...args], {
    HOME: project.directory,
    ANSIBLE_INVENTORY: [join(project.directory, 'inventory'), join(project.directory, 'lab.yml')].join(','),
  });
  expect(run.exitCode, run.stdout + run.stderr).toBe(0);
  return { ...run, changed: Number(/changed=(\d+)/.exec(run.stdout)?.[1]) };
}

beforeAll(async () => {
  await (await findHypervisor(LAB))?.remove();
  hypervisor = await startHypervisor({ name: LAB, kind: 'bare', containers: true });
  await connectToProvider(hypervisor);
  project = await makeProject();
  const files = {
    ...Object.fromEntries(FILES),
    'lab.yml': stringify({ kvm: { hosts: { oslo: { ...(await hostVariables(LAB)), ...LAB_VARIABLES } } } }),
    '.ssh/id_ed25519.pub': await publicKey(),
  };
  for (const [path, content] of Object.entries(files)) {
    mkdirSync(dirname(join(project.directory, path)), { recursive: true });
    writeFileSync(join(project.directory, path), content);
  }
});

afterAll(async () => {
  project?.remove();
  await hypervisor?.remove();
});

it('the page has an inventory of two files', () => {
  expect([...FILES.keys()]).toEqual(['inventory/hosts.yml', 'inventory/host_vars/oslo.yml']);
});

describe("libvirt's driver of containers", () => {
  const daemon = () => sh('systemctl show --property MainPID --value libvirtd');

  it('is named in check mode on a bare machine, where nothing changes', async () => {
    const before = await sh('dpkg -l | sha256sum');
    const { stdout } = await play('site', '--check');
    expect(stdout).toMatch(/would install .*libvirt-daemon-driver-lxc/);
    expect(await sh('dpkg -l | sha256sum')).toBe(before);
  });

  it('is not installed on a hypervisor without containers', async () => {
    await play('hypervisors', '-e', '{hypervisor_containers: false}');
    expect(await sh(`${LXC} version 2>&1 || true`)).toContain('no connection driver available');
    const { stdout, changed } = await play('hypervisors', '--check');
    expect(stdout).toContain('would install libvirt-daemon-driver-lxc');
    expect(changed).toBe(1);
  });

  it('is loaded by the run after one that was killed when it had installed it', async () => {
    await sh('apt-get install -y --no-install-recommends libvirt-daemon-driver-lxc >/dev/null 2>&1');
    expect(await sh(`${LXC} version 2>&1 || true`)).toContain('no connection driver available');
    const { stdout, changed } = await play('hypervisors', '--check');
    expect(stdout).toContain('Restart libvirtd');
    expect(changed).toBe(1);
    expect((await play('hypervisors')).changed).toBe(1);
    expect(await sh(`${LXC} version`)).toContain('LXC');
  });

  it('is loaded once: what runs is not restarted again', async () => {
    const before = await daemon();
    expect((await play('hypervisors')).changed).toBe(0);
    expect(await daemon()).toBe(before);
  });

  it('is installed and loaded by one run', async () => {
    await sh('apt-get remove -y libvirt-daemon-driver-lxc >/dev/null 2>&1; systemctl restart libvirtd');
    expect(await sh(`${LXC} version 2>&1 || true`)).toContain('no connection driver available');
    expect((await play('hypervisors')).changed).toBe(2);
    expect(await sh(`${LXC} version`)).toContain('LXC');
    expect((await play('hypervisors')).changed).toBe(0);
  });
});

/** What the article tries by hand, and who is seen outside. */
async function expectReached(): Promise<void> {
  expect((await inContainer('hostname; id -u')).stdout).toBe(`${CONTAINER.name}\n0`);
  const ping = (family: 4 | 6) => async () => {
    const { stdout, exitCode } = await inContainer(`ping -${family} -c1 -W5 ${FAR.name} 2>&1`);
    expect(exitCode, stdout).toBe(0);
  };
  expect(await echoFrom(hypervisor, 4, ping(4))).toBe(OWN.ipv4);
  expect(await echoFrom(hypervisor, 6, ping(6))).toBe(CONTAINER.ipv6);
  const ask = async (address: string) =>
    (await inContainer(`timeout 20 bash -c 'cat </dev/tcp/${address}/80'`)).stdout;
  expect(await ask(FAR.ipv4)).toBe(OWN.ipv4);
  expect(await ask(FAR.ipv6)).toBe(CONTAINER.ipv6);
}

/** The host is where it was, by its bridge or its NIC. */
async function expectHostReached(device = 'br-ex'): Promise<void> {
  const { ipv4, ipv6 } = OWN;
  expect(await sh(`ip -br address show dev ${device}`)).toMatch(new RegExp(` ${ipv4}/27 ${ipv6}/64 `));
  const ask = (address: string) => sh(`timeout 20 bash -c 'cat </dev/tcp/${address}/80'`);
  expect([await ask(FAR.ipv4), await ask(FAR.ipv6)]).toEqual([ipv4, ipv6]);
}

describe('the cloud of the page', () => {
  it('is made by site.yml, and a second run changes nothing', async () => {
    await play('site');
    const { stdout, changed } = await play('site', '--diff');
    expect(changed, stdout).toBe(0);
  });

  it("has a container that is reached by SSH, and reaches the Internet by the host's IPv4 address and by an IPv6 address of its own", async () => {
    await serveInternet(hypervisor);
    await expectHostReached();
    await expectReached();
  });

  it('has a container whose root is a user of the host who has no rights', async () => {
    const leader = await sh(`cat /proc/$(${LXC} domid ${CONTAINER.name})/task/*/children`);
    const [, user = '0'] = /^Uid:\t(\d+)/m.exec(await sh(`cat /proc/${leader}/status`)) ?? [];
    expect(Number(user)).toBeGreaterThanOrEqual(2 ** 30);
    expect(await sh(`stat -c %u /var/lib/libvirt/images/${CONTAINER.name}/root/root`)).toBe(user);
    expect(await sh('ls /var/lib/piecewise-cloud/ranges')).toBe(user);
  });

  it('is back after a reboot, without a playbook run', async () => {
    await hypervisor.reboot();
    await serveInternet(hypervisor);
    await expectHostReached();
    await expectReached();
    expect((await play('site')).changed).toBe(0);
  });

  it('is removed by destroy.yml, and the NIC of the host gets its addresses back', async () => {
    await play('destroy', '-e', 'destroy_confirm=oslo');
    expect(await sh(`${LXC} list --all --name; ${LXC} net-list --all --name`)).not.toMatch(/test|private/);
    expect(await sh('ls -A /var/lib/libvirt/images /var/lib/piecewise-cloud/ranges')).not.toMatch(/test|\d/);
    expect(await sh('ovs-vsctl list-br')).toBe('');
    expect(await sh('nft list tables; ls -A /etc/piecewise-cloud 2>/dev/null || true')).toBe('');
    await expectHostReached('eth0');
  });
});
