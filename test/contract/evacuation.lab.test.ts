import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { stringify } from 'yaml';
import { noteArguments } from '../../modules/lib/libvirt/evacuated.ts';
import type { Hypervisor } from '../lab/hypervisor.ts';
import { hostVariables } from '../lab/inventory.ts';
import { sharedHypervisor } from '../lab/shared.ts';
import { runModule } from '../support/module.ts';
import { type Ansible, makeProject, type Project } from './ansible.ts';

// The playbooks, with a move that takes definitions only: it is tested where it is made. The guests have neither disks nor systems.

let hosts: readonly [Hypervisor, Hypervisor];
let project: Project;
const sh = async (hypervisor: Hypervisor, script: string) =>
  (await hypervisor.exec(['sh', '-c', script])).stdout.trim();

const NAMESPACE = 'https://piecewise.cloud/evacuated/1';

/** Moves a definition. A guest whose name ends in `bad` can't be moved. */
const MOVE = `---
- name: Refuse a guest
  ansible.builtin.fail:
    msg: its processor is another one
  when: vm_move.name is match('.*bad$')

- name: Read it
  ansible.builtin.command: virsh -c {{ vm_move.uri }} dumpxml --inactive {{ vm_move.name }}
  delegate_to: "{{ vm_move.from }}"
  register: stub_read
  changed_when: false
  check_mode: false

- name: Define it
  ansible.builtin.shell: |
    virsh define /dev/stdin || exit
    if [ $EVACUATION = True ]; then set -- --key piecewise-evacuated --set "<from host='$FROM'/>"; else set -- --remove; fi
    virsh metadata $NAME ${NAMESPACE} --config "$@" || exit
    [ $MODE = cold ] || virsh start $NAME
  args:
    stdin: "{{ stub_read.stdout }}"
  environment:
    NAME: "{{ vm_move.name }}"
    FROM: "{{ vm_move.from }}"
    MODE: "{{ vm_move.mode }}"
    EVACUATION: "{{ vm_move.evacuation }}"

- name: Remove it from the old host
  ansible.builtin.shell: virsh destroy {{ vm_move.name }}; virsh undefine {{ vm_move.name }}
  delegate_to: "{{ vm_move.from }}"
`;

const CLEAN = `for d in $(virsh -q list --all --name | grep '^evt'); do virsh destroy $d; virsh undefine $d; done 2>/dev/null; true`;

const define = (name: string, mib: number, isOn: boolean) =>
  sh(
    hosts[0],
    `virsh define /dev/stdin <<'END'
<domain type='qemu'><name>${name}</name><memory unit='MiB'>${mib}</memory><vcpu>1</vcpu><os><type machine='pc'>hvm</type></os></domain>
END
    ${isOn ? `virsh start ${name}` : ''}`,
  );

/** A tenth of a host's memory is left for guests, and this is more. */
let big: number;

beforeAll(async () => {
  hosts = [await sharedHypervisor(12), await sharedHypervisor(13)];
  project = await makeProject();
  const [hv1, hv2] = await Promise.all(hosts.map(({ name }) => hostVariables(name)));
  const hv3 = { ansible_host: '127.0.0.1', ansible_port: 1, ansible_connection: 'ssh', ansible_user: 'root' };
  writeFileSync(join(project.directory, 'hosts.yml'), stringify({ kvm: { hosts: { hv1, hv2, hv3 } } }));
  writeFileSync(join(project.collection, 'roles/vm/tasks/move.yml'), MOVE);
  for (const one of hosts) await sh(one, CLEAN);
  big = Math.ceil(Number(await sh(hosts[1], "awk '/^MemTotal/ {print $2}' /proc/meminfo")) / 1024 / 8);
});
afterAll(async () => {
  for (const one of hosts ?? []) await one.exec(['sh', '-c', CLEAN], { check: false });
  project?.remove();
});

