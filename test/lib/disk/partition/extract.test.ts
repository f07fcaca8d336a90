import { describe, expect, it } from 'vitest';
import { rawDisk } from '../../../../modules/lib/disk/image/disk.ts';
import { patienceFor } from '../../../../modules/lib/disk/image/qemu-img.ts';
import { extract, type Part } from '../../../../modules/lib/disk/partition/extract.ts';
import type { Ran } from '../../../../modules/lib/host/host.ts';
import { fakeHost } from '../fake.ts';

const MIB = 1024 ** 2;
const TABLE = JSON.stringify({
  partitiontable: { partitions: [{ node: '/dev/stdin1', start: 2048, size: 2048 }] },
});
const LISTING = '/15/100644/0/0/vmlinuz-6/2/\n/16/100644/0/0/initrd.img-6/2/\n';

/** A host whose sfdisk and debugfs answer this; `cat` writes what is given. */
function hostWith({
  table = {},
  list = {},
  content = 'ab',
}: {
  table?: Partial<Ran>;
  list?: Partial<Ran>;
  content?: string;
} = {}) {
  const fake = fakeHost({
    run: (program, args) => {
      if (program === 'qemu-img') fake.put(args.at(-1) ?? '', 'x');
      if (program !== 'sh') return {};
      const [, , , , to = ''] = args;
      if (args.includes('sfdisk')) return { stdout: TABLE, ...table };
      if (args.includes('ls -p /boot')) return { stdout: LISTING, ...list };
      fake.put(to, content);
      return {};
    },
  });
  fake.put('/images/d', 'x');
  return fake;
}

const taken = (fake: ReturnType<typeof hostWith>, part: Part) =>
  extract(fake.host, rawDisk('/images/d', 4 * MIB), '/work,1', part, 'web.img');

describe('what is taken out of a disk', () => {
  it('is the partition, and the files by their inodes, which are read as nobody', async () => {
    const fake = hostWith();
    expect(await taken(fake, { partition: 1, kernel: true })).toEqual({
      disk: '/work,1/partition.qcow2',
      kernel: '/work,1/kernel',
      initrd: '/work,1/initrd',
    });
    expect(fake.commands).toContain(
      `qemu-img convert -O qcow2 --image-opts driver=raw,offset=${MIB},size=${MIB},file.driver=file,file.filename=/work,,1/whole.raw /work,1/partition.qcow2`,
    );
    const readers = fake.commands.filter((command) => /sfdisk|debugfs/.test(command));
    expect(readers).toHaveLength(4);
    for (const command of readers) expect(command).toContain('setpriv --reuid 65534');
    expect(readers[2]).toMatch(/\/work,1\/kernel 1048578 debugfs -R cat <15> \/dev\/stdin\?offset=1048576$/);
    expect(fake.files()).not.toContain('/work,1/whole.raw');
  });

  it('has a time that is a whole number', () => {
    expect(patienceFor(3)).toBe(120_001);
  });

  it('is a disk without partitions', async () => {
    const fake = hostWith();
    await taken(fake, { partition: undefined, kernel: true });
    expect(fake.commands.join('\n')).not.toContain('sfdisk');
    expect(fake.commands.join('\n')).toContain(`offset=0,size=${4 * MIB},`);
  });

  it.each<[string, Parameters<typeof hostWith>[0], string]>([
    ['without a table', { table: { code: 1, stdout: TABLE } }, 'web.img has no partition table'],
    [
      'with another file system',
      { list: { code: 1, stdout: '' } },
      'partition 1 of web.img has no file system of ext2',
    ],
    [
      'that debugfs does not open',
      { list: { stderr: 'ls: Filesystem not open' } },
      'has no file system of ext2',
    ],
    ['without a kernel', { list: { stdout: '' } }, 'partition 1 of web.img has no kernel'],
    ['that is cut off', { content: 'a' }, "/boot/vmlinuz-6 can't be read: it has 1 of 2 bytes"],
    [
      'on a host without debugfs',
      { list: { code: 127, stderr: 'setpriv: failed to execute debugfs: No such file or directory' } },
      "debugfs isn't installed on this host: install the package e2fsprogs",
    ],
  ])('is an error of a disk %s', async (_, given, message) => {
    await expect(taken(hostWith(given), { partition: 1, kernel: true })).rejects.toThrow(message);
  });
});
