import { createHash } from 'node:crypto';
import { copyFileSync, mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { ANSIBLES, makeProject, type Project } from '../contract/ansible.ts';
import { play } from '../contract/play.ts';
import type { Hypervisor } from '../lab/hypervisor.ts';
import { sharedHypervisor } from '../lab/shared.ts';
import { withDebootstrap } from './debootstrap.ts';

const HOME = '/var/lib/libvirt/image-plugin';
const CONTENT = Buffer.alloc(1024 ** 2, 'x');
const checksum = `sha256:${createHash('sha256').update(CONTENT).digest('hex')}`;

let project: Project;
let hypervisor: Hypervisor;
const sh = async (script: string) => (await hypervisor.exec(['sh', '-c', script])).stdout.trim();

beforeAll(async () => {
  hypervisor = await sharedHypervisor(12);
  project = await makeProject([hypervisor.name]);
  mkdirSync(join(project.directory, 'files'));
  for (const name of ['mine.img', 'other.img'])
    writeFileSync(join(project.directory, 'files', name), CONTENT);
});
beforeEach(() => sh(`rm -rf ${HOME}`));
afterAll(async () => {
  project?.remove();
  await sh(`rm -rf ${HOME}`);
});

const task = (images: object, more: object = {}) => `    - name: images
      piecewise.cloud.image: ${JSON.stringify({ directory: HOME, images, ...more })}
      register: image
`;
const there = () => sh(`find ${HOME} 2>/dev/null | sort`);

describe.each(ANSIBLES)('an image of the controller, under Ansible %s', (ansible) => {
  it('is copied once, and the copy is removed', async () => {
    const images = {
      'mine.qcow2': { path: 'mine.img', checksum },
      'same.qcow2': { path: 'files/mine.img', checksum },
    };
    const planned = await play(project, ansible, task(images), { args: ['--check'] });
    expect(planned.results.image, planned.output).toMatchObject({ changed: true });
    expect(planned.results.image).not.toHaveProperty('piecewise_uploads');
    expect(await there()).toBe('');
    const done = await play(project, ansible, task(images), { args: ['-vvv'] });
    expect(done.output.match(/PUT \S*mine\.img /g)).toHaveLength(1);
    expect(done.results.image, done.output).toMatchObject({ changed: true, failed: false });
    const template = `${HOME}/by-checksum/${checksum.replace(':', '-')}.qcow2`;
    expect(await there()).toBe(
      [HOME, `${HOME}/by-checksum`, template, `${HOME}/mine.qcow2`, `${HOME}/same.qcow2`].join('\n'),
    );
    expect(
      await sh(
        `qemu-img convert -O raw ${HOME}/same.qcow2 /run/image.raw; head -c 3 /run/image.raw; rm /run/image.raw`,
      ),
    ).toBe('xxx');
    const again = await play(project, ansible, task(images), { args: ['-vvv'] });
    expect(again.results.image, again.output).toMatchObject({ changed: false });
    expect(again.output).not.toMatch(/PUT \S*mine\.img /);
  });

  it('is found beside the inventory, where the playbook is elsewhere', async () => {
    const inventory = join(project.directory, 'inventory');
    mkdirSync(join(inventory, 'files'), { recursive: true });
    copyFileSync(join(project.directory, 'hosts.yml'), join(inventory, 'hosts.yml'));
    writeFileSync(join(inventory, 'files', 'beside.img'), CONTENT);
    const args = ['--check', '-i', join(inventory, 'hosts.yml')];
    for (const path of ['beside.img', 'files/beside.img']) {
      const images = { 'beside.qcow2': { path, checksum } };
      const { results, output } = await play(project, ansible, task(images), { args });
      expect(results.image, output).toMatchObject({ changed: true, failed: false });
    }
  });

  // Whether a file is as the task says is seen in check mode too, and before the first is sent.
  it.each([
    [
      ['--check'],
      { path: 'mine.img', checksum: `sha256:${'0'.repeat(64)}` },
      `: images['bad.qcow2']: option 'checksum': FILES/mine.img has ${checksum} and not sha256:${'0'.repeat(64)}: it is damaged, or another file`,
    ],
    [
      [],
      { path: 'nowhere.img', checksum },
      `: images['bad.qcow2']: option 'path': nowhere.img is not on the controller`,
    ],
  ])('that is not as the task says is refused: %j %j', async (args, bad, message) => {
    const images = { 'bad.qcow2': bad, 'a.qcow2': { path: 'other.img', checksum } };
    const msg = `${hypervisor.name}${message.replace('FILES', join(project.directory, 'files'))}`;
    const { results, output } = await play(project, ansible, task(images), { args });
    expect(results.image, output).toMatchObject({ failed: true, msg });
    expect(await there()).toBe('');
  });

  it('does not stay where the module is killed over it', async () => {
    const fake = '/usr/local/bin/qemu-img';
    await sh(`printf '#!/bin/sh\\nkill -9 $PPID\\n' >${fake}; chmod +x ${fake}`);
    try {
      const images = { 'mine.qcow2': { path: 'mine.img', checksum } };
      const { results, output } = await play(project, ansible, task(images));
      expect(results.image, output).toMatchObject({ failed: true });
    } finally {
      await sh(`rm ${fake}`);
    }
    expect(await sh(`ls ${HOME}`)).toBe('by-checksum');
  });

  it('is built by itself on the host, and its progress is said in words', async () => {
    await withDebootstrap(hypervisor, 'sleep 5', async () => {
      const images = { 'd.qcow2': { debootstrap: null } };
      const { results, output } = await play(project, ansible, task(images, { debootstrap_size: '64M' }));
      expect(results.image, output).toMatchObject({ changed: true, failed: false });
      expect(output).toMatch(
        new RegExp(`^${hypervisor.name}: build d\\.qcow2 by debootstrap: Retrieving what is small$`, 'm'),
      );
      expect(await sh('ls /run/piecewise-cloud')).toBe('');
    });
  });
});
