import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { stringify } from 'yaml';
import { ANSIBLES, makeProject } from '../contract/ansible.ts';
import { median } from './times.ts';

const HYPERVISORS = 20;
const GUESTS = 1000;
const RUNS = 5;

const numbers = (count: number) => Array.from({ length: count }, (_, i) => i + 1);

// As a user would write them: a part of each entry is a template, and there is more in it than the inventory needs.
const guest = (host: number, i: number) => ({
  name: `guest-${host}-${i}`,
  memory: '1 GiB',
  archive_name: 'debian-12.qcow2',
  networks: [{ name: 'lan', address: `10.${host}.{{ third }}.${i + 10}` }],
  ovs: [{ name: 'ovs-lan', vlans: [10] }],
  interfaces: [{ name: 'eth1', address: `192.168.${host}.${i + 10}/24`, gateway: `192.168.${host}.1` }],
  users: [{ name: 'joe', ssh_authorized_keys: ['{{ nosuch_key }}'] }],
});

/** `ansible-inventory --list` of 1,000 guests of 20 hypervisors, with the plugin and without, in turn. */
export async function benchInventory(): Promise<string> {
  const project = await makeProject();
  try {
    const write = (path: string, content: unknown) =>
      writeFileSync(join(project.directory, path), stringify(content));
    for (const name of ['with', 'without']) {
      mkdirSync(join(project.directory, name, 'host_vars'), { recursive: true });
      mkdirSync(join(project.directory, name, 'group_vars'));
      const hosts = Object.fromEntries(
        numbers(HYPERVISORS).map((i) => [`hv${i}`, { ansible_host: `203.0.113.${i}`, ansible_user: 'root' }]),
      );
      write(`${name}/hosts.yml`, { kvm: { hosts } });
      write(`${name}/group_vars/all.yml`, { third: 20, ansible_ssh_common_args: '-o ConnectTimeout=9' });
      for (const host of numbers(HYPERVISORS)) {
        const vms = numbers(GUESTS / HYPERVISORS).map((i) => guest(host, i));
        write(`${name}/host_vars/hv${host}.yml`, { vms });
      }
    }
    write('with/zz_guests.yml', { plugin: 'piecewise.cloud.guests' });
    const lines = [
      `ansible-inventory --list with ${GUESTS} guests of ${HYPERVISORS} hypervisors, median of ${RUNS} in turn:`,
    ];
    for (const ansible of ANSIBLES) {
      const timed = async (name: string, guests: number) => {
        const start = performance.now();
        const { stdout, stderr } = await project.run(ansible, ['ansible-inventory', '-i', name, '--list']);
        const seconds = (performance.now() - start) / 1000;
        const listing = JSON.parse(stdout) as { guests?: { hosts: string[] } };
        if ((listing.guests?.hosts.length ?? 0) !== guests) throw new Error(stderr.slice(-5000));
        return seconds;
      };
      const [withPlugin, without]: [number[], number[]] = [[], []];
      for (let i = 0; i < RUNS; i += 1) {
        without.push(await timed('without', 0));
        withPlugin.push(await timed('with', GUESTS));
      }
      const [ours, theirs] = [median(withPlugin), median(without)];
      lines.push(
        `  ${ansible}: ${theirs.toFixed(2)} s without the plugin, ${ours.toFixed(2)} s with it: ${(ours - theirs).toFixed(2)} s more (at most 2 s is asked), ${(ours / theirs).toFixed(2)} of the time`,
      );
    }
    return lines.join('\n');
  } finally {
    project.remove();
  }
}
