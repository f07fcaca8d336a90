import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import type { Hypervisor } from '../lab/hypervisor.ts';
import { sharedHypervisor } from '../lab/shared.ts';
import { runModule, runThrice } from '../support/module.ts';

const HOME = '/var/lib/libvirt/places-test';
const NAMES = `${HOME}/templates`;
const STORE = `${NAMES}/by-checksum`;
const FAR = '/srv/places-test';
const dest = `${NAMES}/debian.qcow2`;
let hypervisor: Hypervisor;
const sh = async (script: string) => (await hypervisor.exec(['sh', '-c', script])).stdout;
const template = (args: object) => runModule(hypervisor, 'disk_template', { dest, ...args });
const thrice = (args: object) => runThrice(hypervisor, 'disk_template', { dest, ...args });
const built = (version: string, source = `${HOME}/built`) => ({ source, version });
const kept = (version: string) => `${STORE}/version-${version}.qcow2`;

beforeAll(async () => {
  hypervisor = await sharedHypervisor();
  await sh(`mkdir -p ${HOME}; mkdir -p ${FAR}; mount -t tmpfs -o size=64m lab ${FAR}`);
});
afterAll(() => sh(`umount ${FAR}; rmdir ${FAR}; rm -rf ${HOME}`));
beforeEach(() =>
  sh(
    `rm -rf ${NAMES} ${FAR}/* ${HOME}/*; head -c 1M /dev/urandom >${HOME}/raw; qemu-img convert -O qcow2 ${HOME}/raw ${HOME}/built`,
  ),
);

const same = async (path: string) =>
  expect(await sh(`qemu-img compare ${path} ${HOME}/raw`)).toBe('Images are identical.');

describe('templates on another file system', () => {
  it('may be there by a link of the directory, or of what keeps them', async () => {
    for (const link of [NAMES, STORE]) {
      await sh(`rm -rf ${NAMES} ${FAR}/*; mkdir -p $(dirname ${link}); ln -s ${FAR} ${link}`);
      expect(await thrice(built('1'))).toMatchObject({ changed: true, template: kept('1') });
      await same(dest);
      // The old one is of another file, and goes.
      await sh(`qemu-img resize -q ${HOME}/built 2M`);
      expect(await thrice(built('2'))).toMatchObject({ changed: true, template: kept('2') });
      expect(await sh(`ls ${STORE}`)).toBe('version-2.qcow2');
      await sh(`qemu-img resize -q --shrink ${HOME}/built 1M; rm ${link}`);
    }
  });

  it('may each be there by a link', async () => {
    await template(built('1'));
    await sh(`mv ${kept('1')} ${FAR}/moved; ln -s ${FAR}/moved ${kept('1')}`);
    expect(await template(built('1'))).toMatchObject({ changed: false });
  });

  it('are kept for overlays that are behind a link', async () => {
    await template(built('1'));
    await sh(
      `ln -s ${FAR} ${HOME}/images; cd ${FAR}; qemu-img create -q -f qcow2 -F qcow2 -b ${kept('1')} web1`,
    );
    const result = await thrice({ state: 'absent' });
    expect(result.needed).toEqual({ [kept('1')]: [`${FAR}/web1`] });
    expect(await sh(`ls ${STORE}`)).toBe('version-1.qcow2');
  });

  it('are the moved source itself, where it has no other name', async () => {
    const inode = await sh(`stat -c %i ${HOME}/built`);
    expect(await template({ ...built('1'), remove_source: true })).toMatchObject({ changed: true });
    expect(await sh(`stat -c %i ${kept('1')}; ls ${HOME}`)).toBe(`${inode}\nraw\ntemplates`);
  });

  it.each([
    ['symbolic', `mv ${HOME}/built ${FAR}/disk; ln -s ${FAR}/disk ${HOME}/built`, `${FAR}/disk`],
    ['hard', `ln ${HOME}/built ${HOME}/raw2`, `${HOME}/raw2`],
  ])('are not shared with another name of their source, by a %s link', async (_, link, other) => {
    await sh(link);
    expect(await template({ ...built('1'), remove_source: true })).toMatchObject({ changed: true });
    expect(
      await sh(`stat -c '%F %a' ${kept('1')}; stat -c '%F %a' ${other}; ls ${HOME} | grep built || true`),
    ).toBe('regular file 444\nregular file 644');
    await same(dest);
  });
});

describe('a source that is to go', () => {
  it('stays where others need it: a guest that is off, an overlay', async () => {
    const xml = `<domain type='qemu'><name>places</name><memory unit='MiB'>64</memory><os><type>hvm</type></os><devices><disk type='file' device='disk'><driver name='qemu' type='qcow2'/><source file='${HOME}/built'/><target dev='vda' bus='virtio'/></disk></devices></domain>`;
    await hypervisor.exec(['sh', '-c', 'cat >/run/places.xml; virsh -q define /run/places.xml'], {
      input: xml,
    });
    const args = { ...built('1'), remove_source: true };
    try {
      expect((await template(args)).msg).toBe(
        `${HOME}/built can't be removed: it is a disk of the guest 'places' (shut off)`,
      );
    } finally {
      await sh('virsh -q undefine places');
    }
    await sh(`cd ${HOME}; qemu-img create -q -f qcow2 -F qcow2 -b built over`);
    expect((await template(args)).msg).toBe(
      `${HOME}/built can't be removed: ${HOME}/over is an overlay of it`,
    );
    expect(await sh(`stat -c %a ${HOME}/built; rm ${HOME}/over`)).toBe('644');
    expect(await template(args)).toMatchObject({ changed: true });
    await same(dest);
  });
});

describe('a template that is needed only since it was looked at', () => {
  it('stays', async () => {
    await template(built('1'));
    // The name goes first, and then what it led to: whoever makes an overlay in between finds it there.
    await sh(
      `cp /usr/bin/find ${HOME}/find; cat >/usr/local/bin/find <<'EOF2'
#!/bin/sh
[ -e ${dest} ] || [ -e ${HOME}/late ] || qemu-img create -q -f qcow2 -F qcow2 -b ${kept('1')} ${HOME}/late
exec ${HOME}/find "$@"
EOF2
chmod +x /usr/local/bin/find`,
    );
    try {
      expect(await template({ state: 'absent' })).toMatchObject({
        changed: true,
        needed: { [kept('1')]: [`${HOME}/late`] },
      });
      await same(`${HOME}/late`);
    } finally {
      await sh('rm /usr/local/bin/find');
    }
  });
});
