import { describe, expect, it } from 'vitest';
import { inspect, inspectOneFile } from '../../../../modules/lib/disk/image/inspect.ts';
import { fakeHost } from '../fake.ts';
import { ascii, HEADS, qcow2Header, vmdkHeader } from '../headers.ts';

const PATH = '/images/disk';
const ELSEWHERE = 'box.gz: its disk refers to other files: convert it to one file';

function hostWith(content: Uint8Array, info?: object) {
  const fake = fakeHost(
    info === undefined ? {} : { run: () => ({ stdout: JSON.stringify({ 'virtual-size': 4096, ...info }) }) },
  );
  fake.put(PATH, content);
  return fake;
}

describe('what a disk is', () => {
  it('is seen without a program, of the two formats that there are most of', async () => {
    const { host, commands } = hostWith(qcow2Header({ backing: '/far', backingAt: 60_000 }));
    expect(await inspect(host, PATH)).toEqual({
      kind: 'qcow2',
      length: 65_536,
      disk: {
        ...{ path: PATH, format: 'qcow2', size: 1024 ** 3 },
        ...{ clusterSize: 65_536, backing: '/far', external: false },
        ...{ backingFormat: undefined, dataFile: undefined },
      },
    });
    expect((await inspect(hostWith(ascii('anything')).host, PATH))?.disk).toMatchObject({
      format: 'raw',
      size: 8,
    });
    expect(commands).toEqual([]);
    expect(await inspect(host, '/none')).toBeUndefined();
    expect((await inspect(hostWith(HEADS.tar as Uint8Array).host, PATH))?.disk).toBeUndefined();
  });

  it.each(['vmdk', 'vdi', 'vhdx', 'vpc'])(
    'is asked of qemu-img, which is told the format: %s',
    async (kind) => {
      const { host, commands } = hostWith(HEADS[kind] as Uint8Array, {});
      expect((await inspect(host, PATH))?.disk).toMatchObject({
        format: kind,
        size: 4096,
        backing: undefined,
      });
      expect(commands).toEqual([`qemu-img info --force-share --output=json -f ${kind} ${PATH}`]);
    },
  );

  it('is not found in a directory, nor in what is not a file', async () => {
    await expect(inspect(hostWith(ascii('x')).host, '/images')).rejects.toThrow(
      '/images is a directory, not a disk',
    );
    const fake = fakeHost({ run: () => ({ code: 1 }) });
    const pipe = { ...(await hostWith(ascii('x')).host.stat(PATH)), kind: 'other', size: 0 };
    const host = new Proxy(fake.host, {
      get: (all, name: keyof typeof fake.host) =>
        name === 'stat' ? async () => pipe : name === 'readStart' ? () => new Promise(() => {}) : all[name],
    });
    await expect(inspect(host, PATH)).rejects.toThrow(
      `${PATH} is not a disk: neither a file nor a block device`,
    );
  });
});

describe('a disk that came from elsewhere', () => {
  const refused: [string, Uint8Array, object?][] = [
    ['a backing file', qcow2Header({ backing: '/etc/shadow' })],
    ['a backing file, named further on', qcow2Header({ backing: '/etc/shadow', backingAt: 40_000 })],
    ['a backing file of the second version', qcow2Header({ version: 2, backing: '/etc/shadow' })],
    ['a data file of its own', qcow2Header({ incompatible: 4n })],
    ['a description', HEADS['vmdk as a text'] as Uint8Array],
    ['a description inside of it', vmdkHeader(0)],
    ['a parent, as qemu-img says', vmdkHeader(8), { 'backing-filename': '/etc/shadow' }],
  ];
  it.each(refused)('is refused with %s', async (_, content, info) => {
    const { host, commands } = hostWith(content, info);
    await expect(inspectOneFile(host, PATH, 'box.gz')).rejects.toThrow(ELSEWHERE);
    // What names other files isn't even opened by a program that would open these.
    if (info === undefined) expect(commands).toEqual([]);
  });

  it('is refused where its header is cut short', async () => {
    const { host, put, commands } = fakeHost();
    put(PATH, qcow2Header({ backing: '/etc/shadow', backingAt: 4094, length: 4096 }));
    await expect(inspectOneFile(host, PATH, 'box.gz')).rejects.toThrow(
      `${PATH} begins like qcow2, but its header is incomplete: it is damaged`,
    );
    expect(commands).toEqual([]);
  });

  it('is taken where it is whole', async () => {
    expect(await inspectOneFile(hostWith(qcow2Header()).host, PATH, 'x')).toMatchObject({ format: 'qcow2' });
    expect(await inspectOneFile(hostWith(vmdkHeader(8), {}).host, PATH, 'x')).toMatchObject({
      format: 'vmdk',
    });
    expect(await inspectOneFile(hostWith(ascii('raw')).host, PATH, 'x')).toMatchObject({ format: 'raw' });
    await expect(inspectOneFile(hostWith(HEADS.gz as Uint8Array).host, PATH, 'x')).rejects.toThrow(
      'x holds no disk',
    );
  });
});
