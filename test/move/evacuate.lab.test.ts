import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { ANSIBLES } from '../contract/ansible.ts';
import { leftovers, stateOn } from './by-steps.ts';
import { type MoveHost, type MoveLab, startMoveLab } from './lab.ts';

// Five guests without a system leave their host, and come back, by two commands.
const [ANSIBLE = '2.14'] = ANSIBLES;
const NAMES = ['ev1', 'ev2', 'ev3', 'ev4', 'ev5'];
const OFF = 'ev5';
let lab: MoveLab;

beforeAll(async () => {
  lab = await startMoveLab({ prefix: 'ev', releases: [12, 13, 12] });
  for (const { sh } of lab.hosts)
    await sh(
      'cd /var/lib/libvirt/templates; qemu-img create -q -f qcow2 by-checksum/ev.qcow2 8M; ln -s by-checksum/ev.qcow2 ev.qcow2',
    );
  const vms = NAMES.map((name, i) => ({
    ...{ name, memory: '16 MiB', archive_name: 'ev.qcow2', virt_type: 'qemu', machine: 'pc-q35-7.2' },
    ...{ ovs: [{ name: 'ovs-lan', vlans: [25] }], interfaces: [{ name: 'eth0', mode: 'manual' }] },
    ...{ disks: i === 0 ? [{ size: '1M' }] : [], backing: i === 1 ? 'copy' : 'overlay' },
    ...(name === OFF ? { state: 'present', autostart: false } : {}),
  }));
  await lab.declare({ hv1: { vms } }, { vm_images: { 'ev.qcow2': {} } });
  await passes('vms');
}, 900_000);
afterAll(() => lab?.remove());

async function passes(playbook: string, ...args: string[]): Promise<string> {
  const { exitCode, output } = await lab.play(ANSIBLE, playbook, ...args);
  expect(exitCode, output).toBe(0);
  return output;
}
const namesOn = ({ sh }: MoveHost) => sh('virsh -q list --all --name | grep ^ev | sort | xargs');
const identities = async () => {
  const found: Record<string, string> = {};
  for (const { sh } of lab.hosts) {
    for (const name of (await sh('virsh -q list --all --name | xargs')).split(' ').filter(Boolean))
      found[name] = await sh(
        `virsh domuuid ${name}; virsh -q domiflist ${name} | awk '{print $5}'; virsh dominfo ${name} | grep -E 'State|Autostart:'`,
      );
  }
  return found;
};

describe('the guests of a host', { timeout: 900_000 }, () => {
  let before: Record<string, string>;

  it('are planned for the others in check mode, and stay', async () => {
    before = await identities();
    const output = await passes('evacuate', '-e', 'host=hv1', '--check');
    for (const name of NAMES) expect(output).toMatch(new RegExp(`^${name} .*hv1 +hv[23]`, 'm'));
    expect(await namesOn(lab.host('hv1'))).toBe(NAMES.join(' '));
  });

  it('are spread over the others, as they are', async () => {
    await passes('evacuate', '-e', 'host=hv1');
    expect(await namesOn(lab.host('hv1'))).toBe('');
    const [two, three] = await Promise.all(['hv2', 'hv3'].map((name) => namesOn(lab.host(name))));
    expect(two).not.toBe('');
    expect(three).not.toBe('');
    expect(`${two} ${three}`.split(' ').sort()).toEqual(NAMES);
    expect(await identities()).toEqual(before);
    expect(await lab.host('hv1').sh('ls /var/lib/libvirt/images')).toBe('');
    for (const host of lab.hosts) expect(await leftovers(host)).toBe('');
  });

  it('are left there by a run that declares them, with a warning', async () => {
    const output = await passes('vms');
    for (const name of NAMES) expect(output.replace(/\s+/g, ' ')).toContain(`${name} stays on hv`);
    expect(await namesOn(lab.host('hv1'))).toBe('');
  });

  it('come back', async () => {
    await passes('restore', '-e', 'host=hv1');
    expect(await namesOn(lab.host('hv1'))).toBe(NAMES.join(' '));
    for (const name of ['hv2', 'hv3']) expect(await namesOn(lab.host(name))).toBe('');
    expect(await identities()).toEqual(before);
    expect(await stateOn(lab.host('hv1'), OFF)).toBe('shut off');
    for (const host of lab.hosts) expect(await leftovers(host)).toBe('');
    expect(await passes('vms')).toMatch(/hv1 +: ok=\d+ +changed=0 /);
  });
});
