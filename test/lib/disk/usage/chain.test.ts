import { describe, expect, it } from 'vitest';
import type { Disk } from '../../../../modules/lib/disk/image/disk.ts';
import { inspectAs } from '../../../../modules/lib/disk/image/inspect.ts';
import { chainOf, checkChain } from '../../../../modules/lib/disk/usage/chain.ts';
import { type Fake, fakeHost } from '../fake.ts';
import { ascii, type Qcow2Header, qcow2Header, vmdkHeader } from '../headers.ts';
import { type Guest, virshOf } from '../libvirt.ts';

function hostWith(
  files: Readonly<Record<string, Qcow2Header>>,
  guests: Readonly<Record<string, Guest>> = {},
) {
  const fake: Fake = fakeHost({
    run: (program, args) => {
      if (program === 'test') return { code: 1 };
      if (program === 'virsh') return virshOf(guests, args);
      const info = { 'virtual-size': 4096, 'backing-filename': '/parent.vmdk' };
      return { stdout: JSON.stringify(info) };
    },
  });
  for (const [path, header] of Object.entries(files)) fake.put(path, qcow2Header(header));
  return fake;
}

const raw = (fake: Fake, ...paths: string[]) => {
  for (const path of paths) fake.put(path, 'raw');
  return fake;
};

const walked = (fake: Fake, format = 'qcow2') => chainOf(fake.host, { path: '/d/top', format });
const checked = async (fake: Fake) => {
  const disk = (await inspectAs(fake.host, '/d/top', 'qcow2'))?.disk as Disk;
  return checkChain(fake.host, disk);
};

