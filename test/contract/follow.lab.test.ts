import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Hypervisor } from '../lab/hypervisor.ts';
import { sharedHypervisor } from '../lab/shared.ts';
import { daily } from '../support/daily.ts';
import { moduleText } from '../support/module.ts';
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

const matrix = daily(
  [
    { ansible: '2.14', pipelining: true },
    { ansible: '2.14', pipelining: false },
    { ansible: '2.19', pipelining: true },
  ] as const,
  3,
);

describe('what is said of how far it is', () => {
  const GIB = 1024 ** 3;
  it.each([
    [{ done: GIB, total: 4 * GIB, rate: 50 * 1024 ** 2 }, '25 % of 4.0 GiB, 50.0 MiB/s, 1:01 left'],
    [{ done: 0, total: 1000 }, '0 % of 1000 B'],
    [{ done: 5000, rate: 0 }, '4.9 KiB'],
    // Of what is more than it was said to be, nothing is said that can't be.
    [{ done: 2 * GIB, total: GIB, rate: 1024 }, '2.0 GiB, 1.0 KiB/s'],
    [{ done: 3000 * 1024 ** 4 }, '3000.0 TiB'],
  ])('%j: %s', async (progress, words) => {
    const given = JSON.stringify({ what: 'unpack \u001b[2J\nä', ...progress });
    const script =
      'import importlib, json, sys; print(importlib.import_module("ansible_collections.piecewise.cloud.plugins.plugin_utils._progress").describe(json.loads(sys.argv[1])))';
    const env = { PYTHONPATH: join(project.directory, 'collections'), LC_ALL: 'C.UTF-8' };
    const { stdout, stderr } = await project.run('2.14', ['/usr/bin/python3', '-c', script, given], env);
    expect(stdout, stderr).toBe(`unpack ?[2J?ä: ${words}`);
  });
});

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

  it('is followed with async too, and only planned in check mode', async () => {
    const dest = `${HOME}/async`;
    const args = task({ source: `${HOME}/packed`, dest });
    const check = await play(project, '2.14', args, { args: ['--check'] });
    expect(check.results.disk).toMatchObject({ changed: true, dest });
    const { results, output } = await play(project, '2.14', `${args}      async: 300\n      poll: 1\n`);
    expect(results.disk, output).toMatchObject({ changed: true, dest });
    expect(output).toContain('unpack packed');
  });

  it('gives a result that is longer than a pipe takes at once', async () => {
    const long = 'x'.repeat(180);
    const images = Array.from({ length: 250 }, (_, i) => ({ dest: `${HOME}/many/${long}-${i}` }));
    const [first, ...others] = images.map((one, i) => ({
      ...one,
      ...(i ? { source: `${HOME}/disk.raw`, backing: 'overlay' } : {}),
    }));
    const args = { images: [{ ...first, source: `${HOME}/packed`, format: 'raw' }, ...others] };
    const { results } = await play(project, '2.19', task(args));
    expect(results.disk).toMatchObject({ changed: true });
    expect(JSON.stringify(results.disk).length).toBeGreaterThan(65_536);
    expect(results.disk?.results).toHaveLength(250);
    await sh(`rm -r ${HOME}/many`);
  });

  it('is not shown where the task has no_log, and what it is of comes through', async () => {
    const dest = `${HOME}/hidden`;
    const args = `${task({ source: `${HOME}/packed`, dest })}      no_log: true\n`;
    const { results, output } = await play(project, '2.14', args);
    expect(results.disk, output).toMatchObject({ changed: true, dest });
    expect(output).not.toContain('unpack');
    await sh(`rm ${dest}`);
  });

  it.each(ANSIBLES)('that is killed is a failure at once: %s', async (ansible) => {
    const dest = `${HOME}/killed`;
    const running = play(project, ansible, task({ source: `${HOME}/packed`, dest }));
    await sh(
      `until grep -q unpack /run/piecewise-cloud/run-*/progress 2>/dev/null; do sleep 0.1; done
       for pid in /proc/[0-9]*; do grep -qs PIECEWISE_DETACHED $pid/environ && kill -9 \${pid#/proc/}; done; true`,
    );
    const { results } = await running;
    expect(results.disk).toMatchObject({ failed: true });
    expect(results.disk?.msg).toContain('the work on the host ended without a result');
    expect(await sh(`ls ${HOME} | grep killed; rm -rf /run/piecewise-cloud/*`)).toBe('');
    expect(
      (await play(project, ansible, task({ source: `${HOME}/packed`, dest }))).results.disk,
    ).toMatchObject({
      changed: true,
    });
    await sh(`rm ${dest}`);
  });

  it('continues without its controller, and the next run reports its progress', async () => {
    const dest = `${HOME}/left`;
    const args = { source: `${HOME}/packed`, dest };
    const run = async (more: object) => {
      const input = await moduleText('disk_image', { ...args, ...more });
      const { stdout } = await hypervisor.exec(['node', '-'], { input, check: false });
      return JSON.parse(stdout);
    };
    const { piecewise_detached: left } = await run({ _ansible_piecewise_follow: true });
    await sh(`until grep -q unpack ${left.directory}/progress; do sleep 0.1; done`);
    expect(await run({})).toMatchObject({
      failed: true,
      msg: `${dest} is being made by another run (process ${left.pid}): wait until it is done`,
    });
    await sh(`until [ -e ${left.directory}/result ]; do sleep 0.1; done`);
    expect(await run({})).toMatchObject({ changed: false });
    await sh(`rm -r ${left.directory} ${dest}`);
  });

  it('runs in the background where /run is full', async () => {
    const dest = `${HOME}/elsewhere`;
    await sh('rm -rf /run/piecewise-cloud && : >/run/piecewise-cloud');
    const { results, output } = await play(project, '2.14', task({ source: `${HOME}/packed`, dest }));
    expect(results.disk, output).toMatchObject({ changed: true, dest });
    expect(output).toContain('unpack packed');
    await sh(`rm /run/piecewise-cloud ${dest}; ls -d /tmp/piecewise-run-* && exit 1; true`);
  });
});

it('a task that waits for a guest shows what it waits for, and how long', async () => {
  await sh(`qemu-img create -q -f qcow2 ${HOME}/empty.qcow2 16M`);
  const vm = {
    ...{ name: 'follow1', memory: '64 MiB', virt_type: 'qemu', archive_name: 'empty.qcow2' },
    ...{ image_directory: HOME, directory: HOME, force_off: true, shutdown_timeout: 1 },
  };
  const of = (args: object) =>
    `    - name: vm\n      piecewise.cloud.vm: ${JSON.stringify({ ...vm, ...args })}\n      register: vm\n`;
  // Long enough that a busy machine is asked once meanwhile.
  const wait = { timeout: 20, on_failure: 'warn' };
  const { results, output } = await play(project, '2.14', of({ wait }));
  expect(results.vm, output).toMatchObject({ changed: true, waited: { for: 'cloud_init', ready: false } });
  expect(output).toMatch(new RegExp(`${hypervisor.name}: follow1: wait for cloud-init \\(\\d+ s of 20 s\\)`));
  expect(output.replace(/\s+/g, ' ')).toContain('follow1 is not ready after 20 s');
  await play(project, '2.14', of({ state: 'absent', remove_storage: true }));
});