async function play(ansible: Ansible, name: string, ...extra: readonly string[]) {
  const args = extra.flatMap((one) => (one.startsWith('-') ? [one] : ['-e', one]));
  const { stdout, stderr, exitCode } = await project.run(ansible, [
    'ansible-playbook',
    `piecewise.cloud.${name}`,
    ...args,
  ]);
  return { output: `${stdout}\n${stderr}`, exitCode };
}

/** The guests of each host, with their states. */
const guests = () =>
  Promise.all(
    hosts.map(async (one) => {
      const lines = await sh(
        one,
        "for d in $(virsh -q list --all --name | grep '^evt' | sort); do echo $d $(virsh domstate $d); done",
      );
      return lines.split('\n').filter(Boolean);
    }),
  );
const HOME = ['evt1 running', 'evt2 running', 'evt3 running', 'evtoff shut off'];

/** The rows of a table that names guests, without its spaces. */
const rowsOf = (output: string) =>
  output
    .split('\n')
    .flatMap((line) => (/^evt\w+ +(running|shut)/.test(line) ? line.replace(/ {2,}/g, '|') : []));

describe('the note of an evacuation', () => {
  it.each([0, 1])('is set, kept by a task, read and removed (hypervisor %i)', async (i) => {
    const hypervisor = hosts[i] as Hypervisor;
    const set = (from: string | undefined, isOn: boolean) =>
      hypervisor.exec(['virsh', '-q', 'metadata', ...noteArguments('evtnote', from, isOn)]);
    const notes = async () => {
      const { vms } = await runModule(hypervisor, 'vm_info', { names: ['evtnote'] });
      const live = await sh(hypervisor, `virsh dumpxml evtnote | grep -c evacuated: || true`);
      return [(vms as { evacuated_from?: string }[])[0]?.evacuated_from, live];
    };
    const domain = (args: object) =>
      runModule(hypervisor, 'libvirt_domain', {
        name: 'evtnote',
        memory: '32 MiB',
        virt_type: 'qemu',
        ...args,
      });
    try {
      expect(await domain({ state: 'running' })).toMatchObject({ changed: true });
      expect(await notes()).toEqual([undefined, '0']);
      await set(`a&'"<b`, true);
      expect(await notes()).toEqual([`a&'"<b`, '1']);
      // It is no change for a task, and one that redefines the domain keeps it.
      expect(await domain({ state: 'running' })).toMatchObject({ changed: false, restart_required: false });
      expect(await domain({ title: 'other' })).toMatchObject({ changed: true });
      expect(await notes()).toEqual([`a&'"<b`, '1']);
      await set('hv9', true);
      expect(await notes()).toEqual(['hv9', '1']);
      await set(undefined, true);
      expect(await notes()).toEqual([undefined, '0']);
      await sh(hypervisor, 'virsh destroy evtnote');
      await set('hv9', false);
      expect((await notes())[0]).toBe('hv9');
      await set(undefined, false);
      await set(undefined, false);
      expect((await notes())[0]).toBeUndefined();
    } finally {
      await sh(hypervisor, CLEAN);
    }
  });
});

