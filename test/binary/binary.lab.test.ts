import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { binaryModule } from '../../build/binary.ts';
import { modulePath } from '../../build/bundle.ts';
import { assemble } from '../../build/collection.ts';
import { ANSIBLES, makeProject, type Project } from '../contract/ansible.ts';
import { play } from '../contract/play.ts';
import { findHypervisor, type Hypervisor, startHypervisor } from '../lab/hypervisor.ts';

// Each is as large as Node itself, so only those are made that the tests run.
const BUILT = ['cloudinit_iso', 'libvirt_domain'];

const buildBinaries = (collection: string) =>
  assemble(collection, async (name, directory) =>
    BUILT.includes(name) ? binaryModule(name, directory) : [],
  );

const TASKS = `
    - name: What needs no other program
      piecewise.cloud.cloudinit_iso:
        dest: /srv/binary/seed.iso
        user_data: "#cloud-config\\n# zażółć \\u2028\\n"
        hostname: bare
      register: seed

    - name: What needs one that the host hasn't
      piecewise.cloud.libvirt_domain:
        name: bare
        memory: 64 MiB
      register: domain
`;

let project: Project;
let bare: Hypervisor;
beforeAll(async () => {
  await (await findHypervisor('bare'))?.remove();
  bare = await startHypervisor({ name: 'bare', kind: 'bare' });
  project = await makeProject([bare.name], buildBinaries);
});
afterAll(async () => {
  project?.remove();
  await bare?.remove();
});

describe('binary modules', () => {
  it('are ELF files', () => {
    for (const name of BUILT) {
      const start = readFileSync(modulePath(project.collection, name, '')).subarray(0, 4);
      expect(start.toString('latin1')).toBe('\x7fELF');
    }
  });

  it('have a host without Node.js', async () => {
    const { stdout } = await bare.exec(['sh', '-c', 'command -v node nodejs virsh'], { check: false });
    expect(stdout).toBe('');
  });

  it.each(ANSIBLES)('run on it, under Ansible %s', async (ansible) => {
    await bare.exec(['rm', '-rf', '/srv/binary']);
    const { results, output } = await play(project, ansible, TASKS);
    expect(results.seed, output).toMatchObject({ changed: true, dest: '/srv/binary/seed.iso' });
    expect(existsSync(join(bare.root, 'srv/binary/seed.iso'))).toBe(true);
    expect(results.domain).toMatchObject({ failed: true, msg: expect.stringContaining('virsh') });
  });
});
