import { describe, expect, it } from 'vitest';
import { whilePaused } from '../../../../../modules/lib/libvirt/live/plan/pending.ts';
import { planLive } from '../../../../../modules/lib/libvirt/live/plan/plan.ts';
import { NO_NOTICE, type Notice } from '../../../../../modules/lib/libvirt/live/plan/step.ts';
import { parseXml } from '../../../../../modules/lib/xml/parse.ts';

const SEED = '/images/web1/cloud-init_ci.iso';
const cd = (file: string) =>
  `<disk type="file" device="cdrom"><driver name="qemu" type="raw"/><source file="${file}"/><target dev="sda" bus="sata"/><readonly/></disk>`;
const DISK =
  '<disk type="file" device="disk"><driver name="qemu" type="qcow2"/><source file="/images/web1/disk.qcow2"/><target dev="vda" bus="virtio"/></disk>';
const nic = (mac: string) =>
  `<interface type="bridge"><mac address="${mac}"/><source bridge="br0"/><virtualport type="openvswitch"/><model type="virtio"/></interface>`;
const [ONE, TWO] = ['52:54:00:00:00:01', '52:54:00:00:00:02'];
const guest = (...devices: string[]) => parseXml(`<domain><devices>${devices.join('')}</devices></domain>`);

const titles = (live: string[], next: string[], notice: Partial<Notice>) =>
  planLive(guest(...live), guest(...next), { ...NO_NOTICE, ...notice }).changes.map(({ title }) => title);

describe('what a running guest is to notice', () => {
  it('is a replaced medium, before an interface is attached', () => {
    const notice = { medium: SEED, isReplaced: true };
    expect(titles([cd(SEED), nic(ONE)], [cd(SEED), nic(ONE), nic(TWO)], notice)).toEqual([
      'insert the medium of disk sda again',
      `attach interface ${TWO}`,
    ]);
    expect(titles([cd(SEED)], [cd(SEED)], {})).toEqual([]);
  });

  it('is no disk, and no medium that is exchanged for another', () => {
    expect(titles([DISK], [DISK], { medium: '/images/web1/disk.qcow2', isReplaced: true })).toEqual([]);
    expect(titles([cd(SEED)], [cd('/other.iso')], { medium: SEED, isReplaced: true })).toEqual([
      'update disk sda: source',
    ]);
  });

  const seed = { ...NO_NOTICE, medium: SEED };

  it('is an interface that is detached and attached, before others come', () => {
    const notice = { ...seed, reattached: new Set([ONE, TWO]) };
    expect(titles([cd(SEED), nic(ONE)], [cd(SEED), nic(ONE), nic(TWO)], notice)).toEqual([
      `detach and attach interface ${ONE}`,
      `attach interface ${TWO}`,
    ]);
    expect(titles([cd(SEED), nic(ONE)], [cd(SEED)], notice)).toEqual([`detach interface ${ONE}`]);
    // For the moment the drive has another medium.
    expect(titles([cd('/other.iso'), nic(ONE)], [cd(SEED), nic(ONE)], notice)).toEqual([
      'update disk sda: source',
    ]);
  });

  it('is an interface that the guest configures when it is attached, and one that it names the second time', () => {
    const stepOf = (notice: Partial<Notice>) =>
      planLive(guest(cd(SEED)), guest(cd(SEED), nic(ONE)), { ...seed, ...notice }).changes.map(
        ({ title, step }) => [title, step.act === 'attach' && [step.drive, step.isTwice]],
      );
    const configured = new Set([ONE]);
    expect(stepOf({})).toEqual([[`attach interface ${ONE}`, [undefined, undefined]]]);
    expect(stepOf({ configured })).toEqual([[`attach interface ${ONE}`, ['sda', false]]]);
    expect(stepOf({ configured, twice: configured })).toEqual([
      [`attach interface ${ONE} twice`, ['sda', true]],
    ]);
  });

  it('has all of its definition when it is attached again', () => {
    const tagged = nic(ONE).replace('<model', '<vlan><tag id="7"/></vlan><model');
    const plan = (notice: Notice) =>
      planLive(guest(cd(SEED), nic(ONE)), guest(cd(SEED), tagged), notice).changes.map(
        ({ step }) => step.act,
      );
    expect(plan(seed)).toEqual(['update']);
    expect(plan({ ...seed, reattached: new Set([ONE]) })).toEqual(['reattach']);
    // Where it can't be attached again, it is updated all the same.
    const other = planLive(guest(nic(ONE)), guest(tagged), { ...seed, reattached: new Set([ONE]) });
    expect(other.changes.map(({ step }) => step.act)).toEqual(['update']);
  });

  it('is nothing where the guest has no drive with it', () => {
    const notice = { ...seed, isReplaced: true, reattached: new Set([ONE]), twice: new Set([TWO]) };
    expect(titles([nic(ONE)], [nic(ONE), nic(TWO)], notice)).toEqual([`attach interface ${TWO}`]);
  });

  it('waits while the guest is paused, where it would have to release a device', () => {
    const devices = [cd(SEED), nic(ONE)];
    const [THREE] = ['52:54:00:00:00:03'];
    const plan = planLive(guest(...devices), guest(...devices, nic(TWO), nic(THREE)), {
      ...{ ...seed, isReplaced: true, reattached: new Set([ONE]) },
      ...{ configured: new Set([TWO, THREE]), twice: new Set([THREE]) },
    });
    const { changes, pending } = whilePaused(plan);
    // It looks into its medium when it is resumed: nobody waits for that.
    expect(changes.map(({ title, step }) => [title, { ...step, device: undefined }])).toEqual([
      ['insert the medium of disk sda again', { act: 'reinsert', isAwaited: false }],
      [`attach interface ${TWO}`, { act: 'attach' }],
    ]);
    expect(pending).toEqual([
      `interface ${ONE} is not attached again yet: the guest is paused`,
      `interface ${THREE} can't be added while the guest runs: the guest is paused`,
    ]);
  });
});
