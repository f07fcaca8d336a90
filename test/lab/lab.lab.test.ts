import { existsSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { execa } from 'execa';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { cacheDir } from './cache.ts';
import { cgroups } from './cgroup.ts';
import { execOnController } from './controller.ts';
import { findHypervisor, type Hypervisor, startHypervisor } from './hypervisor.ts';
import { inventory } from './inventory.ts';
import { link } from './link.ts';
import { sharedHypervisor, sharedName } from './shared.ts';
import { ensureTools, plainEnv } from './tools.ts';

const machineInterfaces = async () => (await execa('ip', ['-brief', 'link'])).stdout;
/** The command lines of all processes; one that ends meanwhile has none. */
const machineProcesses = () =>
  readdirSync('/proc')
    .filter((entry) => /^\d+$/.test(entry))
    .map((pid) => {
      try {
        return readFileSync(`/proc/${pid}/cmdline`, 'utf8');
      } catch {
        return '';
      }
    })
    .join('\n');

async function inventoryFile(...names: string[]): Promise<string> {
  const file = path.join(cacheDir('test'), 'inventory.yml');
  writeFileSync(file, await inventory(names));
  return file;
}

async function runGuest({ exec }: Hypervisor): Promise<void> {
  await exec(['ovs-vsctl', 'add-br', 'x', '--', 'set', 'bridge', 'x', 'datapath_type=netdev']);
  expect((await exec(['ip', '-brief', 'link', 'show', 'x'])).stdout).toMatch(/^x /);
  const xml = `<domain type='qemu'><name>g</name><memory unit='MiB'>32</memory>
    <os><type arch='x86_64' machine='q35'>hvm</type></os><devices><interface type='bridge'>
    <source bridge='x'/><virtualport type='openvswitch'/></interface></devices></domain>`;
  await exec(['virsh', '-c', 'qemu:///system', 'create', '/dev/stdin'], { input: xml });
  expect((await exec(['ovs-vsctl', 'list-ports', 'x'])).stdout).toBe('vnet0');
  await exec(['virsh', '-c', 'qemu:///system', 'destroy', 'g']);
}

describe('a hypervisor of Debian 12', () => {
  const name = 'test-lab12';
  let before: string;
  let hypervisor: Hypervisor;

  beforeAll(async () => {
    await ensureTools();
    before = await machineInterfaces();
    hypervisor = await startHypervisor({
      name,
      binds: [{ host: cacheDir('templates'), guest: '/srv/templates' }],
    });
  });
  afterAll(() => hypervisor?.remove());

  test('runs libvirt and Open vSwitch', async () => {
    await hypervisor.exec(['virsh', '-c', 'qemu:///system', 'list']);
    await hypervisor.exec(['ovs-vsctl', 'show']);
  });

  test('runs a guest on a bridge', () => runGuest(hypervisor));

  test('is reached by Ansible, from this machine and from the controller root', async () => {
    const args = ['-i', await inventoryFile(name), 'all', '-m', 'ping'];
    const { stdout } = await execa('ansible', args, { env: plainEnv, extendEnv: false });
    expect(stdout).toContain(`${name} | SUCCESS`);
    expect((await execOnController(['ansible', ...args])).stdout).toContain(`${name} | SUCCESS`);
  });

  test("installs packages from the machine's package archives", async () => {
    await hypervisor.exec(['apt-get', 'update']);
    await hypervisor.exec(['apt-get', 'install', '-y', '--no-install-recommends', 'hello']);
    expect((await hypervisor.exec(['hello'])).stdout).toBe('Hello, world!');
  });

  test('reaches only the archives in its apt sources', async () => {
    const get =
      'exec 3<>/dev/tcp/127.0.0.1/3142; printf "GET http://example.com/ HTTP/1.0\\r\\n\\r\\n" >&3; head -1 <&3';
    expect((await hypervisor.exec(['bash', '-c', get])).stdout).toContain('403');
  });

  test('runs commands with input and environment, and reports failures', async () => {
    const { stdout } = await hypervisor.exec(['sh', '-c', 'cat; echo $WORD'], {
      input: 'a ',
      env: { WORD: 'b' },
    });
    expect(stdout).toBe('a b');
    await expect(hypervisor.exec(['sh', '-c', 'echo bad >&2; exit 3'])).rejects.toThrow(/exit code 3\n\nbad/);
    await expect(hypervisor.exec(['sleep', '60'], { timeout: 1 })).rejects.toThrow('not done in 1 s');
    expect((await hypervisor.exec(['false'], { check: false })).exitCode).toBe(1);
  });

  test('refuses a second one with its name', async () => {
    await expect(startHypervisor({ name })).rejects.toThrow('running already');
  });

  test('keeps its files over a reboot, and its inventory works after it', async () => {
    await hypervisor.exec(['sh', '-c', 'echo kept >/root/kept; echo lost >/run/lost']);
    const { pid } = hypervisor;
    await hypervisor.reboot();
    expect(hypervisor.pid).not.toBe(pid);
    expect(existsSync(`/proc/${pid}`)).toBe(false);
    expect((await hypervisor.exec(['cat', '/root/kept'])).stdout).toBe('kept');
    expect((await hypervisor.exec(['cat', '/run/lost'], { check: false })).exitCode).toBe(1);
    const args = ['-i', await inventoryFile(name), 'all', '-m', 'ping'];
    const { stdout } = await execa('ansible', args, { env: plainEnv, extendEnv: false });
    expect(stdout).toContain('SUCCESS');
  });

  test('shares no interface with the machine', async () => {
    expect(await machineInterfaces()).toBe(before);
  });

  test('is removed without a trace', async () => {
    const { pid, root } = hypervisor;
    await hypervisor.remove();
    expect(await findHypervisor(name)).toBeUndefined();
    expect(existsSync(`/proc/${pid}`)).toBe(false);
    expect(existsSync(path.dirname(root))).toBe(false);
    expect(readFileSync('/proc/mounts', 'utf8')).not.toContain(name);
    expect(cgroups(name).filter((directory) => existsSync(directory))).toEqual([]);
    expect(machineProcesses()).not.toContain(name);
    expect(await machineInterfaces()).toBe(before);
  });
});

describe('two hypervisors of two releases', () => {
  const names = ['test-one', 'test-two'] as const;
  afterAll(async () => {
    for (const name of names) await (await findHypervisor(name))?.remove();
  });

  test('reach each other over a link, after a reboot too', async () => {
    const one = await startHypervisor({ name: names[0], release: 12 });
    const two = await startHypervisor({ name: names[1], release: 13 });
    await link(
      { name: one.name, address: '198.51.100.1/24' },
      { name: two.name, address: '198.51.100.2/24' },
    );
    await one.exec(['ping', '-c1', '-W5', '198.51.100.2']);
    await runGuest(two);
    await two.reboot();
    await two.exec(['ping', '-c1', '-W5', '198.51.100.1']);
  });
});

describe('a bare machine', () => {
  test('boots without Node.js, and a start after a crash cleans up first', async () => {
    const name = 'test-bare';
    const first = await startHypervisor({ name, kind: 'bare' });
    expect((await first.exec(['sh', '-c', 'command -v node'], { check: false })).exitCode).not.toBe(0);
    process.kill(first.pid, 'SIGKILL');
    await expect.poll(() => findHypervisor(name)).toBeUndefined();
    const second = await startHypervisor({ name, kind: 'bare' });
    await second.remove();
    expect(machineProcesses()).not.toContain(name);
  });
});

describe('the shared hypervisor', () => {
  test('is the same for all test files of a worker, with the cached templates', async () => {
    const wasRunning = await findHypervisor(sharedName());
    const [one, other] = await Promise.all([sharedHypervisor(), sharedHypervisor()]);
    expect(one.pid).toBe(other.pid);
    await one.exec(['test', '-d', '/srv/templates']);
    // Left to the end of the whole run when another file has started it.
    if (!wasRunning) await one.remove();
  });
});
