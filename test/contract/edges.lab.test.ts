import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { ROOT } from '../../build/modules.ts';
import { storedSeed } from '../../modules/lib/cloudinit/stored.ts';
import { imageOf } from '../../modules/lib/volume.ts';
import type { Hypervisor } from '../lab/hypervisor.ts';
import { sharedHypervisor } from '../lab/shared.ts';
import { ANSIBLES, makeProject, type Project } from './ansible.ts';
import { type PlayResult, play } from './play.ts';

const tasks = readFileSync(join(ROOT, 'test/contract/edges.yml'), 'utf8');

let project: Project;
let hypervisor: Hypervisor;
beforeAll(async () => {
  hypervisor = await sharedHypervisor(12);
  project = await makeProject([hypervisor.name]);
});
afterAll(async () => {
  project?.remove();
  await hypervisor?.exec(['rm', '-rf', '/srv/contract']);
});

const fileOf = (name: string) => join(hypervisor.root, 'srv/contract', `${name}.iso`);

/** The user-data of a seed that a task wrote. */
async function userData(name: string): Promise<string> {
  const seed = await storedSeed(imageOf(readFileSync(fileOf(name))));
  const files = 'files' in seed ? seed.files : [];
  return new TextDecoder().decode(files.find(({ path }) => path === 'user-data')?.content);
}

describe.each(ANSIBLES)('under Ansible %s', (ansible) => {
  let run: PlayResult;
  let journalBefore: string;
  const result = (name: string) => run.results[name] ?? { changed: false, msg: 'no result' };
  beforeAll(async () => {
    await hypervisor.exec(['rm', '-rf', '/srv/contract', '/root/.ansible/tmp']);
    const { stdout } = await hypervisor.exec(['journalctl', '--lines=1', '--show-cursor']);
    journalBefore = /^-- cursor: (.*)$/m.exec(stdout)?.[1] ?? '';
    run = await play(project, ansible, tasks, { args: ['-vvv', '--diff'] });
  });

  it('takes characters that end a line for someone, and shows none of them', async () => {
    const name = 'zażółć \u2028\u2029\u0085';
    expect(result('characters')).toMatchObject({ changed: true, dest: '/srv/contract/zażółć ???.iso' });
    expect(await userData(name)).toBe('#cloud-config\n# zażółć 🙂 \u2028\u2029\u0085\n');
  });

  it('takes a megabyte, and returns more than a pipe holds', async () => {
    expect(result('large')).toMatchObject({ changed: true, instance_id: 'i'.repeat(200_000) });
    expect(await userData('large')).toBe(`#cloud-config\n# ${'x'.repeat(1_048_576)}`);
  });

  it('leaves braces alone that are !unsafe', async () => {
    expect(await userData('unsafe')).toBe('#!/bin/sh\necho {{ not_a_template }} {% nor this %}\n');
  });

  it.each(['environment', 'become', 'async', 'no-log-of-this'])('runs with %s', (name) => {
    expect(existsSync(fileOf(name))).toBe(true);
  });

  it('needs no `become`, and says nothing of a task with `no_log`', () => {
    expect(result('without_log')).toMatchObject({ changed: true });
    expect(run.output).not.toContain('no-log-of-this');
  });

  it('takes texts for numbers, booleans and lists', () => {
    expect(result('number')).toMatchObject({ changed: true, domain: { name: 'contract', autostart: true } });
  });

  it("tells the user of an option that isn't known", () => {
    expect(result('unknown').msg).toBe("option 'user_dta': is unknown; did you mean 'user_data'?");
    expect(run.output).toContain("did you mean 'user_data'?");
  });

  it.each([
    ['rounded', "'serial': a whole number beyond 2^53 loses digits in JSON: quote it"],
    ['proto', "a key named '__proto__' is not taken"],
  ])('refuses what would be lost: %s', (name, msg) => {
    expect(result(name)).toMatchObject({ failed: true, changed: false, msg });
    expect(existsSync(fileOf(name))).toBe(false);
  });

  it('takes a bare date as its text', async () => {
    expect(await userData('date')).toContain('2030-12-24');
  });

  // 2.14 makes a Python repr of a variable's mapping with a date in it.
  it.each([
    ['date-in-variable', 'user_data'],
    ['date-in-list', 'seeds'],
  ])('takes it from a variable too, or says to quote it: %s', async (name, option) => {
    if (ansible === '2.19') expect(await userData(name)).toContain('2030-12-24');
    else expect(result(name.replaceAll('-', '_')).msg).toMatch(`option '${option}': a bare date in`);
  });

  it('shows no secret: not in -vvv, a diff or an error', async () => {
    expect(result('secret')).toMatchObject({ changed: true });
    expect(result('refused')).toMatchObject({ failed: true });
    expect(await userData('secret')).toContain('contract-secret-written');
    expect(run.output).toContain('user-data');
    expect(run.output.match(/^.*contract-secret.*$/gm)).toBe(null);
  });

  it("leaves none in the hypervisor's journal or temporary files", async () => {
    await hypervisor.exec(['logger', '--', `contract-probe-${ansible}`]);
    await hypervisor.exec(['journalctl', '--sync']);
    const argv = ['journalctl', '--no-pager', '--output=verbose', `--after-cursor=${journalBefore}`];
    const { stdout } = await hypervisor.exec(argv);
    expect(stdout).toContain(`contract-probe-${ansible}`);
    expect(stdout.match(/^.*contract-secret.*$/gm)).toBe(null);
    // A task with `async` isn't asked: Ansible itself leaves its files in a directory that only root reads.
    const places = ['/root', '/tmp', '/var/tmp', '/var/log'];
    const grep = ['grep', '-rl', '--exclude-dir=journal', 'contract-secret', ...places];
    expect((await hypervisor.exec(grep, { check: false })).stdout).toBe('');
  });
});
