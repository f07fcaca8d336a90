import { execFileSync } from 'node:child_process';
import { randomBytes } from 'node:crypto';
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

describe('long work of a VM', () => {
  it('runs in the background and is waited for, and no file and no argument has its secrets', async () => {
    const secret = 'Tr0ub4dor-archive';
    // So much that it is long, and nothing that packs.
    writeFileSync(join(files, 'disk.raw'), randomBytes(70 * 1024 ** 2));
    execFileSync('tar', ['-C', files, '-czf', join(files, 'long.tar.gz'), 'disk.raw']);
    rmSync(join(files, 'disk.raw'));
    const user = { name: 'joe', plain_text_passwd: secret, lock_passwd: false };
    const long = task({
      vms: [{ name: 'arch-long', archive_name: 'long', users: [user] }],
      validate: 'off',
    });
    const looking = hypervisor.exec([
      ...['sh', '-c'],
      `for i in $(seq 600); do # By a pattern that is not itself what it looks for.
         [ -d /run/piecewise-cloud ] && ls /run/piecewise-cloud | grep -q run- && echo detached
         grep -rls Tr0ub4dor-archiv[e] /run/piecewise-cloud && echo told
         grep -ls Tr0ub4dor-archiv[e] /proc/[0-9]*/cmdline && echo told
         virsh domstate arch-long >/dev/null 2>&1 && break
         sleep 0.1
       done | sort -u`,
    ]);
    const { results, output } = await play(project, '2.14', long);
    expect(results.vm, output).toMatchObject({ changed: true, failed: false });
    expect((await looking).stdout).toBe('detached');
    expect(output).not.toContain(secret);
    expect(await sh('ls /run/piecewise-cloud')).toBe('');
  });
});

describe('an archive of the controller', () => {
  it.each(ANSIBLES)('is copied when disks are made of it, and removed afterwards: %s', async (ansible) => {
    await sh(`mkdir -p ${HOME}; echo stale >${HOME}/old.tar.gz`);
    const temporary = () => sh('ls ~/.ansible/tmp 2>/dev/null || true');
    const before = await temporary();
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
    expect(await temporary()).toBe(before);
  });

  it('is not asked for by a task whose one VM is on another hypervisor, which is skipped', async () => {
    const one = task({
      vms: undefined,
      defaults: undefined,
      name: 'arch-one',
      host: 'away',
      hypervisor: 'here',
    });
    const { results, output } = await play(project, '2.14', one);
    expect(results.vm, output).toMatchObject({ changed: false, skipped: true });
    expect(await sh(`ls ${HOME} 2>/dev/null | wc -l`)).toBe('0');
  });

  it('that does not exist is an error of its VM', async () => {
    const { results } = await play(project, '2.14', task({ archive_paths: [] }));
    expect(results.vm?.msg).toContain(
      "option 'vms[0].archive_name': there is neither an archive old.tar.gz on the controller nor an entry",
    );
  });

  it('is brought under async with poll too', async () => {
    const { results, output } = await play(project, '2.14', `${task()}      async: 60\n      poll: 1\n`);
    expect(results.vm, output).toMatchObject({ changed: true, failed: false });
  });
});
