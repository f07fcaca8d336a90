import { mkdirSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { stringify } from 'yaml';
import { makeProject, type Project } from '../contract/ansible.ts';
import { findHypervisor, type Hypervisor, startHypervisor } from '../lab/hypervisor.ts';
import { hostVariables } from '../lab/inventory.ts';
import { publicKey } from '../lab/key.ts';
import type { Release } from '../lab/packages.ts';
import { filesOf } from '../support/pages.ts';
import { LAB_VARIABLES } from '../support/playbook.ts';
import { bookwormFor, keepTemplates } from '../support/templates.ts';

// The deployment of docs/uplink-and-hypervisors.md, as it is printed there: two hypervisors of two Debian releases, run by ansible-core 2.19.
const HOSTS: Record<string, { lab: string; release: Release }> = {
  hv1: { lab: 'readme12', release: 12 },
  hv2: { lab: 'readme13', release: 13 },
};
const hypervisors: Record<string, Hypervisor> = {};
let project: Project;

const FILES = filesOf('docs/uplink-and-hypervisors.md');

beforeAll(async () => {
  for (const [name, { lab, release }] of Object.entries(HOSTS)) {
    await (await findHypervisor(lab))?.remove();
    hypervisors[name] = await startHypervisor({ name: lab, release, binds: [bookwormFor(lab)] });
  }
  project = await makeProject();
  for (const [path, content] of FILES) {
    mkdirSync(dirname(join(project.directory, path)), { recursive: true });
    writeFileSync(join(project.directory, path), content);
  }
  const reached = Object.entries(HOSTS).map(
    async ([name, { lab }]) => [name, { ...(await hostVariables(lab)), ...LAB_VARIABLES }] as const,
  );
  const hosts = Object.fromEntries(await Promise.all(reached));
  writeFileSync(join(project.directory, 'lab.yml'), stringify({ kvm: { hosts } }, { lineWidth: 0 }));
  mkdirSync(join(project.directory, '.ssh'));
  writeFileSync(join(project.directory, '.ssh', 'id_ed25519.pub'), await publicKey());
});

afterAll(async () => {
  project?.remove();
  for (const hypervisor of Object.values(hypervisors)) {
    await hypervisor.remove();
    keepTemplates(hypervisor.name);
  }
});

const site = (...args: string[]) =>
  project.run('2.19', ['ansible-playbook', 'piecewise.cloud.site', ...args], {
    HOME: project.directory,
    ANSIBLE_CONFIG: join(project.directory, 'ansible.cfg'),
    ANSIBLE_INVENTORY: [join(project.directory, 'inventory'), join(project.directory, 'lab.yml')].join(','),
  });

const changed = (output: string) =>
  [...output.matchAll(/^hv\d\s.*changed=(\d+)/gm)].map(([, count]) => Number(count));

describe('two hypervisors, as their page has them', () => {
  it('has five files', () => {
    expect([...FILES.keys()]).toEqual([
      'inventory/hosts.yml',
      'inventory/group_vars/kvm.yml',
      'inventory/host_vars/hv1.yml',
      'inventory/host_vars/hv2.yml',
      'ansible.cfg',
    ]);
  });

  it('makes two VMs on each of two hypervisors, as planned, and a second run changes nothing', async () => {
    const planned = await site('--check', '--diff');
    expect(planned.exitCode, planned.stdout).toBe(0);
    const done = await site();
    expect(done.exitCode, done.stdout).toBe(0);
    const domains = async (name: string) =>
      (await hypervisors[name]?.exec(['virsh', 'list', '--name']))?.stdout.split('\n').filter(Boolean).sort();
    expect(await domains('hv1')).toEqual(['db1', 'web1']);
    expect(await domains('hv2')).toEqual(['db2', 'web2']);
    expect(
      (await hypervisors.hv2?.exec(['ip', '-4', '-br', 'addr', 'show', 'dev', 'lan']))?.stdout,
    ).toContain('10.10.2.1/24');
    const again = await site();
    expect(changed(again.stdout), again.stdout).toEqual([0, 0]);
  });
});