describe('the chain of a disk', () => {
  it('is walked link by link, each by what its overlay says it is, as QEMU names it', async () => {
    const fake = hostWith({
      '/d/top': { backing: '../e/middle', backingFormat: 'qcow2' },
      '/e/middle': { backing: 'json:{"driver":"qcow2","file.filename":"/f/base"}', dataFile: 'data' },
      '/f/base': { backing: 'file:/g/raw', backingFormat: 'raw' },
      // What is raw may look like anything.
      '/g/raw': { backing: '/h', backingFormat: 'qcow2' },
    });
    raw(fake, '/e/data', '/h');
    expect(await walked(fake)).toEqual({
      files: ['/d/../e/middle', '/d/../e/data', '/f/base', '/g/raw'],
      problem: undefined,
    });
    expect([...fake.opened]).toEqual(['/d/top', '/e/middle', '/f/base']);
    expect(await checked(fake)).toBeUndefined();
    expect(await walked(fake, 'raw')).toEqual({ files: [], problem: undefined });
  });

  const plain = 'which is not a plain file of this host';
  const unsaid = "doesn't say which format its backing file";
  const problems: [string, Qcow2Header, string, string[]][] = [
    ['a server', { backing: 'nbd://h/x', backingFormat: 'raw' }, plain, []],
    ['a server without slashes', { backing: 'nbd:h:1', backingFormat: 'raw' }, plain, []],
    ['a driver of its own', { backing: 'blkdebug:/x:/y', backingFormat: 'raw' }, plain, []],
    ['a driver in capitals', { backing: 'NBD:h:1', backingFormat: 'raw' }, plain, ['/d/NBD:h:1']],
    ['a path from where QEMU runs', { backing: 'file:x', backingFormat: 'raw' }, plain, ['/d/x']],
    ['JSON of a server', { backing: 'json:{"driver":"nbd","host":"h"}', backingFormat: 'raw' }, plain, []],
    [
      'JSON of more than a file',
      { backing: 'json:{"driver":"qcow2","file":{"filename":"/x"},"backing":{"driver":"nbd","host":"h"}}' },
      plain,
      ['/x'],
    ],
    [
      'JSON that says a file twice',
      { backing: 'json:{"driver":"raw","file.filename":"/x","file":{"filename":"/y"}}' },
      plain,
      ['/x'],
    ],
    [
      'JSON of a file over a server',
      { backing: 'json:{"driver":"raw","file":{"driver":"http","filename":"/x"}}' },
      plain,
      ['/x'],
    ],
    [
      'JSON in which it is something else',
      { backing: 'json:{"driver":"raw","file":{"filename":"/x"}}', backingFormat: 'qcow2' },
      plain,
      ['/x'],
    ],
    ['what is no JSON', { backing: "json:{'driver':'raw'}" }, plain, []],
    ['what has no format', { backing: 'x' }, unsaid, ['/d/x']],
    ['JSON without a format', { backing: 'json:{"driver":"file","filename":"/x"}' }, unsaid, ['/x']],
    [
      'a format that is not read here',
      { backing: 'x', backingFormat: 'qed' },
      "/d/x is qed, which isn't read here",
      ['/d/x'],
    ],
    ['what is not there', { backing: 'none', backingFormat: 'qcow2' }, "/d/none doesn't exist", ['/d/none']],
    [
      'what has another header',
      { backing: 'x', backingFormat: 'qcow2' },
      '/d/x is opened as qcow2, but has no header',
      ['/d/x'],
    ],
    ['itself', { backing: 'top', backingFormat: 'qcow2' }, 'is an overlay of itself', ['/d/top']],
    ['a data file that has no name', { incompatible: 4n }, plain, []],
    ['a data file of a server', { dataFile: 'nbd://h/x' }, plain, []],
  ];
  it.each(problems)(
    'is not followed to %s, and what it names counts as needed',
    async (_, top, problem, files) => {
      const fake = raw(hostWith({ '/d/top': top }), '/d/x', '/x', '/y');
      const chain = await walked(fake);
      expect(chain.files).toEqual(files);
      expect(chain.problem).toContain(problem);
      await expect(checked(fake)).rejects.toThrow(chain.problem);
    },
  );

  it('says the way out', async () => {
    expect((await walked(hostWith({ '/d/top': { backing: 'x' } }))).problem).toBe(
      "/d/top doesn't say which format its backing file /d/x has: record it (qemu-img rebase -u -F FORMAT -b 'x' /d/top)",
    );
  });

  it('of a vmdk says nothing of its parent, and of a description nothing at all', async () => {
    const fake = hostWith({});
    fake.put('/d/top', vmdkHeader(8));
    expect(await walked(fake, 'vmdk')).toMatchObject({
      files: ['/parent.vmdk'],
      problem: expect.stringContaining(unsaid),
    });
    fake.put('/d/top', vmdkHeader(0));
    expect((await walked(fake, 'vmdk')).problem).toContain(
      'is a description of a disk that is in other files',
    );
    // To QEMU a vmdk that begins otherwise is a description as well.
    fake.put('/d/top', ascii('\n# Disk DescriptorFile'));
    expect((await walked(fake, 'vmdk')).problem).toContain('has no header of that format');
    expect(fake.commands.filter((command) => command.startsWith('qemu-img'))).toHaveLength(1);
  });

  it('ends at what is not a file', async () => {
    const fake = hostWith({ '/d/top': { backing: '/pipe', backingFormat: 'qcow2' } });
    fake.pipe('/pipe');
    expect((await walked(fake)).problem).toBe('/pipe is not a disk: neither a file nor a block device');
    fake.put('/d/top', qcow2Header({ backing: '/pipe', backingFormat: 'raw' }));
    await expect(checked(fake)).rejects.toThrow('/pipe is not a disk: neither a file nor a block device');
  });
});

describe('a chain that QEMU may open', () => {
  const top = { '/d/top': { backing: '/b', backingFormat: 'qcow2' }, '/b': {} };
  const at = (path: string, format: string) => ({ disks: [{ path, format }] });

  it('has what is a guest’s as what that has it', async () => {
    const fake = hostWith(top, { a: at('/d/top', 'qcow2'), b: at('/b', 'raw') });
    await expect(checked(fake)).rejects.toThrow(
      "/b is raw to the guest 'b', but /d/top would open it as qcow2: record its format with qemu-img rebase -u -F raw",
    );
    expect(fake.opened).toEqual(new Set(['/d/top']));
    expect(await checked(hostWith(top, { a: at('/d/top', 'qcow2'), b: at('/b', 'qcow2') }))).toBeUndefined();
  });

  it('does not lead from a disk without a guest to a guest’s disk', async () => {
    await expect(checked(hostWith(top, { b: at('/b', 'qcow2') }))).rejects.toThrow(
      "/d/top belongs to no guest, but refers to /b, a disk of the guest 'b'",
    );
  });

  it('may lead to what other guests have as the template of their disks', async () => {
    const devices = `<disk><driver type='qcow2'/><source file='/c'/><backingStore><format type='qcow2'/><source file='/b'/></backingStore></disk>`;
    expect(await checked(hostWith(top, { b: { state: 'running', devices } }))).toBeUndefined();
  });
});
