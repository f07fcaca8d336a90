import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { stringify } from 'yaml';
import { ANSIBLES, makeProject, type Project } from '../contract/ansible.ts';
import { findHypervisor, type Hypervisor, startHypervisor } from '../lab/hypervisor.ts';
import { hostVariables } from '../lab/inventory.ts';
import { privateKeyFile, sshOptions } from '../lab/key.ts';

// Guests behind two hypervisors, as hosts of Ansible. A guest is a network namespace with a name, host key and sshd of its own,
// which only its hypervisor can reach: what is tested is the way to it. Both hypervisors have the same subnet.
const LABS = { hv1: 'e2e-inv1', hv2: 'e2e-inv2' } as const;
type Name = keyof typeof LABS;
const GUESTS: Record<Name, Record<string, string | undefined>> = {
  // The second of each hypervisor has its address by DHCP: only the hypervisor knows its name.
  hv1: { web1: '10.20.0.5', db1: undefined },
  hv2: { web2: '10.20.0.5', db2: undefined },
};
const LEASED = '10.20.0.77';
const NAMES = Object.values(GUESTS).flatMap((guests) => Object.keys(guests));

// Arguments: the guest's name and its address.
const RAISE = `
ip link add "v-$1" type veth peer name eth0 netns "$1"
ip link set "v-$1" master lan up
ip -n "$1" link set lo up
ip -n "$1" address add "$2/24" dev eth0
ip -n "$1" link set eth0 up
ssh-keygen -q -t ed25519 -N '' -f "/run/key-$1"
ip netns exec "$1" unshare --uts sh -c 'hostname "$1"; exec /usr/sbin/sshd -h "/run/key-$1" -o PidFile=none' sh "$1"
`;

const hypervisors: Hypervisor[] = [];
let project: Project;
const at = (...path: string[]) => join(project.directory, ...path);

async function raise(name: Name): Promise<Hypervisor> {
  await (await findHypervisor(LABS[name]))?.remove();
  const hypervisor = await startHypervisor({ name: LABS[name] });
  hypervisors.push(hypervisor);
  const sh = (script: string, ...args: string[]) => hypervisor.exec(['sh', '-euc', script, 'sh', ...args]);
  await sh('ip link add lan type bridge; ip link set lan up; ip address add 10.20.0.1/24 dev lan');
  for (const [guest, address] of Object.entries(GUESTS[name])) {
    await sh(`ip netns add "$1"${RAISE}`, guest, address ?? LEASED);
    if (address === undefined) await sh('echo "$1 $2" >> /etc/hosts', LEASED, guest);
  }
  return hypervisor;
}

beforeAll(async () => {
  project = await makeProject();
  const names = Object.keys(LABS) as Name[];
  for (const name of names) await raise(name);
  const write = (path: string, content: object) =>
    writeFileSync(at('inventory', path), stringify(content, { lineWidth: 0 }));
  mkdirSync(at('inventory', 'group_vars'), { recursive: true });
  const hosts = await Promise.all(
    names.map(async (name) => {
      const vms = Object.entries(GUESTS[name]).map(([guest, address]) => ({
        name: guest,
        networks: [{ name: 'lan', address }],
      }));
      return [name, { ...(await hostVariables(LABS[name])), vms }] as const;
    }),
  );
  write('hosts.yml', { kvm: { hosts: Object.fromEntries(hosts) } });
  write('zz_guests.yml', { plugin: 'piecewise.cloud.guests' });
  write('group_vars/guests.yml', {
    ansible_user: 'root',
    ansible_ssh_private_key_file: await privateKeyFile(),
    ansible_python_interpreter: '/usr/bin/python3',
    ansible_ssh_common_args: `-o StrictHostKeyChecking=accept-new -o HashKnownHosts=no -o UserKnownHostsFile=${at('known')}`,
  });
});
afterAll(async () => {
  for (const hypervisor of hypervisors) await hypervisor.remove();
  project?.remove();
});

describe.each(ANSIBLES)('with Ansible %s', (ansible) => {
  it('guests of two hypervisors answer, each by itself', async () => {
    const ping = await project.run(ansible, ['ansible', '-i', 'inventory', 'guests', '-m', 'ping']);
    expect([ping.exitCode, ping.stdout.match(/SUCCESS/g)?.length], ping.stdout).toEqual([0, NAMES.length]);
    // Again at once, when connections are kept open.
    const args = ['-i', 'inventory', 'guests', '-o', '-m', 'command', '-a', 'hostname'];
    const { stdout } = await project.run(ansible, ['ansible', ...args]);
    const said = Object.fromEntries(
      [...stdout.matchAll(/^(\S+) \|.*\(stdout\) (\S+)$/gm)].map(([, name, answer]) => [name, answer]),
    );
    expect(said, stdout).toEqual(Object.fromEntries(NAMES.map((name) => [name, name])));
  });

  it('their host keys are known by their names', () => {
    const names = readFileSync(at('known'), 'utf8').match(/^\S+/gm) ?? [];
    expect([...new Set(names)].sort()).toEqual([...NAMES].sort());
  });

  it('OpenSSH reaches them by the file that ssh_config writes', async () => {
    const task = ['-m', 'piecewise.cloud.ssh_config', '-a', `path=${at('ssh.conf')}`];
    const { exitCode, stdout } = await project.run(ansible, [
      'ansible',
      '-i',
      'inventory',
      'localhost',
      ...task,
    ]);
    expect(exitCode, stdout).toBe(0);
    // What the lab needs to reach a hypervisor is no address, so that it is the user's to write.
    const entries = Object.entries(LABS).map(([name, lab]) =>
      [`Host ${name}`, ...Object.entries(sshOptions(lab)).map(([key, value]) => `  ${key} ${value}`)].join(
        '\n',
      ),
    );
    const known = `Host *\n  UserKnownHostsFile ${at('known')}\n  BatchMode yes`;
    writeFileSync(at('config'), [...entries, `Match all\n  Include ${at('ssh.conf')}`, known].join('\n'));
    for (const name of NAMES) {
      const { stdout: answer, stderr } = await project.run(ansible, [
        'ssh',
        '-F',
        at('config'),
        name,
        'hostname',
      ]);
      expect(answer.trim(), stderr).toBe(name);
    }
  });
});
