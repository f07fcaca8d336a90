import { truncateSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Hypervisor } from '../lab/hypervisor.ts';
import { sharedHypervisor } from '../lab/shared.ts';
import { ANSIBLES, makeProject, type Project } from './ansible.ts';
import { type PlayOptions, play } from './play.ts';

const HOME = '/var/lib/libvirt/upload-test';
/** For longer than the first look takes. */
const SIZE = 512 * 1024 ** 2;

let project: Project;
let hypervisor: Hypervisor;
const sh = async (script: string) => (await hypervisor.exec(['sh', '-c', script])).stdout;

beforeAll(async () => {
  hypervisor = await sharedHypervisor(12);
  project = await makeProject([hypervisor.name]);
  const file = join(project.directory, 'large.img');
  writeFileSync(file, 'its beginning');
  truncateSync(file, SIZE);
  await sh(`mkdir -p ${HOME}`);
});
afterAll(async () => {
  project?.remove();
  await hypervisor?.exec(['rm', '-rf', HOME]);
});

const task = (args: object) => `    - name: upload
      piecewise.cloud.disk_upload: ${JSON.stringify(args)}
      register: upload
`;

describe.each(ANSIBLES)('a large file of the controller, under Ansible %s', (ansible) => {
  it('is copied, and shown while it is', async () => {
    const args = { src: join(project.directory, 'large.img'), dest: `${HOME}/arrived` };
    const check = await play(project, ansible, task(args), { args: ['--check'] });
    expect(check.results.upload).toMatchObject({ changed: true });
    expect(await sh(`ls -A ${HOME}`)).toBe('');
    const { results, output } = await play(project, ansible, task(args));
    expect(results.upload, output).toMatchObject({ changed: true, dest: args.dest });
    expect(output).toMatch(
      new RegExp(
        `${hypervisor.name}: copy large\\.img from the controller: \\d+ % of 512\\.0 MiB, \\d+\\.\\d [MG]iB/s`,
      ),
    );
    expect(await sh(`stat -c '%s %a' ${args.dest}; head -c 13 ${args.dest}; rm ${args.dest}`)).toBe(
      `${SIZE} 600\nits beginning`,
    );
  });

  it('is not copied again, unless it differs, and has its mode and owner', async () => {
    const src = join(project.directory, 'same.img');
    const args = { src, dest: `${HOME}/same`, mode: '0640', group: 'kvm' };
    const upload = async (more: object = {}, options: PlayOptions = {}) =>
      (await play(project, ansible, task({ ...args, ...more }), options)).results.upload;
    const now = () => sh(`stat -c '%a %U:%G' ${args.dest}; cat ${args.dest}`);
    writeFileSync(src, 'one');
    expect(await upload()).toMatchObject({ changed: true });
    expect(await now()).toBe('640 root:kvm\none');
    expect(await upload()).toMatchObject({ changed: false });
    // Of the same size.
    writeFileSync(src, 'two');
    expect(await upload({}, { args: ['--check'] })).toMatchObject({ changed: true });
    expect(await now()).toBe('640 root:kvm\none');
    expect(await upload({ mode: undefined, group: undefined })).toMatchObject({ changed: true });
    expect(await now()).toBe('640 root:kvm\ntwo');
    expect(await upload({ mode: '0600' }, { args: ['--check'] })).toMatchObject({ changed: true });
    expect(await upload({ mode: '0600' })).toMatchObject({ changed: true });
    expect(await now()).toBe('600 root:kvm\ntwo');
    await sh(`rm ${args.dest}`);
  });

  it.each([
    [{ src: 'x' }, /dest/],
    [{ src: 'x', dest: '/x', mod: '0600' }, /mod/],
    [{ src: '/etc', dest: '/x' }, /option 'src': \/etc is not a file/],
  ])('has its options checked: %j', async (args, problem) => {
    const { results } = await play(project, ansible, task(args));
    expect(results.upload).toMatchObject({ failed: true, msg: expect.stringMatching(problem) });
  });

  it('that is not there, or has no place, is an error', async () => {
    const lost = await play(project, ansible, task({ src: '/nowhere/x.img', dest: `${HOME}/x` }));
    expect(lost.results.upload).toMatchObject({ failed: true });
    expect(lost.results.upload?.msg).toContain('/nowhere/x.img');
    writeFileSync(join(project.directory, 'small.img'), 'x');
    const args = { src: join(project.directory, 'small.img'), dest: `${HOME}/no/place` };
    const { results } = await play(project, ansible, task(args));
    expect(results.upload?.msg).toContain(`${HOME}/no/place`);
  });
});
