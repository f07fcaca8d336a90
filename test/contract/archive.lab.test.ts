import { execFileSync } from 'node:child_process';
import { mkdirSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import type { Hypervisor } from '../lab/hypervisor.ts';
import { sharedHypervisor } from '../lab/shared.ts';
import { ANSIBLES, makeProject, type Project } from './ansible.ts';
import { play } from './play.ts';

const HOME = '/var/lib/libvirt/archive-test';

let project: Project;
let hypervisor: Hypervisor;
let files: string;
const sh = async (script: string) => (await hypervisor.exec(['sh', '-c', script])).stdout.trim();

beforeAll(async () => {
  hypervisor = await sharedHypervisor(12);
  project = await makeProject([hypervisor.name]);
  files = join(project.directory, 'files');
  mkdirSync(files);
  // A raw disk, which has nothing of its own at its beginning.
  writeFileSync(join(files, 'disk.raw'), Buffer.alloc(1024 ** 2, 'x'));
  execFileSync('tar', ['-C', files, '-czf', join(files, 'old.tar.gz'), 'disk.raw']);
  rmSync(join(files, 'disk.raw'));
});
afterEach(() =>
  sh(`for d in $(virsh list --all --name | grep arch-); do virsh undefine $d; done; rm -rf ${HOME}`),
);
afterAll(() => project?.remove());

const task = (more: object = {}) => `    - name: VMs
      piecewise.cloud.vm: ${JSON.stringify({
        vms: ['arch-one', 'arch-two'].map((name) => ({ name, archive_name: 'old' })),
        defaults: { memory: '32 MiB', virt_type: 'qemu', state: 'present' },
        directory: HOME,
        archive_paths: [files],
        images: [],
        ...more,
      })}
      register: vm
`;

describe('an archive of the controller', () => {
  it.each(ANSIBLES)('is brought when disks are made of it, and is gone afterwards: %s', async (ansible) => {
    await sh(`mkdir -p ${HOME}; echo stale >${HOME}/old.tar.gz`);
    const planned = await play(project, ansible, task(), { args: ['--check'] });
    expect(planned.results.vm, planned.output).toMatchObject({ changed: true });
    expect(await sh(`cat ${HOME}/old.tar.gz`)).toBe('stale');
    const done = await play(project, ansible, task());
    expect(done.results.vm, done.output).toMatchObject({ changed: true, failed: false });
    expect(await sh(`ls ${HOME} ${HOME}/arch-one`)).toBe(
      `${HOME}:\narch-one\narch-two\n\n${HOME}/arch-one:\ncloud-init_ci.iso\ndisk.qcow2`,
    );
    const read = `qemu-img convert -f qcow2 -O raw ${HOME}/arch-two/disk.qcow2 /run/archive.raw; head -c 3 /run/archive.raw; rm /run/archive.raw`;
    expect(await sh(read)).toBe('xxx');
    const again = await play(project, ansible, task());
    expect(again.results.vm, again.output).toMatchObject({ changed: false });
    expect(await sh(`ls ${HOME}`)).toBe('arch-one\narch-two');
  });

  it('that nobody has is an error of its VM', async () => {
    const { results } = await play(project, '2.14', task({ archive_paths: [] }));
    expect(results.vm?.msg).toContain(
      "option 'vms[0].archive_name': there is neither an archive old.tar.gz on the controller nor an entry",
    );
  });

  it('is not brought under async, which says so', async () => {
    const { results } = await play(project, '2.14', `${task()}      async: 60\n      poll: 1\n`);
    expect(results.vm).toMatchObject({ failed: true, changed: false });
    expect(results.vm?.msg).toContain(
      `${HOME}/old.tar.gz was not brought from the controller: run the task without 'async'`,
    );
  });
});
