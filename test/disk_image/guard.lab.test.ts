import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Hypervisor } from '../lab/hypervisor.ts';
import { sharedHypervisor } from '../lab/shared.ts';
import { runModule, runThrice } from '../support/module.ts';

const HOME = '/var/lib/libvirt/guard-test';
let hypervisor: Hypervisor;
const sh = async (script: string) => (await hypervisor.exec(['sh', '-c', script])).stdout;
const disk = (args: object) => runModule(hypervisor, 'disk_image', { dest: `${HOME}/new`, ...args });

const domain = (name: string, path: string) =>
  `<domain type='qemu'><name>${name}</name><memory unit='MiB'>64</memory><os><type>hvm</type></os><devices><disk type='file' device='disk'><driver name='qemu' type='qcow2'/><source file='${path}'/><target dev='vda' bus='virtio'/></disk></devices></domain>`;

beforeAll(async () => {
  hypervisor = await sharedHypervisor();
  await sh(
    `mkdir -p '${HOME}/with space' && cd ${HOME} && for name in off on saved locked based; do qemu-img create -q -f qcow2 $name 4M; done && qemu-img create -q -f qcow2 -F qcow2 -b based over && mv saved 'with space/saved'`,
  );
  for (const [name, path] of [
    ['off', `${HOME}/off`],
    ['on', `${HOME}/on`],
    ['saved', `${HOME}/with space/saved`],
  ] as const) {
    await hypervisor.exec(['sh', '-c', 'cat >/run/guard.xml; virsh -q define /run/guard.xml'], {
      input: domain(`guard-${name}`, path),
    });
  }
  await sh('virsh -q start guard-on; virsh -q start guard-saved; virsh -q managedsave guard-saved');
  await sh(
    `systemd-run -q --unit=guard-lock qemu-system-x86_64 -S -display none -drive file=${HOME}/locked,if=virtio,format=qcow2`,
  );
});
afterAll(() =>
  sh(
    `systemctl stop guard-lock; virsh -q destroy guard-on; for name in on off saved; do virsh -q undefine --managed-save guard-$name; done; rm -rf ${HOME}`,
  ),
);

const size = (path: string) => sh(`qemu-img info -U --output=json '${path}' | grep virtual-size`);

describe('a disk in use', () => {
  const copies: [string, string, string][] = [
    [
      'of a guest that runs',
      'on',
      `is in use by the guest 'guard-on' (running): stop it first, or copy another disk`,
    ],
    [
      'of a guest that is saved',
      'with space/saved',
      `is in use by the guest 'guard-saved' (saved with its memory): stop it first, or copy another disk`,
    ],
    [
      'that another process has locked',
      'locked',
      'is locked by another process that uses it: stop it first, or copy another disk',
    ],
  ];
  it.each(copies)('%s is not copied', async (_, name, message) => {
    const result = await disk({ source: `${HOME}/${name}` });
    expect(result.msg).toBe(`${HOME}/${name} ${message}`);
    expect(await sh(`ls -A ${HOME} | grep new || true`)).toBe('');
  });

  const changes: [string, string, string][] = [
    [
      'of a guest that is saved',
      'with space/saved',
      "is in use by the guest 'guard-saved' (saved with its memory): stop it first",
    ],
    ['that another process has locked', 'locked', 'is locked by another process that uses it: stop it first'],
  ];
  it.each(changes)('%s does not grow', async (_, name, message) => {
    const dest = `${HOME}/${name}`;
    const before = await size(dest);
    const result = await disk({ dest, source: `${HOME}/based`, format: 'qcow2', size: '8M' });
    expect(result.msg).toBe(`${dest} ${message}`);
    expect(await size(dest)).toBe(before);
  });

  it("of a guest can't be a template, even while the guest is off", async () => {
    const result = await disk({ source: `${HOME}/off`, backing: 'overlay' });
    expect(result.msg).toBe(
      `${HOME}/off can't be a template: it is a disk of the guest 'guard-off' (shut off), which would change it under its overlays. Use 'backing: copy'`,
    );
  });

  it('of a guest that runs grows in its QEMU, which allocates nothing', async () => {
    const grow = { dest: `${HOME}/on`, source: `${HOME}/based`, format: 'qcow2', size: '8M' };
    const refused = await disk({ ...grow, preallocation: 'falloc' });
    expect(refused.msg).toBe(`${HOME}/on is in use by the guest 'guard-on' (running): stop it first`);
    expect(await runThrice(hypervisor, 'disk_image', grow)).toMatchObject({
      size: 8 * 1024 ** 2,
    });
    expect(await sh('virsh domblkinfo guard-on vda | grep Capacity')).toMatch(/ 8388608$/m);
  });

  it('of a guest that is off is copied, and grows', async () => {
    expect(await disk({ dest: `${HOME}/copied`, source: `${HOME}/off` })).toMatchObject({ changed: true });
    expect(await disk({ dest: `${HOME}/off`, source: `${HOME}/based`, size: '8M' })).toMatchObject({
      changed: true,
    });
  });

  it('of a guest by its volume is known by where that is', async () => {
    await sh(
      `mkdir ${HOME}/pool; virsh -q pool-create-as guard dir --target ${HOME}/pool; virsh -q vol-create-as guard vol 4M --format raw`,
    );
    const source = "<source pool='guard' volume='vol'/>";
    const xml = domain('guard-volume', '').replace(/<source[^>]*>/, source);
    await hypervisor.exec(['sh', '-c', 'cat >/run/guard.xml; virsh -q define /run/guard.xml'], {
      input: xml.replace("type='file'", "type='volume'").replace("type='qcow2'", "type='raw'"),
    });
    try {
      const dest = `${HOME}/pool/vol`;
      expect(await disk({ dest, source: `${HOME}/based`, size: '8M' })).toMatchObject({ changed: true });
      expect(await sh(`stat -c %s ${dest}`)).toBe(String(8 * 1024 ** 2));
    } finally {
      await sh('virsh -q undefine guard-volume; virsh -q pool-destroy guard');
    }
  });

  it('of which another is an overlay does not grow', async () => {
    const args = { dest: `${HOME}/based`, source: `${HOME}/off`, format: 'qcow2', size: '8M' };
    const result = await disk(args);
    expect(result.msg).toBe(`${HOME}/based can't be changed: ${HOME}/over is an overlay of it`);
  });

  it('that another run is making is left to it', async () => {
    const begun = await sh(
      "sleep 60 >/dev/null 2>&1 & echo $! $(sed 's/.*) //' /proc/$!/stat | cut -d' ' -f20)",
    );
    const [pid = '', start = ''] = begun.split(' ');
    await sh(`mkdir ${HOME}/.new.piecewise-${pid}-${start} ${HOME}/.new.piecewise-${pid}-1`);
    const result = await disk({ source: `${HOME}/based` });
    expect(result.msg).toBe(
      `${HOME}/new is being made by another run (process ${pid}): wait until it is done`,
    );
    await sh(`kill ${pid}`);
    expect(await disk({ source: `${HOME}/based` })).toMatchObject({ changed: true });
    expect(await sh(`ls -A ${HOME} | grep piecewise || true`)).toBe('');
  });
});
