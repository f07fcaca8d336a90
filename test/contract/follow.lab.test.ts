import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Hypervisor } from '../lab/hypervisor.ts';
import { sharedHypervisor } from '../lab/shared.ts';
import { ANSIBLES, makeProject, type Project } from './ansible.ts';
import { play } from './play.ts';

const HOME = '/var/lib/libvirt/follow-test';
/** By bzip2, which takes seconds for so much noise. */
const MIB = 70;

let project: Project;
let hypervisor: Hypervisor;
const sh = async (script: string) => (await hypervisor.exec(['sh', '-c', script], { timeout: 120 })).stdout;

beforeAll(async () => {
  hypervisor = await sharedHypervisor(12);
  project = await makeProject([hypervisor.name]);
  await sh(
    `rm -rf /run/piecewise-cloud; mkdir -p ${HOME} && head -c ${MIB}M /dev/urandom >${HOME}/disk.raw && bzip2 -1 <${HOME}/disk.raw >${HOME}/packed`,
  );
}, 300_000);
afterAll(async () => {
  project?.remove();
  await hypervisor?.exec(['rm', '-rf', HOME]);
});

const task = (args: object) => `    - name: disk
      piecewise.cloud.disk_image: ${JSON.stringify(args)}
      register: disk
`;

const matrix = ANSIBLES.flatMap((ansible) => [true, false].map((pipelining) => ({ ansible, pipelining })));

describe('long work', () => {
  it.each(matrix)(
    'is shown under Ansible $ansible, pipelining $pipelining',
    async ({ ansible, pipelining }) => {
      const dest = `${HOME}/made-${ansible}-${pipelining}`;
      const args = task({ source: `${HOME}/packed`, dest, format: 'raw' });
      const env = { ANSIBLE_PIPELINING: String(pipelining) };
      const { results, output } = await play(project, ansible, args, { env });
      expect(results.disk, output).toMatchObject({ changed: true, dest });
      expect(output).toMatch(
        new RegExp(`${hypervisor.name}: unpack packed: \\d+ % of 7\\d\\.\\d MiB, \\d+\\.\\d MiB/s`),
      );
      expect(await sh(`cmp ${dest} ${HOME}/disk.raw && ls /run/piecewise-cloud/; rm ${dest}`)).toBe('');
    },
  );

  it('ends with the error that it would have had', async () => {
    const checksum = `sha256:${'0'.repeat(64)}`;
    const args = task({ source: `${HOME}/packed`, dest: `${HOME}/wrong`, checksum });
    const { results } = await play(project, '2.14', args);
    expect(results.disk).toMatchObject({ failed: true, changed: false });
    expect(results.disk?.msg).toContain(`option 'checksum': ${HOME}/packed has sha256:`);
    expect(await sh(`ls -A ${HOME}`)).toBe('disk.raw\npacked');
  });

  it('is done in one go where nobody asks how far it is: with async, and in check mode', async () => {
    const dest = `${HOME}/async`;
    const args = task({ source: `${HOME}/packed`, dest });
    const check = await play(project, '2.14', args, { args: ['--check'] });
    expect(check.results.disk).toMatchObject({ changed: true, dest });
    const { results, output } = await play(project, '2.14', `${args}      async: 300\n      poll: 1\n`);
    expect(results.disk, output).toMatchObject({ changed: true, dest });
    expect(output).not.toContain('unpack packed');
  });
});
