import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { ROOT } from '../../build/modules.ts';
import { findHypervisor, type Hypervisor, startHypervisor } from '../lab/hypervisor.ts';
import { buildCollection } from '../support/build.ts';
import { runPlaybook } from '../support/playbook.ts';
import { keepTemplates, templatesFor } from '../support/templates.ts';

// A machine with SSH and Python and nothing else, as a hosting company hands it over.
const LAB = 'fresh';
let hypervisor: Hypervisor;

const play = (name: string, args: string[] = []) =>
  runPlaybook(join(ROOT, 'playbooks', `${name}.yml`), { hv1: LAB }, { args });
const sh = async (script: string) => (await hypervisor.exec(['sh', '-c', script])).stdout.trim();

beforeAll(async () => {
  await buildCollection();
  await (await findHypervisor(LAB))?.remove();
  hypervisor = await startHypervisor({ name: LAB, kind: 'bare', binds: [templatesFor(LAB)] });
});

afterAll(async () => {
  await hypervisor?.remove();
  keepTemplates(LAB);
});

describe('a machine of another distribution', () => {
  it('is an error that names it and the supported ones, before anything is changed, without dpkg too', async () => {
    await sh(`
      cp -P /etc/os-release /root/os-release; rm /etc/os-release; mv /usr/bin/dpkg-query /root/
      printf 'ID=fedora\\nVERSION_ID=41\\nPRETTY_NAME="Fedora Linux 41 (Server Edition)"\\n' >/etc/os-release`);
    try {
      const run = await play('site');
      expect(run.exitCode).not.toBe(0);
      expect(run.recap.hv1).toMatchObject({ changed: 0, failed: 1 });
      expect(run.output).toContain(
        'this host runs Fedora Linux 41 (Server Edition): the role hypervisor supports Debian 12 and 13',
      );
    } finally {
      await sh('rm /etc/os-release; cp -P /root/os-release /etc/; mv /root/dpkg-query /usr/bin/');
    }
  });
});

describe('a fresh machine', () => {
  it('shows in check mode what would be installed, and warns that the rest cannot be planned before', async () => {
    const before = await sh('dpkg -l | sha256sum');
    const overlay = { overlay_address: '192.0.2.1', overlay_bridge: 'ovs-lan' };
    const run = await play('site', ['--check', '-e', JSON.stringify(overlay)]);
    expect(run.exitCode, run.output).toBe(0);
    expect(run.output).toMatch(/would install .*nodejs/);
    expect(run.output).toContain('hv1 lacks /usr/bin/node, which modules run with. Run the role');
    expect(await sh('dpkg -l | sha256sum')).toBe(before);
  });

  it('fails without the role hypervisor, with an error that names the fix', async () => {
    const run = await play('vms');
    expect(run.exitCode).not.toBe(0);
    expect(run.output).toContain(
      'hv1 lacks /usr/bin/node, which modules run with. Run the role piecewise.cloud.hypervisor on it first',
    );
    expect(run.output).toContain('or install nodejs');
  });

  it('becomes a hypervisor with a guest, and a second run changes nothing', async () => {
    const prepared = await play('hypervisors');
    expect(prepared.exitCode, prepared.output).toBe(0);
    // The lab's containers have no cgroups that libvirt could use; a real machine has.
    await sh("echo 'cgroup_controllers = []' >>/etc/libvirt/qemu.conf && systemctl restart libvirtd");
    const run = await play('site');
    expect(run.exitCode, run.output).toBe(0);
    expect(await sh('virsh domstate test')).toBe('running');
    const again = await play('site');
    expect(again.recap.hv1?.changed, again.output).toBe(0);
  });
});
