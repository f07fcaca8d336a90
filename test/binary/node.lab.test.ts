import { existsSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { ANSIBLES, makeProject, type Project } from '../contract/ansible.ts';
import { play } from '../contract/play.ts';
import { findHypervisor, type Hypervisor, startHypervisor } from '../lab/hypervisor.ts';

const ROLE = `
    - name: A role that has nothing to do
      ansible.builtin.include_role:
        name: piecewise.cloud.vm
`;

const BRING_NODE = `
    - name: Bring Node.js
      ansible.builtin.include_role:
        name: piecewise.cloud.hypervisor
      vars:
        hypervisor_packages: []
        hypervisor_kernel_modules: []
        hypervisor_services: []
        hypervisor_node_binary: ${process.execPath}
`;

const SEED = `
    - name: Run a module
      piecewise.cloud.cloudinit_iso:
        dest: /srv/node/seed.iso
        user_data: "#cloud-config\\n"
      register: seed
`;

let project: Project;
let bare: Hypervisor;
beforeAll(async () => {
  await (await findHypervisor('barenode'))?.remove();
  bare = await startHypervisor({ name: 'barenode', kind: 'bare' });
  project = await makeProject([bare.name]);
});
afterAll(async () => {
  project?.remove();
  await bare?.remove();
});

describe('a host that has no package of Node.js', () => {
  it('gets an error with a fix', async () => {
    const { output } = await play(project, '2.14', ROLE);
    expect(output).toMatch(/barenode lacks \/usr\/bin\/node, .* or install nodejs/s);
  });

  it('gets it too where its shell has ended before all of the module is sent', async () => {
    const ssh = join(project.directory, 'ssh');
    const script = `#!/bin/sh
for command; do :; done
case $command in
  *'command -v'*) ;;
  */usr/bin/node*) exec <&-; sleep 2; exit 127 ;;
esac
exec ssh "$@"
`;
    writeFileSync(ssh, script, { mode: 0o755 });
    for (const ansible of ANSIBLES) {
      const args = ['-e', `ansible_ssh_executable=${ssh}`];
      const { output } = await play(project, ansible, ROLE, { args });
      expect(output).toMatch(/barenode lacks \/usr\/bin\/node, .* or install nodejs/s);
    }
  });

  it('gets an executable by the role, which the other roles and the modules then use', async () => {
    const { results, output } = await play(project, '2.14', BRING_NODE + ROLE + SEED);
    expect(output).not.toContain('barenode lacks');
    expect(results.seed, output).toMatchObject({ changed: true });
    expect(existsSync(join(bare.root, 'srv/node/seed.iso'))).toBe(true);
  });

  it('is left as it is by the next run', async () => {
    const { results, output } = await play(project, '2.14', BRING_NODE + ROLE + SEED);
    expect(results.seed, output).toMatchObject({ changed: false });
    // The one change is the results that are written on the controller.
    expect(output).toMatch(/changed=1 /);
  });

  it('runs a module without the role where the inventory names the executable', async () => {
    const args = ['-e', 'ansible_node_interpreter=/usr/local/lib/piecewise/node'];
    const { results, output } = await play(project, '2.19', ROLE + SEED, { args });
    expect(output).not.toContain('barenode lacks');
    expect(results.seed, output).toMatchObject({ changed: false });
  });
});
