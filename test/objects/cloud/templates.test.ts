import { describe, expect, it } from 'vitest';
import { sizesOf } from '../../../modules/objects/cloud/disks.ts';
import { overlaysOn, readTemplates } from '../../../modules/objects/cloud/templates.ts';
import { fakeHost } from '../../lib/disk/fake.ts';
import { qcow2Header } from '../../lib/disk/headers.ts';

const GIB = 1024 ** 3;
const disk = (guest: string, path: string, attached = true) => ({
  ...{ guest, path, source: path, format: 'qcow2', state: 'shut off', saved: false },
  ...{ attached, live: false },
});

it('overlays of overlays are overlays too, by the names of their guests', () => {
  const byBacking = new Map([
    ['/t', ['/a', '/b']],
    ['/a', ['/c']],
    ['/c', ['/a']],
  ]);
  const disks = [disk('web1', '/b'), disk('web2', '/c'), disk('web3', '/c'), disk('web2', '/t', false)];
  expect(overlaysOn('/t', { byBacking }, disks)).toEqual(['/a', 'web1', 'web2', 'web3']);
  expect(overlaysOn('/other', { byBacking }, disks)).toEqual([]);
});

describe('templates', () => {
  it('are disks that no guest has, each file once', async () => {
    const fake = fakeHost();
    fake.put('/t/by-checksum/sha256-1.qcow2', qcow2Header({ size: GIB }));
    fake.put('/t/by-checksum/sha256-1.kernel', 'kernel');
    fake.put('/t/by-checksum/sha256-2.qcow2', qcow2Header({ size: 2 * GIB }));
    fake.link('by-checksum/sha256-1.qcow2', '/t/debian-12.qcow2');
    fake.link('by-checksum/sha256-1.qcow2', '/t/debian.qcow2');
    fake.put('/t/README', 'no disk');
    fake.put('/t/plain.raw', 'a disk');
    fake.put('/t/guest.qcow2', qcow2Header());
    const found = await readTemplates(fake.host, ['/t', '/nowhere'], { byBacking: new Map() }, [
      disk('web1', '/t/guest.qcow2'),
    ]);
    expect(found.map(({ name, file, format, size }) => [name, file, format, size])).toEqual([
      ['debian-12.qcow2, debian.qcow2', '/t/by-checksum/sha256-1.qcow2', 'qcow2', GIB],
      ['plain.raw', '/t/plain.raw', 'raw', 6],
      ['sha256-2.qcow2', '/t/by-checksum/sha256-2.qcow2', 'qcow2', 2 * GIB],
    ]);
  });
});

it('the roots of containers are templates too, on which nothing is an overlay', async () => {
  const fake = fakeHost();
  fake.put('/t/by-checksum/sha256-1+root.tar', 'x'.repeat(10_240));
  fake.put('/t/by-checksum/sha256-2+root.tar', 'y'.repeat(512));
  fake.put('/t/by-checksum/sha256-3.tar', 'no root');
  fake.link('by-checksum/sha256-1+root.tar', '/t/bookworm.tar');
  const byBacking = new Map([['/t/by-checksum/sha256-1+root.tar', ['/forged']]]);
  expect(await readTemplates(fake.host, ['/t'], { byBacking }, [])).toEqual([
    {
      ...{ name: 'bookworm.tar', file: '/t/by-checksum/sha256-1+root.tar', format: 'tar' },
      ...{ size: 10_240, allocated: 10_240, overlays: [] },
    },
    expect.objectContaining({ name: 'sha256-2+root.tar', format: 'tar' }),
  ]);
});

describe('the sizes of a disk', () => {
  it('are not those of a header that a guest has written into its raw disk', async () => {
    const fake = fakeHost();
    fake.put('/secret', 'x');
    fake.put('/d', qcow2Header({ size: GIB, backing: '/secret', backingFormat: 'raw', length: 65_536 }));
    expect(await sizesOf(fake.host, '/d', 'raw')).toEqual({ size: 65_536, allocated: 65_536 });
    expect(fake.opened).not.toContain('/d');
    expect(await sizesOf(fake.host, '/d', 'qcow2')).toMatchObject({ size: GIB, backing: '/secret' });
    expect(fake.opened).not.toContain('/secret');
  });

  it('are missing where there is no regular file, and for formats that need a process', async () => {
    const fake = fakeHost();
    fake.pipe('/pipe');
    fake.put('/d.vmdk', 'KDMV');
    expect(await sizesOf(fake.host, '/pipe', 'raw')).toEqual({});
    expect(await sizesOf(fake.host, '/nothing', 'qcow2')).toEqual({});
    expect(await sizesOf(fake.host, '/d.vmdk', 'vmdk')).toEqual({ allocated: 4 });
  });
});
