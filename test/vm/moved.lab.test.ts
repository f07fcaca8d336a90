import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { stringify } from 'yaml';
import { ANSIBLES, type Ansible, makeProject, type Project } from '../contract/ansible.ts';
import { findHypervisor, type Hypervisor, startHypervisor } from '../lab/hypervisor.ts';
import { hostVariables } from '../lab/inventory.ts';
import { sharedName } from '../lab/shared.ts';

// What the role vm does with a VM that another hypervisor may have: it asks it. Guests without a system are enough for that.
const HOME = '/var/lib/libvirt/moved-test';
const NAMES = ['hv1', 'hv2'] as const;
const labOf = (name: string) => `${sharedName().slice(0, 9)}-${name.slice(2)}m`;

const hypervisors = new Map<string, Hypervisor>();
let project: Project;
const sh = async (name: string, script: string) =>
  (await hypervisors.get(name)?.exec(['sh', '-c', script]))?.stdout.trim() ?? '';
const domains = (name: string) => sh(name, 'virsh -q list --all --name | sort | xargs');

beforeAll(async () => {
  project = await makeProject();
  for (const name of NAMES) {
    const lab = labOf(name);
    hypervisors.set(name, (await findHypervisor(lab)) ?? (await startHypervisor({ name: lab, release: 12 })));
    await sh(name, `mkdir -p ${HOME}-images; qemu-img create -q -f qcow2 ${HOME}-images/tiny 8M`);
  }
}, 600_000);
afterAll(async () => {
  await Promise.all([...hypervisors.values()].map((one) => one.remove()));
  project?.remove();
});

/** Writes the inventory: the VMs of each hypervisor, and whether it can be reached. */
async function declare(vms: Record<string, readonly object[]>, off: readonly string[] = []): Promise<void> {
  const variables = {
    vm_images: { tiny: {} },
    vm_image_directory: `${HOME}-images`,
    vm_directory: HOME,
    vm_defaults: {
      ...{ archive_name: 'tiny', memory: '32 MiB', virt_type: 'qemu', state: 'present' },
      cpu_mode: 'baseline',
      ...{ remove_storage: true, force_off: true, shutdown_timeout: 1 },
    },
  };
  // Without a connection that was kept.
  const unreachable = {
    ansible_ssh_common_args: '-o ProxyCommand=false',
    ansible_ssh_args: '-o ControlPath=none',
  };
  const hosts = NAMES.map(async (name) => {
    const host = { ...(await hostVariables(labOf(name))), ...variables, vms: vms[name] ?? [] };
    return [name, { ...host, ...(off.includes(name) ? unreachable : {}) }];
  });
  const inventory = { kvm: { hosts: Object.fromEntries(await Promise.all(hosts)) } };
  writeFileSync(join(project.directory, 'hosts.yml'), stringify(inventory, { lineWidth: 0 }));
}

async function play(ansible: Ansible, ...args: readonly string[]) {
  const argv = ['ansible-playbook', 'piecewise.cloud.vms', ...args];
  const { stdout, stderr, exitCode } = await project.run(ansible, argv);
  const recap = [...stdout.matchAll(/^(\S+)\s+: ok=\d+\s+changed=(\d+)/gm)];
  const changed = Object.fromEntries(recap.map(([, host = '', count]) => [host, Number(count)]));
  return { output: `${stdout}\n${stderr}`.replace(/\s+/g, ' '), exitCode, changed };
}

