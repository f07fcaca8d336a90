import { copyFileSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { stringify } from 'yaml';
import { ROOT } from '../../build/modules.ts';
import { VERSION } from '../../build/project.ts';
import { packTarball } from '../../build/tarball.ts';
import { execOnController } from '../lab/controller.ts';
import { findHypervisor, type Hypervisor, startHypervisor } from '../lab/hypervisor.ts';
import { privateKeyFile, sshOptions } from '../lab/key.ts';
import type { Release } from '../lab/packages.ts';
import { buildCollection } from '../support/build.ts';
import { commandsOf, filesOf } from '../support/pages.ts';
import { LAB_VARIABLES } from '../support/playbook.ts';
import { keepTemplates, templatesFor } from '../support/templates.ts';

// README to the letter, by one who has the release file, Ansible and SSH.
const LAB = 'stranger';
const ADDRESS = '203.0.113.11';
const COLLECTION = join(ROOT, 'dist', 'ansible_collections', 'piecewise', 'cloud');
const GALAXY = 'ansible-galaxy collection';
const [install = '', plan = '', run = '', ping = ''] = commandsOf('README.md');

let hypervisor: Hypervisor;

/** A home directory with README's files, and SSH to the hypervisor by the address that README gives it. */
class Home {
  readonly path = mkdtempSync(join(tmpdir(), 'piecewise-home-'));

  constructor(private readonly release: Release) {}

  async fill(): Promise<void> {
    for (const name of ['cloud', '.ssh', '.ansible']) mkdirSync(join(this.path, name));
    // What a lab hypervisor has that a real one hasn't.
    const lab = ['inventory/group_vars/all.yml', stringify(LAB_VARIABLES)] as const;
    for (const [name, text] of [...filesOf('README.md'), lab]) {
      const file = join(this.path, 'cloud', name);
      mkdirSync(dirname(file), { recursive: true });
      writeFileSync(file, text);
    }
    await packTarball(COLLECTION, join(this.path, 'cloud', install.split(' ').at(-1) ?? ''));
    const key = await privateKeyFile();
    copyFileSync(key, join(this.path, '.ssh', 'id_ed25519'));
    copyFileSync(`${key}.pub`, join(this.path, '.ssh', 'id_ed25519.pub'));
    const lines = Object.entries(sshOptions(LAB)).map((option) => `  ${option.join(' ')}\n`);
    writeFileSync(join(this.path, '.ssh', 'config'), `Host ${ADDRESS}\n${lines.join('')}`);
  }

  sh(command: string) {
    const binds = ['cloud', '.ssh', '.ansible'].map((name) => ({
      host: join(this.path, name),
      guest: `/root/${name}`,
    }));
    return execOnController(['sh', '-c', command], {
      binds,
      check: false,
      cwd: '/root/cloud',
      kind: 'stranger',
      release: this.release,
      timeout: 900,
    });
  }

  remove(): void {
    rmSync(this.path, { recursive: true, force: true });
  }
}

beforeAll(async () => {
  await buildCollection();
  await (await findHypervisor(LAB))?.remove();
  hypervisor = await startHypervisor({ name: LAB, binds: [templatesFor(LAB)] });
});

afterAll(async () => {
  await hypervisor?.remove();
  keepTemplates(LAB);
});

describe.each<{ release: Release; first: boolean }>([
  { release: 12, first: true },
  { release: 13, first: false },
])('on Debian $release with Ansible and SSH alone', ({ release, first }) => {
  let home: Home;
  beforeAll(async () => {
    home = new Home(release);
    await home.fill();
  });
  afterAll(() => home.remove());

  it('has neither Node.js nor npm nor git', async () => {
    // dash's `command -v` takes one name.
    const has = await home.sh('for name in ansible node nodejs npm git; do command -v $name; done');
    expect(has.stdout).toBe('/usr/bin/ansible');
  });

  it('installs the release file, which then verifies', async () => {
    const { stdout, stderr, exitCode } = await home.sh(install);
    expect({ exitCode, stderr }, stdout).toEqual({ exitCode: 0, stderr: '' });
    expect(stdout).toContain(`piecewise.cloud:${VERSION} was installed successfully`);
    const verified = await home.sh(`${GALAXY} verify --offline piecewise.cloud`);
    expect(verified, verified.stdout).toMatchObject({ exitCode: 0, stderr: '' });
  });

  it('reaches a guest by the commands of README', async () => {
    const planned = await home.sh(plan);
    expect(planned.exitCode, planned.stdout + planned.stderr).toBe(0);
    const done = await home.sh(run);
    expect(done.exitCode, done.stdout + done.stderr).toBe(0);
    // The second finds the cloud as the first has made it.
    const changed = Number(/^hv1 .*changed=(\d+)/m.exec(done.stdout)?.[1]);
    expect(changed > 0, done.stdout).toBe(first);
    // An emulated guest takes longer to boot than README's command waits.
    const pinged = async () => (await home.sh(ping)).exitCode;
    await expect.poll(pinged, { timeout: 300_000 }).toBe(0);
  });
});

it('README prints the inventory, and four commands', () => {
  expect([...filesOf('README.md').keys()]).toEqual(['inventory/hosts.yml', 'inventory/host_vars/hv1.yml']);
  expect(commandsOf('README.md')).toHaveLength(4);
});

describe('ansible-galaxy', () => {
  it('builds, installs and verifies what the build assembled, without a warning', async () => {
    const { stdout, stderr } = await execOnController(
      [
        'sh',
        '-ec',
        `${GALAXY} build --output-path /tmp/built
         ${GALAXY} install /tmp/built/*.tar.gz
         ${GALAXY} verify --offline piecewise.cloud`,
      ],
      { binds: [{ host: COLLECTION, guest: '/root/source' }], cwd: '/root/source' },
    );
    expect(stderr).toBe('');
    expect(stdout).not.toMatch(/warning/i);
    expect(stdout).toContain(`piecewise.cloud:${VERSION} was installed successfully`);
  });
});