describe('a hypervisor', () => {
  beforeAll(async () => {
    for (const name of ['evt1', 'evt2', 'evt3']) await define(name, 16, true);
    await define('evtoff', 16, false);
  });

  it.each([
    [[], 'which hypervisor? Give -e host=NAME'],
    [['host=hv4'], "host: 'hv4' is no host of the group kvm: known are hv1, hv2, hv3"],
    [['host=hv1', '--limit=hv2'], 'host: hv1 is not in the play: leave out --limit'],
    [['host=hv3'], "host: hv3 can't be read: "],
    // Without libvirt it would seem to have no guests.
    [
      ['host=hv1', 'vm_uri=qemu+unix:///system?socket=/run/evt.sock'],
      "host: hv1 can't be read: guests, and the overlays of templates, are missing: libvirt doesn't answer",
    ],
  ])('is not evacuated where %j is asked for', async (extra, message) => {
    const { output, exitCode } = await play('2.14', 'evacuate', ...extra);
    expect(exitCode, output).not.toBe(0);
    expect(output).toContain(message);
    expect(await guests()).toEqual([HOME, []]);
  });

  it.each(['2.14', '2.19'] as const)('shows its plan (Ansible %s)', async (ansible) => {
    const { output, exitCode } = await play(ansible, 'evacuate', 'host=hv1', '--check');
    expect(exitCode, output).toBe(0);
    expect(rowsOf(output)).toEqual([
      ...[1, 2, 3].map((number) => `evt${number}|running|0.0 GiB|1|hv1|hv2|live`),
      'evtoff|shut off|0.0 GiB|1|hv1|hv2|moved while it is off',
    ]);
    expect(output).toMatch(/^hv3 +no guest is moved here, since it can't be read: /m);
    expect(await guests()).toEqual([HOME, []]);
  });

  it('is evacuated, and restored', async () => {
    const evacuated = await play('2.14', 'evacuate', 'host=hv1');
    expect(evacuated.exitCode, evacuated.output).toBe(0);
    expect(evacuated.output).toContain('All guests have left hv1.');
    expect(await guests()).toEqual([[], HOME]);
    const { vms } = await runModule(hosts[1], 'vm_info', {});
    expect(vms).toMatchObject(HOME.map((line) => ({ name: line.split(' ')[0], evacuated_from: 'hv1' })));
    // The other one too: they are where they belong then.
    const status = await play('2.14', 'status', 'cloud_drift=false');
    expect(status.output).toMatch(/^hv2 +evt1 +running +evacuated from hv1$/m);

    const plan = await play('2.19', 'restore', 'host=hv1', '--check');
    expect(plan.exitCode, plan.output).toBe(0);
    expect(rowsOf(plan.output)[0]).toBe('evt1|running|0.0 GiB|1|hv2|hv1|live; back to where it belongs');
    expect(plan.output).toMatch(/^hv3 +guests that may be there are not known: /m);
    const restored = await play('2.19', 'restore', 'host=hv1');
    expect(restored.exitCode, restored.output).toBe(0);
    expect(restored.output).toContain('The guests that were found are back on hv1.');
    expect(restored.output).toContain("Others may be on hv3, which can't be read");
    expect(await guests()).toEqual([HOME, []]);
    expect(JSON.stringify(await runModule(hosts[0], 'vm_info', {}))).not.toContain('evacuated_from');
  });

  it('keeps guests that can not be moved, or stops them, and the others are moved', async () => {
    await define('evtbad', 16, true);
    await define('evtbig', big, true);
    const kept = await play('2.14', 'evacuate', 'host=hv1', 'reserve=90');
    expect(kept.exitCode, kept.output).toBe(2);
    expect(rowsOf(kept.output).at(-1)).toMatch(
      /^evtbig\|running\|.* GiB\|1\|hv1\|-\|stays: hv2 has .* GiB left$/,
    );
    expect(kept.output).toContain('its processor is another one');
    expect(kept.output).toMatch(
      /evtbig \(running\) is still on hv1: hv2 has .* GiB left\\nevtbad \(running\) is still on hv1: its move failed/,
    );
    expect(await guests()).toEqual([['evtbad running', 'evtbig running'], HOME]);

    const stop = ['host=hv1', 'reserve=90', 'stuck=stop', 'shutdown_timeout=1', 'force_off=true'];
    const check = await play('2.19', 'evacuate', ...stop, '--check');
    expect(check.output).toContain('is shut down: hv2 has');
    expect((await guests())[0]).toEqual(['evtbad running', 'evtbig running']);
    const stopped = await play('2.19', 'evacuate', ...stop);
    expect(stopped.exitCode, stopped.output).toBe(0);
    expect(await guests()).toEqual([['evtbad shut off', 'evtbig shut off'], HOME]);
    const { output, exitCode } = await play('2.14', 'restore', 'host=hv1');
    expect(exitCode, output).toBe(0);
    expect((await guests())[1]).toEqual([]);
  });
});