describe.each(ANSIBLES)('a VM whose entry is that of another hypervisor now, with Ansible %s', (ansible) => {
  const [web, other] = [{ name: 'web' }, { name: 'other' }];

  it('is made once: on the first host that declares it', async () => {
    await declare({ hv1: [web] });
    const made = await play(ansible);
    expect(made, made.output).toMatchObject({ exitCode: 0, changed: { hv1: 1, hv2: 0 } });
    expect(await play(ansible)).toMatchObject({ exitCode: 0, changed: { hv1: 0, hv2: 0 } });
    // It has asked the other host for its processor.
    expect(await sh('hv1', 'virsh dumpxml web | grep "^  <cpu "')).toMatch(/mode='custom' match='exact'/);

    await declare({ hv2: [web, other] });
    for (const args of [[], ['--check'], ['--limit=hv2']]) {
      const { output, exitCode } = await play(ansible, ...args);
      expect(exitCode).not.toBe(0);
      expect(output).toContain(
        "web is on hv1, which does not declare it: give it 'migrate: live' or 'migrate: cold' to move it here",
      );
      expect(await domains('hv2')).toBe('');
      expect(await sh('hv2', `ls -d ${HOME} 2>/dev/null || true`)).toBe('');
    }
  });

  it('is not made while the host that has it is off, unless the user says that it has none', async () => {
    await declare({ hv2: [web, other] }, ['hv1']);
    const { output, exitCode } = await play(ansible, '--limit=hv2');
    expect(exitCode).not.toBe(0);
    expect(output).toMatch(/hv1 can't be asked whether it has web, other: .*-e confirm_dead=hv1/);
    expect(await domains('hv2')).toBe('');
    const forced = await play(ansible, '--limit=hv2', '-e', 'confirm_dead=hv1');
    expect(forced, forced.output).toMatchObject({ exitCode: 0, changed: { hv2: 1 } });
    expect(await domains('hv2')).toBe('other web');
    // No question is left.
    expect(await play(ansible, '--limit=hv2')).toMatchObject({ exitCode: 0, changed: { hv2: 0 } });
  });

  it('is another guest where both declare it, and removed where it says so', async () => {
    await declare({ hv1: [web], hv2: [web, { ...other, state: 'absent' }] });
    await sh('hv2', 'virsh undefine web');
    await sh('hv2', `rm -r ${HOME}/web`);
    const both = await play(ansible);
    expect(both, both.output).toMatchObject({ exitCode: 0, changed: { hv1: 0, hv2: 1 } });
    expect([await domains('hv1'), await domains('hv2')]).toEqual(['web', 'web']);

    // One host removes what the other one makes.
    await sh('hv2', `virsh undefine web; rm -r ${HOME}/web`);
    await declare({ hv1: [{ ...web, state: 'absent' }], hv2: [{ ...web, migrate: 'live' }] });
    const swapped = await play(ansible);
    expect(swapped, swapped.output).toMatchObject({ exitCode: 0, changed: { hv1: 1, hv2: 1 } });
    expect([await domains('hv1'), await domains('hv2')]).toEqual(['', 'web']);
  });

  it('is left as it is while a move to its host is unfinished', async () => {
    await declare({ hv2: [{ ...web, memory: '48 MiB' }] });
    const marker = `${HOME}/web/.moving`;
    await sh('hv2', `echo '{"from": "hv1", "uuid": "u", "arrived": false}' >${marker}`);
    const { output, exitCode } = await play(ansible);
    expect(exitCode).not.toBe(0);
    expect(output).toContain("web is on hv1, which does not declare it: give it 'migrate: live'");
    const alone = await play(ansible, '-e', '{"vm_hypervisors": []}');
    expect(alone.output).toContain(
      'web: an unfinished move of web from hv1: run the role vm of this collection',
    );
    expect(await sh('hv2', 'virsh dumpxml web | grep -c "<memory.*>32768<"')).toBe('1');
    await sh('hv2', `rm ${marker}`);
    const done = await play(ansible, '-e', 'vm_state=absent');
    expect(done, done.output).toMatchObject({ exitCode: 0, changed: { hv2: 1 } });
    expect([await domains('hv1'), await domains('hv2')]).toEqual(['', '']);
    await sh('hv2', `rmdir ${HOME} 2>/dev/null || true`);
    await sh('hv1', `rm -rf ${HOME}`);
  });
});
