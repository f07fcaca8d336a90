import { describe, expect, it } from 'vitest';
import { rawDisk } from '../../../modules/lib/disk/image/disk.ts';
import {
  applyKernel,
  observeKernel,
  planKernel,
  type SeenKernel,
} from '../../../modules/objects/vm/kernel.ts';
import { vm } from '../../../modules/objects/vm/vm.ts';
import { fakeHost } from '../../lib/disk/fake.ts';
import { problems, vmOf } from './given.ts';
import { NO_DISK, plan, stateOf, xmlOf } from './state.ts';

const HOME = '/var/lib/libvirt/images/web1';
const STORE = '/var/lib/libvirt/templates/by-checksum';
const FROM = { kernel: `${STORE}/new.kernel`, initrd: `${STORE}/new.initrd` };
const BOOTS = { kernel: 'template' };

describe('a VM that boots by the kernel of its image', () => {
  const planned = (seen: SeenKernel) => {
    const one = vmOf(BOOTS);
    return vm.plan(one, { ...stateOf(one), kernel: seen });
  };

  it('has a copy of it, which is made before the domain and kept', () => {
    const { changes, missing } = planned({ exists: false, from: FROM });
    expect(changes.map(({ title }) => title).slice(0, 3)).toEqual([
      `copy kernel ${HOME}/kernel`,
      `make disk ${HOME}/disk.qcow2`,
      `write seed ${HOME}/cloud-init_ci.iso`,
    ]);
    expect(missing).toEqual([]);
    const again = planned({ exists: true, from: undefined });
    expect([again.changes[0]?.title, again.missing]).toEqual([`make disk ${HOME}/disk.qcow2`, []]);
  });

  it('is told that the image has none', () => {
    expect(planned({ exists: false, from: undefined }).missing).toEqual([
      "option 'kernel': the image debian-12 has none: give it 'kernel: true' in 'images'",
    ]);
  });

  it('is told that its disk is of an image that had none', () => {
    const [missing] =
      planned({ exists: false, from: undefined, backing: '/t/by-checksum/a.qcow2' }).missing ?? [];
    expect(missing).toMatch(
      /^option 'kernel': the disk of the VM is an overlay of .*a\.qcow2, which has none/,
    );
  });

  it('has the command line of the task, or that of a disk without partitions', () => {
    const xml = xmlOf(plan(BOOTS));
    expect(xml).toContain(`<kernel>${HOME}/kernel</kernel>`);
    expect(xml).toContain(`<initrd>${HOME}/initrd</initrd>`);
    expect(xml).toContain('<cmdline>root=/dev/vda ro console=tty0 console=ttyS0</cmdline>');
    expect(xmlOf(plan({ ...BOOTS, cmdline: 'root=/dev/vda quiet' }))).toContain('>root=/dev/vda quiet<');
    expect(xmlOf(plan({}, xml))).not.toContain('<kernel');
  });

  it('is removed with its kernel, as with its disk', () => {
    const titles = (given: object) => {
      const one = vmOf({ ...BOOTS, state: 'absent', ...given });
      const disk = { ...NO_DISK, disk: { guestFormat: undefined, disk: undefined } };
      const names = ['disk.qcow2', 'kernel', 'initrd'];
      return vm
        .plan(one, { ...stateOf(one), disks: [disk], directory: names })
        .changes.map(({ title }) => title);
    };
    expect(titles({})).toEqual([]);
    expect(titles({ remove_storage: true })).toEqual([
      `remove kernel ${HOME}/kernel`,
      `remove disk ${HOME}/disk.qcow2`,
      `remove directory ${HOME}`,
    ]);
  });

  it.each<[object, string]>([
    [{ cmdline: 'x' }, "option 'vms[0].cmdline': is for 'kernel'"],
    [
      { ...BOOTS, domain: { kernel: '/k' } },
      "option 'vms[0].domain.kernel': is decided by 'kernel' of the VM",
    ],
    [
      { ...BOOTS, domain: { cmdline: 'x' } },
      "option 'vms[0].domain.cmdline': is decided by 'kernel' of the VM",
    ],
  ])('%j is an error', async (given, message) => {
    expect((await problems([given])).join('\n')).toContain(message);
  });

  it('has no archive of the controller', async () => {
    const given = { ...BOOTS, archive_name: 'old' };
    expect((await problems([given], { archives: ['old'] })).join()).toContain(
      "option 'vms[0].kernel': is that of an image, and old is an archive of the controller",
    );
  });
});

describe('the files of a kernel', () => {
  const fake = (...files: string[]) => {
    const made = fakeHost({
      run: (_, args) => {
        made.put(args.at(-1) ?? '', made.content(args.at(-2) ?? '') ?? '');
        return {};
      },
    });
    for (const path of files) made.put(path, `of ${path}`);
    made.link(`${STORE}/new.qcow2`, '/var/lib/libvirt/templates/debian-12');
    made.put(`${STORE}/new.qcow2`, 'x');
    return made;
  };
  const disk = (backing?: string) => ({
    ...NO_DISK,
    disk: { guestFormat: undefined, disk: { ...rawDisk(`${HOME}/disk.qcow2`, 512), backing } },
  });

  it('are those of the image, or of the template that the disk is an overlay of', async () => {
    const old = { kernel: `${STORE}/old.kernel`, initrd: `${STORE}/old.initrd` };
    const { host } = fake(...Object.values(FROM), ...Object.values(old));
    expect(await observeKernel(host, vmOf(BOOTS), NO_DISK)).toEqual({ exists: false, from: FROM });
    expect(await observeKernel(host, vmOf(BOOTS), disk())).toEqual({ exists: false, from: FROM });
    expect(await observeKernel(host, vmOf(BOOTS), disk(`${STORE}/old.qcow2`))).toEqual({
      ...{ exists: false, from: old, backing: `${STORE}/old.qcow2` },
    });
    expect(await observeKernel(fake(FROM.kernel).host, vmOf(BOOTS), NO_DISK)).toEqual({
      exists: false,
      from: undefined,
    });
    expect(await observeKernel(host, vmOf(), NO_DISK)).toBeUndefined();
  });

  it('are copied for the guest only, and then exist', async () => {
    const made = fake(...Object.values(FROM), '/proc/self/stat');
    const one = vmOf(BOOTS);
    const [change] = planKernel(one, { exists: false, from: FROM }, undefined).changes;
    if (change) await applyKernel(made.host, change.step, one);
    expect(String(made.content(`${HOME}/initrd`))).toBe(`of ${FROM.initrd}`);
    expect(made.mode(`${HOME}/kernel`)).toBe(0o600);
    expect(await observeKernel(made.host, one, NO_DISK)).toMatchObject({ exists: true });
  });
});
