import { describe, expect, it } from 'vitest';
import type { Domain } from '../../../modules/lib/libvirt/read.ts';
import { parseXml } from '../../../modules/lib/xml/parse.ts';
import { hindrancesOf } from '../../../modules/objects/move/hindrances.ts';

const OWN = '/var/lib/libvirt/images/web1';
const disk = (source: string, more = '', format = 'qcow2', type = 'file') =>
  `<disk type="${type}" device="disk"><driver name="qemu" type="${format}"/>${source}<target dev="vda"/>${more}</disk>`;
const DISK = disk(`<source file="${OWN}/disk.qcow2"/>`);

const domain = (devices: string, more: Partial<Domain> = {}): Domain => ({
  ...{ name: 'web1', uuid: 'u', state: 'running', autostart: false, saved: false, persistent: true },
  definition: parseXml(`<domain type="kvm"><name>web1</name><devices>${DISK}${devices}</devices></domain>`),
  live: undefined,
  ...more,
});

describe('what keeps a guest where it is', () => {
  it('is nothing for a guest with its files in its directory', () => {
    const seed = `<disk type="file" device="cdrom"><source file="${OWN}/seed.iso"/><target dev="sda"/></disk>`;
    const empty = '<disk type="file" device="cdrom"><target dev="sdb"/></disk>';
    expect(hindrancesOf(domain(seed + empty))).toEqual({ all: [], live: [], cold: [] });
  });
  it.each([
    ['a block device', disk('<source dev="/dev/vg/web1"/>', '', 'raw', 'block'), /\/dev\/vg\/web1.*no file/],
    ['a volume of a pool', disk('<source pool="p" volume="v1"/>', '', 'raw', 'volume'), /v1.*no file/],
    ['a disk of another format', disk(`<source file="${OWN}/x"/>`, '', 'vmdk'), /format vmdk/],
    ['a shared disk', disk(`<source file="${OWN}/x"/>`, '<shareable/>'), /shared/],
    ['a device of the host', '<hostdev mode="subsystem" type="pci"/>', /hostdev/],
    ['a directory of the host', '<filesystem><target dir="share"/></filesystem>', /share/],
    ['shared memory', '<shmem name="x"/>', /shmem/],
    ['the TPM of the host', '<tpm><backend type="passthrough"/></tpm>', /TPM/],
  ])('is %s', (_, devices, expected) => {
    expect(hindrancesOf(domain(devices)).all).toEqual([expect.stringMatching(expected)]);
  });
  it('is a saved memory, a crash, or no definition', () => {
    expect(hindrancesOf(domain('', { saved: true })).all).toEqual([expect.stringMatching(/saved/)]);
    expect(hindrancesOf(domain('', { state: 'crashed' })).all).toEqual([expect.stringMatching(/crashed/)]);
    expect(hindrancesOf(domain('', { persistent: false })).all).toEqual([expect.stringMatching(/transient/)]);
  });
  it('is an emulated TPM while the guest is off', () => {
    const found = hindrancesOf(domain('<tpm><backend type="emulator"/></tpm>'));
    expect(found).toMatchObject({ all: [], cold: [expect.stringMatching(/TPM/)] });
  });
});
