import { createHash } from 'node:crypto';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import type { Hypervisor } from '../lab/hypervisor.ts';
import { sharedHypervisor } from '../lab/shared.ts';
import { runModule, runThrice } from '../support/module.ts';
import { bootIso, SAID } from './boot-iso.ts';

// A guest that is installed from an ISO: a boot sector that writes itself to the disk, and restarts.
const HOME = '/var/lib/libvirt/iso-test';
const ISO = `${HOME}-web/install.iso`;
const URL = 'http://127.0.0.1:8098/install.iso';
const LOG = '/var/log/libvirt/qemu/isot.console';
const digest = createHash('sha256').update(bootIso()).digest('hex');
const downloaded = `${HOME}/isot/install-${digest.slice(0, 16)}.iso`;

let hypervisor: Hypervisor;
const sh = async (script: string) => (await hypervisor.exec(['sh', '-c', script])).stdout.trim();

const guest = (more: object) => ({
  ...{ name: 'isot', directory: HOME, memory: '64 MiB', virt_type: 'qemu', hypervisor: 'hv1' },
  ...{ disk_size: '8M', shutdown_timeout: 1, force_off: true, ...more },
});
const vm = (more: object, mode = {}) => runModule(hypervisor, 'vm', guest(more), mode);
const thrice = (more: object) => runThrice(hypervisor, 'vm', guest(more));
const absent = { state: 'absent', remove_storage: true };
const said = async () => (await sh(`cat ${LOG}`)).match(/the (ISO|disk) boots[\w, ]*/g) ?? [];

beforeAll(async () => {
  hypervisor = await sharedHypervisor(12);
  await sh(
    `mkdir -p ${HOME}-web; systemd-run -q --unit=iso-web python3 -m http.server 8098 --bind 127.0.0.1 --directory ${HOME}-web`,
  );
  await writeFile(join(hypervisor.root, ISO), bootIso());
});
afterEach(() => sh(`virsh destroy isot; virsh undefine isot; rm -rf ${HOME}; true`));
afterAll(() => hypervisor?.exec(['sh', '-c', `systemctl stop iso-web; rm -rf ${HOME}*`]));

describe('a VM with an ISO of the host', () => {
  it('boots it as long as its disk is empty, and what was installed on the disk after', async () => {
    const made = await thrice({ iso: { path: ISO, console: 'serial' } });
    expect(made).toMatchObject({
      actions: [
        `make empty disk ${HOME}/isot/disk.qcow2`,
        `write seed ${HOME}/isot/cloud-init_ci.iso`,
        'define domain isot',
        'set autostart of domain isot',
        'start domain isot',
      ],
      warnings: [
        "isot boots its installer: 'virsh console isot' on hv1 opens its serial console. It boots from its disk when something is installed there",
      ],
    });
    await expect.poll(said, { timeout: 60_000 }).toEqual([SAID.byIso, SAID.byDisk]);
    // The empty drive, at once; the ISO stays, and so does what is installed.
    expect(await thrice({ iso: {} })).toMatchObject({ restart_required: false });
    expect(await sh('virsh domblklist isot')).not.toContain(ISO);
    await sh('virsh reset isot');
    await expect.poll(said, { timeout: 60_000 }).toEqual([SAID.byIso, SAID.byDisk, SAID.byDisk]);
    await thrice({ ...absent, iso: { path: ISO } });
    expect(await sh(`ls ${ISO}; ls -A ${HOME}`)).toBe(ISO);
  });

  it('says where its screen is', async () => {
    const { warnings } = await thrice({ iso: { path: ISO } });
    expect(warnings).toEqual([expect.stringContaining("'virsh vncdisplay isot' on hv1")]);
    expect(await sh('virsh vncdisplay isot')).toMatch(/^127\.0\.0\.1:\d+$/);
  });

  it('that does not exist is an error before anything is changed', async () => {
    const result = await vm({ iso: { path: `${ISO}.other` } });
    expect(result).toMatchObject({ failed: true, changed: false });
    expect(result.msg).toBe(`option 'iso.path': ${ISO}.other doesn't exist`);
    expect(await sh(`ls -d ${HOME}; virsh list --all --name | grep isot; true`)).toBe('');
  });
});

describe('a VM with an ISO by URL', () => {
  it('downloads it once, and removes it when the guest no longer has it', async () => {
    const iso = { url: URL, checksum: `sha256:${digest}` };
    const made = await thrice({ iso, state: 'present' });
    expect((made.actions as string[])[0]).toBe(`fetch ISO ${downloaded}`);
    expect(await sh(`sha256sum ${downloaded}`)).toContain(digest);
    await thrice({ iso: {}, state: 'present' });
    expect(await sh(`ls ${HOME}/isot`)).toBe('cloud-init_ci.iso\ndisk.qcow2');
    expect(await vm({ iso, state: 'present' })).toMatchObject({ changed: true });
    await thrice({ ...absent, iso });
    expect(await sh(`ls -A ${HOME}`)).toBe('');
  });

  it('whose checksum differs is an error, and nothing is made', async () => {
    const result = await vm({ iso: { url: URL, checksum: `sha256:${'ab'.repeat(32)}` } });
    expect(result).toMatchObject({ failed: true, changed: false });
    expect(result.msg).toMatch(/^option 'iso\.checksum': .*install\.iso has sha256:[0-9a-f]{64} and not/);
    expect(await sh(`ls -A ${HOME} 2>/dev/null; virsh list --all --name | grep isot; true`)).toBe('');
  });
});
